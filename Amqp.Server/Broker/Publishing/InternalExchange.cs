using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Publishing;

/// <summary>An exchange that only the broker publishes to.</summary>
/// <param name="Routing">The exchanges of its virtual host.</param>
/// <param name="Host">What the virtual host works with.</param>
/// <param name="Exchange">The exchange itself.</param>
internal sealed record InternalExchange(RoutingTable Routing, QueueHost Host, Exchange Exchange);
