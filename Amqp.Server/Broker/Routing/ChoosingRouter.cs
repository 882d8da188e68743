using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>A router that gives each message to one of its destinations, however many bindings there are.</summary>
/// <remarks>A publish asks <see cref="Choose"/> with the bytes that came, so that a message costs no object where the choice is a queue.</remarks>
internal abstract class ChoosingRouter : IRouter
{
    public bool VariesByMessage => true;

    public abstract void Validate(Binding binding);

    public abstract void Add(Binding binding);

    public abstract void Remove(Binding binding);

    /// <summary>What a message goes to, or null when nothing is bound. CC and BCC have no say.</summary>
    /// <param name="routingKey">As it came.</param>
    /// <param name="headers">The encoded fields of its headers table, without their length.</param>
    /// <param name="properties">Its flags and property list; empty when it has none.</param>
    public abstract Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (Choose(OctetText.Encode(message.RoutingKey), message.Headers, message.Properties) is { } choice)
            route.Add(choice.Destination);
    }
}
