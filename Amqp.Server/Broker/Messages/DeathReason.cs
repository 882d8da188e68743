using System.Text;

namespace Amqp.Server.Broker.Messages;

/// <summary>Reasons for which a message leaves a queue as a dead letter.</summary>
internal enum DeathReason
{
    Expired,

    /// <summary>A client rejected the message.</summary>
    Rejected,

    /// <summary>The queue was full: it had reached its maximum length, in messages or in bytes.</summary>
    MaxLength,

    /// <summary>The message was requeued more often than the delivery limit allows.</summary>
    DeliveryLimit,
}

/// <summary>RabbitMQ's names of the reasons, as they appear in x-death.</summary>
internal static class DeathReasons
{
    /// <summary>Returns RabbitMQ's name of the reason, in UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(this DeathReason reason) => reason switch
    {
        DeathReason.Expired => "expired"u8,
        DeathReason.Rejected => "rejected"u8,
        DeathReason.MaxLength => "maxlen"u8,
        _ => "delivery_limit"u8,
    };

    /// <summary>Returns RabbitMQ's name of the reason.</summary>
    public static string Name(this DeathReason reason) => Encoding.UTF8.GetString(reason.Text());
}
