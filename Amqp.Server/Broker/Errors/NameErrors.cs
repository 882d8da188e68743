namespace Amqp.Server.Broker.Errors;

/// <summary>RabbitMQ's answers about names that lead nowhere, or not to whoever asks.</summary>
internal static class NameErrors
{
    public static BrokerException NoQueue(string name, string virtualHost) => new(BrokerError.NotFound, $"no queue '{name}' in vhost '{virtualHost}'");

    public static BrokerException NoExchange(string name, string virtualHost) => new(BrokerError.NotFound, $"no exchange '{name}' in vhost '{virtualHost}'");

    /// <summary>The queue is exclusive, and another connection's.</summary>
    public static BrokerException Locked(string name, string virtualHost) => new(
        BrokerError.Locked,
        $"cannot obtain exclusive access to locked queue '{name}' in vhost '{virtualHost}'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.");

    /// <summary>What connections to a virtual host that is deleted are told.</summary>
    public static BrokerException Deleted(string virtualHost) => new(BrokerError.Forced, $"vhost '{virtualHost}' is deleted");
}
