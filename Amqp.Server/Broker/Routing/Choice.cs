using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A destination that a <see cref="ChoosingRouter"/> may choose, with the route to it. Made with its binding, so that a message costs no object.</summary>
internal sealed class Choice(IBindingDestination destination)
{
    public IBindingDestination Destination { get; } = destination;

    /// <summary>The route to the queue; null for an exchange, from which it depends on the message.</summary>
    public MessageRoute? Route { get; } = destination is Queue queue ? new MessageRoute([queue]) : null;
}
