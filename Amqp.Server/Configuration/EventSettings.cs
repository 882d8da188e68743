using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the exchange <c>amq.rabbitmq.event</c>.</summary>
internal static class EventSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("event_exchange.enabled", ValueKinds.Boolean, "true",
            "Publish the broker's events to the exchange `amq.rabbitmq.event`, as RabbitMQ's plugin does.",
            (target, value) => target.Options.EventExchange.IsEnabled = value),
        Setting.Of("event_exchange.protocol", OneOf("amqp_0_9_1"), "amqp_0_9_1",
            "Format of the messages that are published to `amq.rabbitmq.event`.",
            (_, _) => { })
        .Ignoring(OneOf("amqp_1_0"), "events are always published as AMQP 0-9-1 messages"),
        Setting.Of("event_exchange.vhost", Text, "",
            "Virtual host of the exchange `amq.rabbitmq.event`. Default: the value of `default_vhost`.",
            (target, value) => target.Options.EventExchange.VirtualHost = value),
    ];
}
