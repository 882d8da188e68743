using System.Text;

namespace Amqp.Server.Broker.Messages;

/// <summary>Why a message died.</summary>
internal enum DeathReason
{
    /// <summary>It waited too long.</summary>
    Expired,

    /// <summary>A consumer would not have it.</summary>
    Rejected,

    /// <summary>The queue had no room for it.</summary>
    MaxLength,

    /// <summary>It was requeued too often.</summary>
    DeliveryLimit,
}

/// <summary>RabbitMQ's words for the reasons.</summary>
internal static class DeathReasons
{
    /// <summary>As it stands in x-death, in UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(this DeathReason reason) => reason switch
    {
        DeathReason.Expired => "expired"u8,
        DeathReason.Rejected => "rejected"u8,
        DeathReason.MaxLength => "maxlen"u8,
        _ => "delivery_limit"u8,
    };

    /// <summary>The same as a string.</summary>
    public static string Name(this DeathReason reason) => Encoding.UTF8.GetString(reason.Text());
}
