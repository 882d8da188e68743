using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Raises events when queues, exchanges and bindings are created or deleted.</summary>
internal static class TopologyEvents
{
    public static void QueueCreated(this BrokerEvents events, Queue queue)
    {
        if (events.IsWanted)
            events.Raise("queue.created",
            [
                Performed(), Fact("exclusive", queue.Declaration.IsExclusive), Fact("owner_pid", queue.Declaration.Owner?.ToString() ?? ""),
                Arguments("arguments", queue.Declaration.Arguments.Table), Fact("auto_delete", queue.Declaration.IsAutoDelete),
                Fact("durable", queue.IsDurable),
                Fact("name", queue.Name), Fact("vhost", queue.VirtualHost),
            ]);
    }

    public static void QueueDeleted(this BrokerEvents events, Queue queue)
    {
        if (events.IsWanted)
            events.Raise("queue.deleted", [Performed(), Fact("name", queue.Name), Fact("vhost", queue.VirtualHost)]);
    }

    public static void ExchangeCreated(this BrokerEvents events, Exchange exchange, string virtualHost)
    {
        if (events.IsWanted)
            events.Raise("exchange.created",
            [
                Performed(), Fact("policy", ""), Arguments("arguments", exchange.Arguments), Fact("internal", exchange.IsInternal),
                Fact("auto_delete", exchange.IsAutoDelete), Fact("durable", exchange.IsDurable), Fact("type", exchange.Type),
                Fact("name", exchange.Name), Fact("vhost", virtualHost),
            ]);
    }

    public static void ExchangeDeleted(this BrokerEvents events, Exchange exchange, string virtualHost)
    {
        if (events.IsWanted)
            events.Raise("exchange.deleted", [Performed(), Fact("name", exchange.Name), Fact("vhost", virtualHost)]);
    }

    public static void BindingCreated(this BrokerEvents events, Binding binding, string virtualHost) =>
        events.RaiseOf("binding.created", binding, virtualHost);

    public static void BindingDeleted(this BrokerEvents events, Binding binding, string virtualHost) =>
        events.RaiseOf("binding.deleted", binding, virtualHost);

    private static void RaiseOf(this BrokerEvents events, string name, Binding binding, string virtualHost)
    {
        if (events.IsWanted)
            events.Raise(name,
            [
                Performed(), Fact("vhost", virtualHost), Arguments("arguments", binding.Arguments), Fact("routing_key", binding.RoutingKey),
                Fact("destination_kind", binding.Destination is Exchange ? "exchange" : "queue"),
                Fact("destination_name", binding.Destination.Name),
                Fact("source_kind", "exchange"), Fact("source_name", binding.Source.Name),
            ]);
    }
}
