namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's three permissions.</summary>
internal enum AccessKind
{
    /// <summary>To declare and delete.</summary>
    Configure,

    /// <summary>To put messages into: publish to an exchange, bind a queue.</summary>
    Write,

    /// <summary>To take messages out of: consume, get, purge, bind to an exchange.</summary>
    Read,
}

/// <summary>The permissions' names.</summary>
internal static class AccessKinds
{
    /// <summary>As RabbitMQ writes it.</summary>
    public static string Word(this AccessKind kind) => kind switch
    {
        AccessKind.Configure => "configure",
        AccessKind.Write => "write",
        _ => "read",
    };
}
