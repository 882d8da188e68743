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
        {
            var (actor, owner, arguments) =
                (BrokerEvents.Actor, queue.Declaration.Owner?.ToString(), queue.Declaration.Arguments.Table);
            var (isAutoDelete, isDurable) = (queue.Declaration.IsAutoDelete, queue.IsDurable);
            var (name, virtualHost) = (queue.Name, queue.VirtualHost);
            events.Raise("queue.created", SizeOf(arguments), () =>
            [
                PerformedBy(actor), Fact("exclusive", owner is not null), Fact("owner_pid", owner ?? ""),
                Arguments("arguments", arguments), Fact("auto_delete", isAutoDelete),
                Fact("durable", isDurable),
                Fact("name", name), Fact("vhost", virtualHost),
            ]);
        }
    }

    public static void QueueDeleted(this BrokerEvents events, Queue queue)
    {
        if (events.IsWanted)
        {
            var (actor, name, virtualHost) = (BrokerEvents.Actor, queue.Name, queue.VirtualHost);
            events.Raise("queue.deleted", 0, () => [PerformedBy(actor), Fact("name", name), Fact("vhost", virtualHost)]);
        }
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
        {
            var (actor, arguments, routingKey, host) = (BrokerEvents.Actor, binding.Arguments, binding.RoutingKey, virtualHost);
            var (kind, destination) = (binding.Destination is Exchange ? "exchange" : "queue", binding.Destination.Name);
            string source = binding.Source.Name;
            events.Raise(name, SizeOf(arguments), () =>
            [
                PerformedBy(actor), Fact("vhost", host), Arguments("arguments", arguments), Fact("routing_key", routingKey),
                Fact("destination_kind", kind),
                Fact("destination_name", destination),
                Fact("source_kind", "exchange"), Fact("source_name", source),
            ]);
        }
    }
}
