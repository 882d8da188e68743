using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Publishing;

/// <summary>An exchange to which only the broker publishes.</summary>
/// <param name="Routing">Exchanges and bindings of the virtual host.</param>
/// <param name="Host">Services of the virtual host.</param>
/// <param name="Exchange">The exchange itself.</param>
internal sealed record InternalExchange(RoutingTable Routing, QueueHost Host, Exchange Exchange);
