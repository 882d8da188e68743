namespace Amqp.Server.Broker.DeadLetters;

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
    /// <summary>As it stands in x-death.</summary>
    public static string Name(this DeathReason reason) => reason switch
    {
        DeathReason.Expired => "expired",
        DeathReason.Rejected => "rejected",
        DeathReason.MaxLength => "maxlen",
        _ => "delivery_limit",
    };
}
