namespace Amqp.Server.Security;

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
