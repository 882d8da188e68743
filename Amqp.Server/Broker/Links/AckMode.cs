namespace Amqp.Server.Broker.Links;

/// <summary>Tells when a link acknowledges a message at its source.</summary>
internal enum AckMode
{
    /// <summary>When the target has confirmed the message. Nothing is lost; after a failure, messages can arrive twice.</summary>
    OnConfirm,

    /// <summary>When the message is sent to the target. A failure of the target loses what it has not stored.</summary>
    OnPublish,

    /// <summary>Never: the source forgets a message when it sends it.</summary>
    NoAck,
}
