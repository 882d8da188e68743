namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Behaviour of a queue that is full when a message arrives (<c>x-overflow</c>).</summary>
internal enum Overflow
{
    /// <summary>The oldest messages are dropped.</summary>
    DropHead,

    /// <summary>The new message is refused.</summary>
    RejectPublish,

    /// <summary>The new message is refused and dead-lettered.</summary>
    RejectPublishDeadLetter,
}
