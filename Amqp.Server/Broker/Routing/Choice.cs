using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A destination that a <see cref="ChoosingRouter"/> can choose. Holds the route, so that routing allocates nothing.</summary>
internal sealed class Choice(IBindingDestination destination)
{
    public IBindingDestination Destination { get; } = destination;

    /// <summary>The route, if the destination is a queue. Null for an exchange, because its routes depend on the message.</summary>
    public MessageRoute? Route { get; } = destination is Queue queue ? new MessageRoute([queue]) : null;
}
