namespace Amqp.Server.Broker.Errors;

/// <summary>RabbitMQ's errors for objects that do not exist, that are exclusive to another connection, or that were deleted.</summary>
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

    /// <summary>Returns the error with which the broker closes connections to a deleted virtual host.</summary>
    public static BrokerException Deleted(string virtualHost) => new(BrokerError.Forced, $"vhost '{virtualHost}' is deleted");
}
