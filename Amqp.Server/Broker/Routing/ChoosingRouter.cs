using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>A router that routes each message to only one of its destinations.</summary>
/// <remarks>A publish calls <see cref="Choose"/> with the received bytes, so that the route to a queue allocates nothing.</remarks>
internal abstract class ChoosingRouter : IRouter
{
    public bool VariesByMessage => true;

    public abstract void Validate(Binding binding);

    public abstract void Add(Binding binding);

    public abstract void Remove(Binding binding);

    /// <summary>Returns the destination of a message, or null if nothing is bound. CC and BCC are ignored.</summary>
    /// <param name="routingKey">The routing key, as received.</param>
    /// <param name="headers">The encoded fields of the headers table, without its length.</param>
    /// <param name="properties">Property flags and list; empty if the message has no properties.</param>
    public abstract Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (Choose(OctetText.Encode(message.RoutingKey), message.Headers, message.Properties) is { } choice)
            route.Add(choice.Destination);
    }
}
