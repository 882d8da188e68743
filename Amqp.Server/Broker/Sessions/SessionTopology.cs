using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>What a session's user declares, binds and deletes, as far as that user may.</summary>
/// <remarks>Owned by the one thread that asks for the session.</remarks>
internal sealed class SessionTopology(BrokerClient client, AccessCheck access)
{
    private readonly VirtualHost _host = client.VirtualHost;

    /// <summary>Declares an exchange, or finds that it is there already as asked for.</summary>
    /// <exception cref="BrokerException">403: reserved name, or the user may not. 406: there, but different; or bad arguments. 503: no such type.</exception>
    public void DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(name);
        Routers.DemandType(type);
        access.DemandExchange(AccessKind.Configure, name);
        DemandAlternateAccess(name, arguments);
        _host.Topology.DeclareExchange(name, type, flags, arguments);
    }

    /// <summary>Demands that an exchange is there (a passive declare).</summary>
    /// <exception cref="BrokerException">403: the default exchange. 404: there is none.</exception>
    public void DemandExchange(string name)
    {
        ReservedNames.DemandNotDefault(name);
        _host.GetExchange(name);
    }

    /// <summary>Deletes an exchange with its bindings. One that is not there is no error.</summary>
    /// <exception cref="BrokerException">403: a predeclared one, or the user may not. 406: in use.</exception>
    public void DeleteExchange(string name, bool ifUnused)
    {
        ReservedNames.DemandDeletable(name, _host.Name);
        access.DemandExchange(AccessKind.Configure, name);
        _host.Topology.DeleteExchange(name, ifUnused);
    }

    /// <summary>Binds an exchange to another.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or the user may not. 404: an end is not there. 406: bad arguments.</exception>
    public void BindExchange(string source, string destination, string routingKey, FieldTable arguments)
    {
        DemandEnds(source, destination, routingKey);
        _host.GetExchange(source); // of two that are missing RabbitMQ names the source
        _host.Topology.Bind(source, _host.GetExchange(destination), routingKey, arguments, client.Round);
    }

    /// <summary>Removes a binding; one that is not there, or has an end that is not, is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or the user may not.</exception>
    public void UnbindExchange(string source, string destination, string routingKey, FieldTable arguments)
    {
        DemandEnds(source, destination, routingKey);
        if (_host.FindExchange(destination) is { } found)
            _host.Topology.Unbind(source, found, routingKey, arguments);
    }

    /// <summary>Declares a queue, or finds that it is there already as asked for.</summary>
    /// <param name="name">Its name; empty: the broker gives it one.</param>
    /// <param name="flags">What it shall be.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <exception cref="BrokerException">403: reserved name, or the user may not. 405: another connection's. 406: there, but different; or bad arguments.</exception>
    public Queue DeclareQueue(string name, QueueFlags flags, FieldTable arguments)
    {
        bool isServerNamed = name.Length == 0;
        if (isServerNamed)
            name = ReservedNames.NewQueueName();
        else
            ReservedNames.DemandNotReserved("queue", name); // before anything is said about permissions
        access.DemandQueue(AccessKind.Configure, name);
        DemandDeadLetterAccess(name, arguments);
        var queue = _host.Topology.DeclareQueue(name, isServerNamed, flags, arguments, client);
        if (queue.Declaration.IsExclusive)
            client.ExclusiveQueues.Add(queue);
        return queue;
    }

    /// <summary>Whether a name is that of direct reply-to: the pseudo-queue, which is always there, or a requester. Such a name is looked up, never declared.</summary>
    /// <exception cref="BrokerException">404: there is no such requester (any more).</exception>
    public bool IsReplyTo(string name)
    {
        if (!name.StartsWith(ReservedNames.ReplyTo, StringComparison.Ordinal))
            return false;
        if (name != ReservedNames.ReplyTo && _host.Routing.Replies.Find(name) is null)
            throw NameErrors.NoQueue(name, _host.Name);
        return true;
    }

    /// <summary>Demands that a queue is there (a passive declare).</summary>
    /// <exception cref="BrokerException">404: there is none, or it has crashed. 405: another connection's.</exception>
    public Queue DemandQueue(string name)
    {
        var queue = _host.GetQueue(name, client);
        queue.Faults.DemandRunning();
        queue.Use.Renew();
        return queue;
    }

    /// <summary>The queue, to take messages out of it.</summary>
    /// <exception cref="BrokerException">403: the user may not. 404: there is none, or it has crashed. 405: another connection's.</exception>
    public Queue GetQueueToRead(string name)
    {
        access.DemandQueue(AccessKind.Read, name);
        var queue = _host.GetQueue(name, client);
        queue.Faults.DemandRunning();
        return queue;
    }

    /// <summary>Deletes a queue with its bindings and its messages. One that is not there is no error. Its consumers are for the caller to tell.</summary>
    /// <exception cref="BrokerException">403: the user may not. 405: another connection's. 406: in use or not empty, when that was a condition.</exception>
    public DeletedQueue DeleteQueue(string name, bool ifUnused, bool ifEmpty)
    {
        access.DemandQueue(AccessKind.Configure, name);
        if (_host.FindQueue(name) is not { } queue)
            return new DeletedQueue(0, []);
        queue.DemandAccess(client);
        var deleted = _host.Topology.DeleteQueue(queue, ifUnused, ifEmpty);
        client.ExclusiveQueues.Remove(queue);
        return deleted;
    }

    /// <summary>Removes the messages of a queue that are ready.</summary>
    /// <returns>How many.</returns>
    /// <inheritdoc cref="GetQueueToRead"/>
    public int Purge(string name) => GetQueueToRead(name).Purge();

    /// <summary>Binds a queue to an exchange.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or the user may not. 404: an end is not there. 405: another connection's queue. 406: bad arguments.</exception>
    public void BindQueue(string source, string queue, string routingKey, FieldTable arguments)
    {
        access.DemandQueue(AccessKind.Write, queue);
        // The default exchange binds each queue by its name already: who asks for just that has it.
        if (source.Length == 0 && (routingKey.Length == 0 || routingKey == queue) && _host.FindQueue(queue) is not null)
        {
            _host.GetQueue(queue, client);
            return;
        }
        DemandSource(source, routingKey);
        _host.GetExchange(source); // of two that are missing RabbitMQ names the exchange
        _host.Topology.Bind(source, _host.GetQueue(queue, client), routingKey, arguments, client.Round);
    }

    /// <summary>Removes a binding; one that is not there, or has an end that is not, is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or the user may not. 405: another connection's queue.</exception>
    public void UnbindQueue(string source, string queue, string routingKey, FieldTable arguments)
    {
        access.DemandQueue(AccessKind.Write, queue);
        DemandSource(source, routingKey);
        if (_host.FindQueue(queue) is not { } found || !_host.Topology.IsBound(source, found, routingKey, arguments))
            return;
        found.DemandAccess(client);
        _host.Topology.Unbind(source, found, routingKey, arguments);
    }

    private void DemandEnds(string source, string destination, string routingKey)
    {
        access.DemandExchange(AccessKind.Write, destination);
        ReservedNames.DemandNotDefault(destination);
        DemandSource(source, routingKey);
    }

    /// <summary>Demands that a binding may take from this exchange with this routing key.</summary>
    private void DemandSource(string exchange, string routingKey)
    {
        ReservedNames.DemandNotDefault(exchange);
        access.DemandExchange(AccessKind.Read, exchange);
        if (_host.FindExchange(exchange) is { Type: "topic" })
            access.DemandTopic(AccessKind.Read, exchange, routingKey);
    }

    /// <summary>Who has a new exchange's messages sent on reads from it and writes to where they go.</summary>
    private void DemandAlternateAccess(string name, FieldTable arguments)
    {
        if (arguments["alternate-exchange"] is not { Type: FieldType.LongString } alternate || _host.FindExchange(name) is not null)
            return;
        access.DemandExchange(AccessKind.Read, name);
        access.DemandExchange(AccessKind.Write, alternate.AsString());
    }

    /// <summary>Who has a new queue's messages sent on reads from it and writes to where they go.</summary>
    private void DemandDeadLetterAccess(string name, FieldTable arguments)
    {
        if (arguments["x-dead-letter-exchange"] is not { Type: FieldType.LongString } exchange || _host.FindQueue(name) is not null)
            return;
        access.DemandQueue(AccessKind.Read, name);
        access.DemandExchange(AccessKind.Write, exchange.AsString());
    }
}
