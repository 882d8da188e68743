using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The exchanges that every virtual host has from the start.</summary>
internal static class PredeclaredExchanges
{
    private static readonly (string Name, string Type)[] _named =
        [("amq.direct", "direct"), ("amq.fanout", "fanout"), ("amq.topic", "topic"), ("amq.headers", "headers"), ("amq.match", "headers")];

    /// <summary>The type of a predeclared exchange; null for any other name.</summary>
    public static string? TypeOf(string name) =>
        name == Firehose.ExchangeName ? "topic" : _named.FirstOrDefault(exchange => exchange.Name == name).Type;

    /// <summary>Adds them to a new virtual host.</summary>
    /// <param name="routing">Where they go.</param>
    /// <param name="virtualHost">Its name.</param>
    /// <param name="queues">The queues that the default exchange leads to.</param>
    public static void AddTo(RoutingTable routing, string virtualHost, IReadOnlyDictionary<string, Queue> queues)
    {
        Add("", "direct", new DefaultRouter(queues, routing.Replies));
        foreach (var (name, type) in _named)
            Add(name, type, Routers.Create(new ExchangeDeclaration(name, virtualHost, type, FieldTable.Empty)));
        routing.Add(NewInternal(Firehose.ExchangeName));

        void Add(string name, string type, IRouter router) =>
            routing.Add(new Exchange(name, type, router, ExchangeFlags.Durable, FieldTable.Empty));
    }

    /// <summary>A topic exchange that only the broker publishes to.</summary>
    public static Exchange NewInternal(string name) =>
        new(name, "topic", new TopicRouter(), ExchangeFlags.Durable | ExchangeFlags.Internal, FieldTable.Empty);
}
