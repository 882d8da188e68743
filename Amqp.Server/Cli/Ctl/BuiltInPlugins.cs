namespace Amqp.Server.Cli.Ctl;

/// <summary>A plugin of RabbitMQ. This broker has the plugin's features built in.</summary>
/// <param name="Name">Name of the plugin in RabbitMQ.</param>
/// <param name="Description">Text for the verbose list.</param>
/// <param name="IsExplicit">False if RabbitMQ enables the plugin only as a dependency of another plugin.</param>
internal sealed record BuiltInPlugin(string Name, string Description, bool IsExplicit = true);

/// <summary>RabbitMQ's plugins that are built into this broker.</summary>
internal static class BuiltInPlugins
{
    /// <summary>All built-in plugins, sorted by name.</summary>
    public static IReadOnlyList<BuiltInPlugin> All { get; } =
    [
        new("rabbitmq_auth_mechanism_ssl", "Login by a client's certificate (EXTERNAL)"),
        new("rabbitmq_consistent_hash_exchange", "Exchanges of the type x-consistent-hash"),
        new("rabbitmq_delayed_message_exchange", "Exchanges of the type x-delayed-message"),
        new("rabbitmq_event_exchange", "The exchange amq.rabbitmq.event"),
        new("rabbitmq_federation", "Federation: exchanges and queues that get messages from other brokers"),
        new("rabbitmq_federation_management", "Federation links in the HTTP API"),
        new("rabbitmq_management", "The HTTP API"),
        new("rabbitmq_management_agent", "Counts for the HTTP API", IsExplicit: false),
        new("rabbitmq_message_deduplication", "Queues and exchanges that drop repeated messages"),
        new("rabbitmq_prometheus", "Metrics for Prometheus"),
        new("rabbitmq_random_exchange", "Exchanges of the type x-random"),
        new("rabbitmq_recent_history_exchange", "Exchanges of the type x-recent-history"),
        new("rabbitmq_shovel", "Shovels, which move messages between brokers"),
        new("rabbitmq_shovel_management", "Shovels in the HTTP API"),
        new("rabbitmq_web_dispatch", "Ports for HTTP", IsExplicit: false),
    ];
}
