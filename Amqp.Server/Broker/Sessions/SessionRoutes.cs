using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Finds the routes of a session's messages, and checks the user's permissions. Owned by the session's thread.</summary>
internal sealed class SessionRoutes(VirtualHost virtualHost, AccessCheck access, ChannelCounts counts)
{
    private readonly RoutingTable _routing = virtualHost.Routing;
    private readonly RouteCache _routes = new(virtualHost.Routing);
    private readonly RouteFinder _finder = new(virtualHost.Routing);
    // The most recently used exchange of those that have a ChoosingRouter.
    private (byte[] Name, Exchange Exchange, int Version) _choosing = ([], null!, 0);

    /// <summary>Returns the route of a message. A change of permissions invalidates cached routes.</summary>
    /// <param name="address">Exchange and routing key as received.</param>
    /// <param name="properties">Property flags and list as received.</param>
    /// <param name="headers">The encoded fields of the headers.</param>
    /// <param name="tally">Counts the publishes to the exchange.</param>
    /// <exception cref="BrokerException">403, 404 or 406, as in RabbitMQ.</exception>
    public MessageRoute Find(ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, out ExchangeTally tally)
    {
        bool isSenderSelected = !headers.IsEmpty && SenderSelectedKeys.AreIn(headers);
        if (!isSenderSelected && _routes.TryFind(address, out var known, out tally))
            return known;

        var (version, declarations) = (_routing.Version, _routing.Declarations);
        PublishAddress.Split(address, out var exchangeName, out var routingKey);
        var exchange = FindChoosing(exchangeName, version) ?? DemandExchange(OctetText.Decode(exchangeName));
        tally = counts.TallyOf(exchange.Counts);
        if (exchange.Chooser is { } chooser && !isSenderSelected)
        {
            if (!ReferenceEquals(exchange, _choosing.Exchange) || version != _choosing.Version)
                _choosing = (exchangeName.ToArray(), exchange, version);
            if (_routing.Choose(chooser, routingKey, headers, properties) is { Route: { } chosen })
                return chosen;
        }
        string[] furtherKeys = isSenderSelected ? SenderSelectedKeys.Read(headers) : [];
        var message = new RoutedMessage(OctetText.Decode(routingKey), headers) { FurtherKeys = furtherKeys, Properties = properties };
        if (exchange.Type == "topic")
            DemandTopics(exchange, message);
        _routing.Follow(exchange, message, _finder);
        var route = _finder.ToRoute();
        if (!isSenderSelected && !_finder.VariesByMessage)
            _routes.Add(address, route, tally, version, _finder.HasMissed ? declarations : null);
        return route;
    }

    /// <summary>Updates the route of a message when its transaction commits: finds the queues again by name.</summary>
    /// <param name="route">The route that was found at the publish.</param>
    /// <param name="version">The value of <see cref="RoutingTable.Changes"/> before the publish.</param>
    /// <param name="head">The head of the message.</param>
    public MessageRoute Renew(MessageRoute route, int version, ReadOnlySpan<byte> head)
    {
        if (version == _routing.Changes)
            return route;
        var message = EncodedMessage.Read(head);
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        // The default exchange routes by queue name, so it also finds a queue that was declared between publish and commit.
        IEnumerable<string> names = exchange.IsEmpty
            ? [
                OctetText.Decode(routingKey),
                .. SenderSelectedKeys.Read(EncodedProperties.Read(message.Properties).Headers),
                .. SenderSelectedKeys.Reveal(message.HiddenKeys)
            ]
            : route.Queues.Select(queue => queue.Name);
        Queue[] queues = [.. names.Select(virtualHost.FindQueue).OfType<Queue>().Distinct()];
        return route.WithQueues(queues);
    }

    /// <summary>Returns the exchange in <c>_choosing</c>; null if the name or the topology differs.</summary>
    private Exchange? FindChoosing(ReadOnlySpan<byte> name, int version) =>
        version == _choosing.Version && name.SequenceEqual(_choosing.Name) ? _choosing.Exchange : null;

    private void DemandTopics(Exchange exchange, in RoutedMessage message)
    {
        access.DemandTopic(AccessKind.Write, exchange.Name, message.RoutingKey);
        foreach (string key in message.FurtherKeys)
            access.DemandTopic(AccessKind.Write, exchange.Name, key);
    }

    private Exchange DemandExchange(string name)
    {
        access.DemandExchange(AccessKind.Write, name);
        var exchange = _routing.Find(name) ?? throw NameErrors.NoExchange(name, virtualHost.Name);
        if (exchange.IsInternal)
            throw new BrokerException(BrokerError.Refused, $"cannot publish to internal exchange '{name}' in vhost '{virtualHost.Name}'");
        return exchange;
    }
}
