using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Broker.Routing;

/// <summary>The routing rule of an exchange type. <see cref="Routers"/> lists all exchange types.</summary>
/// <remarks>
/// The caller holds the topology lock: shared for <see cref="Route"/>, exclusively for <see cref="Add"/> and <see cref="Remove"/>.
/// </remarks>
internal interface IRouter
{
    /// <summary>True if messages with the same routing key can have different routes. Their routes cannot be cached.</summary>
    bool VariesByMessage { get; }

    /// <summary>Checks the arguments of a new binding. Needs no lock.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for this exchange type.</exception>
    void Validate(Binding binding);

    void Add(Binding binding);

    void Remove(Binding binding);

    /// <summary>Adds all destinations of a message to its route.</summary>
    void Route(in RoutedMessage message, RouteFinder route);
}

/// <summary>The parts of a message that a router may use.</summary>
/// <param name="routingKey">The routing key of the message.</param>
/// <param name="headers">The encoded fields of the headers table, without the length.</param>
internal readonly ref struct RoutedMessage(string routingKey, ReadOnlySpan<byte> headers)
{
    /// <summary>Creates the value from the encoded parts of a message.</summary>
    /// <param name="address">Exchange and routing key, as two short strings.</param>
    /// <param name="properties">Property flags and property list.</param>
    /// <param name="headers">The encoded fields of the headers table, without the length.</param>
    /// <param name="furtherKeys">Keys of the CC and BCC headers.</param>
    public static RoutedMessage Of(
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, ReadOnlySpan<string> furtherKeys)
    {
        PublishAddress.Split(address, out _, out var routingKey);
        return new RoutedMessage(OctetText.Decode(routingKey), headers) { FurtherKeys = furtherKeys, Properties = properties };
    }

    public string RoutingKey { get; } = routingKey;

    /// <summary>Keys of the headers CC and BCC. A router that uses the routing key must use these keys as well.</summary>
    public ReadOnlySpan<string> FurtherKeys { get; init; }

    public ReadOnlySpan<byte> Headers { get; } = headers;

    /// <summary>Property flags and property list; empty if the message has no properties.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }
}
