using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Broker.Routing;

/// <summary>What makes one exchange type differ from another. Adding a type means adding one of these to <see cref="Routers"/>.</summary>
/// <remarks>The virtual host's topology lock guards every call: shared for <see cref="Route"/>, exclusive for the others.</remarks>
internal interface IRouter
{
    /// <summary>True when messages of one routing key may go different ways, so that no route can be remembered for it.</summary>
    bool VariesByMessage { get; }

    /// <summary>Checks a binding's arguments before it is added.</summary>
    /// <exception cref="BrokerException">406: they make no sense for this type.</exception>
    void Validate(Binding binding);

    void Add(Binding binding);

    void Remove(Binding binding);

    /// <summary>Adds each destination that matches to the route being found.</summary>
    void Route(in RoutedMessage message, RouteFinder route);
}

/// <summary>What routing may look at.</summary>
/// <param name="routingKey">The key that it was published with.</param>
/// <param name="headers">The encoded fields of its headers table, without their length.</param>
internal readonly ref struct RoutedMessage(string routingKey, ReadOnlySpan<byte> headers)
{
    /// <summary>A message in its encoded form.</summary>
    /// <param name="address">Exchange and routing key.</param>
    /// <param name="properties">Flags and list.</param>
    /// <param name="headers">The headers among them.</param>
    /// <param name="furtherKeys">See <see cref="FurtherKeys"/>.</param>
    public static RoutedMessage Of(ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, ReadOnlySpan<string> furtherKeys)
    {
        PublishAddress.Split(address, out _, out var routingKey);
        return new RoutedMessage(OctetText.Decode(routingKey), headers) { FurtherKeys = furtherKeys, Properties = properties };
    }

    public string RoutingKey { get; } = routingKey;

    /// <summary>The keys of its CC and BCC headers: a router that goes by keys goes by these too.</summary>
    public ReadOnlySpan<string> FurtherKeys { get; init; }

    public ReadOnlySpan<byte> Headers { get; } = headers;

    /// <summary>Its property flags and list; empty when it has none.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }
}
