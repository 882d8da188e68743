using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Routing;

/// <summary>
/// Routes messages to all destinations, like a fanout exchange, except those that have been at the downstream or have no hops left. A
/// downstream broker declares such an exchange in front of its queue, so that messages do not go round in circles.
/// </summary>
internal sealed class FederationUpstreamRouter : IRouter
{
    public const string TypeName = "x-federation-upstream";

    /// <summary>Argument for the maximum number of links that a message passes. Required.</summary>
    public const string MaxHops = "x-max-hops";

    /// <summary>Argument for the name of the downstream's cluster.</summary>
    public const string DownstreamName = "x-downstream-name";

    /// <summary>Argument for the name of the downstream's virtual host.</summary>
    public const string DownstreamVirtualHost = "x-downstream-vhost";

    private readonly FanoutRouter _all = new();
    private readonly long _maxHops;
    private readonly string? _cluster;
    private readonly string? _virtualHost;

    /// <exception cref="BrokerException">406: <c>x-max-hops</c> is missing or has another type.</exception>
    public FederationUpstreamRouter(FieldTable arguments)
    {
        if (arguments[MaxHops] is not { } hops)
            throw new BrokerException(BrokerError.Precondition, $"Argument {MaxHops} missing");
        if (hops.Type != FieldType.Int64)
            throw new BrokerException(BrokerError.Precondition, $"Argument {MaxHops} must be of type long");
        (_maxHops, _cluster, _virtualHost) = (hops.AsInteger(), Text(DownstreamName), Text(DownstreamVirtualHost));

        string? Text(string name) => arguments[name] is { Type: FieldType.LongString } value ? value.AsString() : null;
    }

    public bool VariesByMessage => true;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding) => _all.Add(binding);

    public void Remove(Binding binding) => _all.Remove(binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (message.Headers.IsEmpty || FederationHops.MayPass(FieldTableCodec.Read(message.Headers), _maxHops, _cluster, _virtualHost))
            _all.Route(message, route);
    }
}
