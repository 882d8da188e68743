namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's three permissions.</summary>
internal enum AccessKind
{
    /// <summary>Permission to declare and delete a queue or exchange.</summary>
    Configure,

    /// <summary>Permission to publish to this exchange, or to bind this queue or exchange to a source exchange.</summary>
    Write,

    /// <summary>Permission to consume, get or purge messages of this queue, or to bind a destination to this exchange.</summary>
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
