using System.Text;

namespace Amqp.Server.Broker.Messages;

/// <summary>Reason of a message's death.</summary>
internal enum DeathReason
{
    /// <summary>The message expired.</summary>
    Expired,

    /// <summary>A client rejected the message.</summary>
    Rejected,

    /// <summary>The queue was full: it had reached its length limit.</summary>
    MaxLength,

    /// <summary>The message was requeued more often than the delivery limit allows.</summary>
    DeliveryLimit,
}

/// <summary>RabbitMQ's names of the reasons.</summary>
internal static class DeathReasons
{
    /// <summary>Returns the name of a reason in x-death, in UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(this DeathReason reason) => reason switch
    {
        DeathReason.Expired => "expired"u8,
        DeathReason.Rejected => "rejected"u8,
        DeathReason.MaxLength => "maxlen"u8,
        _ => "delivery_limit"u8,
    };

    /// <summary>Returns the name of a reason in x-death.</summary>
    public static string Name(this DeathReason reason) => Encoding.UTF8.GetString(reason.Text());
}
