using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>
/// A destination that a <see cref="ChoosingRouter"/> can choose, with the route to it. Created when a queue or exchange is bound, so that
/// the route of a message allocates nothing.
/// </summary>
internal sealed class Choice(IBindingDestination destination)
{
    public IBindingDestination Destination { get; } = destination;

    /// <summary>The route to a queue; null for an exchange, whose route depends on the message.</summary>
    public MessageRoute? Route { get; } = destination is Queue queue ? new MessageRoute([queue]) : null;
}
