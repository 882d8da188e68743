namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's three permissions.</summary>
internal enum AccessKind
{
    /// <summary>Permission to declare and delete a queue or exchange.</summary>
    Configure,

    /// <summary>
    /// Permission to send messages into a queue or exchange: to publish to an exchange, or to bind a queue to an exchange.
    /// </summary>
    Write,

    /// <summary>
    /// Permission to take messages out of a queue or exchange: to consume, get or purge, or to bind a queue to this exchange.
    /// </summary>
    Read,
}

/// <summary>RabbitMQ's names for the kinds of access.</summary>
internal static class AccessKinds
{
    public static string Word(this AccessKind kind) => kind switch
    {
        AccessKind.Configure => "configure",
        AccessKind.Write => "write",
        _ => "read",
    };
}
