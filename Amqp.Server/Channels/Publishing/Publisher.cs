using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Channels.Publishing;

/// <summary>Takes a whole message of a channel: finds its route, stores it, adds it to its queues, or returns it.</summary>
/// <remarks>Owned by the connection's read loop.</remarks>
internal sealed class Publisher(AmqpChannel channel)
{
    private readonly VirtualHost _virtualHost = channel.Session.VirtualHost;
    private readonly RoutingTable _routing = channel.Session.VirtualHost.Routing;
    private readonly RouteCache _routes = new(channel.Session.VirtualHost.Routing);
    private readonly RouteFinder _finder = new(channel.Session.VirtualHost.Routing);
    private readonly MessageIntake _intake = new(channel.Session.VirtualHost.Host.Services);
    private (byte[] Name, Exchange Exchange, int Version) _choosing = ([], null!, 0); // the exchange that chose last

    /// <summary>Where a message goes, if the user may send it there. What is remembered was allowed, and is forgotten when permissions change.</summary>
    /// <param name="address">Exchange and routing key as they came.</param>
    /// <param name="properties">Flags and property list as they came.</param>
    /// <param name="headers">The encoded fields of its headers.</param>
    /// <param name="tally">Counts what is published to the exchange.</param>
    /// <exception cref="AmqpException">403, 404 or 406, as RabbitMQ answers a publish that cannot be.</exception>
    public MessageRoute FindRoute(ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, out ExchangeTally tally)
    {
        bool isSenderSelected = !headers.IsEmpty && SenderSelectedKeys.AreIn(headers);
        if (!isSenderSelected && _routes.TryFind(address, out var known, out tally))
            return known;

        var (version, declarations) = (_routing.Version, _routing.Declarations);
        PublishAddress.Split(address, out var exchangeName, out var routingKey);
        var exchange = FindChoosing(exchangeName, version) ?? DemandExchange(OctetText.Decode(exchangeName));
        tally = channel.Counts.TallyOf(exchange.Counts);
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

    /// <summary>Where a message goes whose tx.commit has come. As in RabbitMQ the bindings are those at the time of the publish, and the queues those that have their names now.</summary>
    /// <param name="route">The route that was found at the publish.</param>
    /// <param name="version">The count of the virtual host's changes before that.</param>
    /// <param name="head">The head of the message.</param>
    public MessageRoute Renew(MessageRoute route, int version, ReadOnlySpan<byte> head)
    {
        if (version == _routing.Changes)
            return route;
        var message = EncodedMessage.Read(head);
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        // The default exchange's bindings are the names themselves.
        IEnumerable<string> names = exchange.IsEmpty
            ? [OctetText.Decode(routingKey), .. SenderSelectedKeys.Read(EncodedProperties.Read(message.Properties).Headers), .. SenderSelectedKeys.Reveal(message.HiddenKeys)]
            : route.Queues.Select(queue => queue.Name);
        Queue[] queues = [.. names.Select(_virtualHost.FindQueue).OfType<Queue>().Distinct()];
        return new MessageRoute(queues, route.Targets) { Replies = route.Replies };
    }

    /// <inheritdoc cref="MessageIntake.Store"/>
    public long Store(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits) =>
        _intake.Store(route, head, body, traits, channel.Session.Round);

    /// <summary>Sends a reply to the requesters of its route.</summary>
    /// <returns>False when none of them takes it any more.</returns>
    public bool Reply(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var message = EncodedMessage.Read(head);
        bool isTaken = false;
        foreach (var consumer in route.Replies)
            isTaken |= consumer.Deliver(message, body, channel.Session.Round);
        return isTaken;
    }

    /// <summary>Sends a mandatory message back that no queue takes (basic.return 312).</summary>
    public void Return(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var message = EncodedMessage.Read(head);
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        var session = channel.Session;
        lock (session.Outbox.Gate)
        {
            session.Outbox.Write(channel.Number, new BasicReturn((ushort)ReplyCode.NoRoute, ReplyCode.NoRoute.Name(), OctetText.Decode(exchange), OctetText.Decode(routingKey)));
            session.Outbox.WriteContent(channel.Number, message.Properties, body, session.FrameMax);
        }
        session.Round.Touch(session.Outbox);
    }

    /// <summary>The exchange that chose last, if it is of this name and still there: the choice then costs not even a string.</summary>
    private Exchange? FindChoosing(ReadOnlySpan<byte> name, int version) =>
        version == _choosing.Version && name.SequenceEqual(_choosing.Name) ? _choosing.Exchange : null;

    private void DemandTopics(Exchange exchange, in RoutedMessage message)
    {
        channel.Access.DemandTopic(AccessKind.Write, exchange.Name, message.RoutingKey, BasicPublish.Id);
        foreach (string key in message.FurtherKeys)
            channel.Access.DemandTopic(AccessKind.Write, exchange.Name, key, BasicPublish.Id);
    }

    private Exchange DemandExchange(string name)
    {
        channel.Access.DemandExchange(AccessKind.Write, name, BasicPublish.Id);
        var exchange = _routing.Find(name)
            ?? throw new AmqpException(ReplyCode.NotFound, NameErrors.NoExchange(name, _virtualHost.Name).Message, BasicPublish.Id);
        if (exchange.IsInternal)
            throw new AmqpException(ReplyCode.AccessRefused, $"cannot publish to internal exchange '{name}' in vhost '{_virtualHost.Name}'", BasicPublish.Id);
        return exchange;
    }
}
