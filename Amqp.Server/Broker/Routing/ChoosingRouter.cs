using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>A router that routes each message to a single one of its destinations.</summary>
internal abstract class ChoosingRouter : IRouter
{
    public bool VariesByMessage => true;

    public abstract void Validate(Binding binding);

    public abstract void Add(Binding binding);

    public abstract void Remove(Binding binding);

    /// <summary>Returns the destination of a message; null if the exchange has no bindings. Ignores the headers CC and BCC.</summary>
    /// <param name="routingKey">The encoded routing key.</param>
    /// <param name="headers">The encoded fields of the headers table, without the length.</param>
    /// <param name="properties">Property flags and property list; empty if there are none.</param>
    public abstract Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (Choose(OctetText.Encode(message.RoutingKey), message.Headers, message.Properties) is { } choice)
            route.Add(choice.Destination);
    }
}
