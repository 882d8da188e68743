namespace Amqp.Server.Broker.Errors;

/// <summary>RabbitMQ's errors for missing objects, for exclusive queues of other connections, and for deleted virtual hosts.</summary>
internal static class NameErrors
{
    public static BrokerException NoQueue(string name, string virtualHost) =>
        new(BrokerError.NotFound, $"no queue '{name}' in vhost '{virtualHost}'");

    public static BrokerException NoExchange(string name, string virtualHost) =>
        new(BrokerError.NotFound, $"no exchange '{name}' in vhost '{virtualHost}'");

    /// <summary>Returns the error for a queue that is exclusive to another connection.</summary>
    public static BrokerException Locked(string name, string virtualHost) => new(
        BrokerError.Locked,
        $"cannot obtain exclusive access to locked queue '{name}' in vhost '{virtualHost}'. It could be originally declared "
            + "on another connection or the exclusive property value does not match that of the original declaration.");

    /// <summary>Returns the error for connections to a virtual host that was deleted. The broker closes these connections.</summary>
    public static BrokerException Deleted(string virtualHost) => new(BrokerError.Forced, $"vhost '{virtualHost}' is deleted");
}
