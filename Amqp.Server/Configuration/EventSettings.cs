using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>The exchange <c>amq.rabbitmq.event</c>.</summary>
internal static class EventSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("event_exchange.enabled", ValueKinds.Boolean, "true", "Tell what happens in the broker to the exchange `amq.rabbitmq.event`, as RabbitMQ's plugin does.",
            (target, value) => target.Options.EventExchange.IsEnabled = value),
        Setting.Of("event_exchange.protocol", OneOf("amqp_0_9_1"), "amqp_0_9_1", "The form of the messages there.",
            (_, _) => { })
        .Ignoring(OneOf("amqp_1_0"), "events are messages of AMQP 0-9-1"),
        Setting.Of("event_exchange.vhost", Text, "", "Virtual host of that exchange; that of `default_vhost` unless given.",
            (target, value) => target.Options.EventExchange.VirtualHost = value),
    ];
}
