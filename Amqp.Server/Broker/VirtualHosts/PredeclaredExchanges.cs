using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The exchanges that exist in every virtual host from the start.</summary>
internal static class PredeclaredExchanges
{
    private static readonly (string Name, string Type)[] _named =
        [("amq.direct", "direct"), ("amq.fanout", "fanout"), ("amq.topic", "topic"), ("amq.headers", "headers"), ("amq.match", "headers")];

    /// <summary>Returns the type of a predeclared exchange; null for any other name.</summary>
    public static string? TypeOf(string name) =>
        name == Firehose.ExchangeName ? "topic" : _named.FirstOrDefault(exchange => exchange.Name == name).Type;

    /// <summary>Adds the predeclared exchanges to a new virtual host.</summary>
    /// <param name="routing">The routing table of the virtual host.</param>
    /// <param name="virtualHost">The name of the virtual host.</param>
    /// <param name="queues">The queues that the default exchange routes to, by name.</param>
    public static void AddTo(RoutingTable routing, string virtualHost, IReadOnlyDictionary<string, Queue> queues)
    {
        Add("", "direct", new DefaultRouter(queues, routing.Replies));
        foreach (var (name, type) in _named)
            Add(name, type, Routers.Create(new ExchangeDeclaration(name, virtualHost, type, FieldTable.Empty)));
        routing.Add(NewInternal(Firehose.ExchangeName));

        void Add(string name, string type, IRouter router) =>
            routing.Add(new Exchange(name, type, router, ExchangeFlags.Durable, FieldTable.Empty));
    }

    /// <summary>Creates a topic exchange that only the broker publishes to.</summary>
    public static Exchange NewInternal(string name) =>
        new(name, "topic", new TopicRouter(), ExchangeFlags.Durable | ExchangeFlags.Internal, FieldTable.Empty);
}
