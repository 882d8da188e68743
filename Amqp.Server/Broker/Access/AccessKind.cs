namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's three permissions.</summary>
internal enum AccessKind
{
    /// <summary>Permission to declare and delete.</summary>
    Configure,

    /// <summary>Permission to send messages into a queue or exchange: publish to an exchange, bind a queue.</summary>
    Write,

    /// <summary>Permission to take messages out of a queue or exchange: consume, get, purge, bind to an exchange.</summary>
    Read,
}

/// <summary>RabbitMQ's names of the permissions.</summary>
internal static class AccessKinds
{
    /// <summary>Returns RabbitMQ's name of the permission.</summary>
    public static string Word(this AccessKind kind) => kind switch
    {
        AccessKind.Configure => "configure",
        AccessKind.Write => "write",
        _ => "read",
    };
}
