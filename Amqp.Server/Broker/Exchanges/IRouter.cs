namespace Amqp.Server.Broker.Exchanges;

/// <summary>What makes one exchange type differ from another. Adding a type means adding one of these to <see cref="Routers"/>.</summary>
/// <remarks>The virtual host's topology lock guards every call: shared for <see cref="Route"/>, exclusive for the others.</remarks>
internal interface IRouter
{
    /// <summary>True when routes depend on a message's headers, so that none can be remembered for its routing key.</summary>
    bool ReadsHeaders { get; }

    /// <summary>Checks a binding's arguments before it is added.</summary>
    /// <exception cref="Protocol.AmqpException">406: they make no sense for this type.</exception>
    void Validate(Binding binding);

    void Add(Binding binding);

    void Remove(Binding binding);

    /// <summary>Adds each destination that matches to the route being found.</summary>
    void Route(in RoutedMessage message, RouteFinder route);
}

/// <summary>What routing may look at.</summary>
/// <param name="routingKey">The key of this copy: the message's own, or one of its CC and BCC headers.</param>
/// <param name="headers">The encoded fields of its headers table, without their length.</param>
internal readonly ref struct RoutedMessage(string routingKey, ReadOnlySpan<byte> headers)
{
    public string RoutingKey { get; } = routingKey;

    public ReadOnlySpan<byte> Headers { get; } = headers;
}
