using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Broker.Routing;

/// <summary>The routing rule of an exchange type. <see cref="Routers"/> has the table of types.</summary>
/// <remarks>
/// The caller holds the virtual host's topology lock: shared for <see cref="Route"/>, exclusively for <see cref="Add"/> and
/// <see cref="Remove"/>. <see cref="Validate"/> reads no state and needs no lock.
/// </remarks>
internal interface IRouter
{
    /// <summary>True if messages with the same routing key can have different routes, so that no route can be cached.</summary>
    bool VariesByMessage { get; }

    /// <summary>Validates a binding's arguments before the binding is added.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for this type.</exception>
    void Validate(Binding binding);

    void Add(Binding binding);

    void Remove(Binding binding);

    /// <summary>Adds each matching destination to a route.</summary>
    void Route(in RoutedMessage message, RouteFinder route);
}

/// <summary>The parts of a message that routers may use.</summary>
/// <param name="routingKey">The key that the message was published with.</param>
/// <param name="headers">The encoded fields of the headers table, without its length.</param>
internal readonly ref struct RoutedMessage(string routingKey, ReadOnlySpan<byte> headers)
{
    /// <summary>Creates the view of a message in its encoded form.</summary>
    /// <param name="address">Exchange and routing key.</param>
    /// <param name="properties">Property flags and list.</param>
    /// <param name="headers">The encoded fields of the headers table, without its length.</param>
    /// <param name="furtherKeys">Keys of the CC and BCC headers.</param>
    public static RoutedMessage Of(
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, ReadOnlySpan<string> furtherKeys)
    {
        PublishAddress.Split(address, out _, out var routingKey);
        return new RoutedMessage(OctetText.Decode(routingKey), headers) { FurtherKeys = furtherKeys, Properties = properties };
    }

    public string RoutingKey { get; } = routingKey;

    /// <summary>Keys of the CC and BCC headers. A router that uses the routing key uses them too.</summary>
    public ReadOnlySpan<string> FurtherKeys { get; init; }

    public ReadOnlySpan<byte> Headers { get; } = headers;

    /// <summary>Property flags and list; empty if the message has no properties.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }
}
