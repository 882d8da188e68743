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

/// <summary>
/// Declares, binds and deletes queues and exchanges for a session, and checks permissions. Owned by the session's thread.
/// </summary>
internal sealed class SessionTopology(BrokerClient client, AccessCheck access)
{
    private readonly VirtualHost _host = client.VirtualHost;

    /// <summary>Declares an exchange, or finds an existing one with the same properties.</summary>
    /// <exception cref="BrokerException">
    /// 403: reserved name, or access refused. 406: the exchange has other properties, or invalid arguments. 503: no such type.
    /// </exception>
    public void DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(name);
        Routers.DemandType(type);
        access.DemandExchange(AccessKind.Configure, name);
        DemandAlternateAccess(name, arguments);
        _host.Topology.DeclareExchange(name, type, flags, arguments);
    }

    /// <summary>Declares an exchange passively: throws if the exchange does not exist.</summary>
    /// <exception cref="BrokerException">403: the default exchange. 404: no such exchange.</exception>
    public void DemandExchange(string name)
    {
        ReservedNames.DemandNotDefault(name);
        _host.GetExchange(name);
    }

    /// <summary>Deletes an exchange with its bindings. A missing exchange is no error.</summary>
    /// <exception cref="BrokerException">403: a predeclared exchange, or access refused. 406: the exchange is in use.</exception>
    public void DeleteExchange(string name, bool ifUnused)
    {
        ReservedNames.DemandDeletable(name, _host.Name);
        access.DemandExchange(AccessKind.Configure, name);
        _host.Topology.DeleteExchange(name, ifUnused);
    }

    /// <summary>Binds an exchange to another.</summary>
    /// <exception cref="BrokerException">
    /// 403: the default exchange, or access refused. 404: an exchange is missing. 406: invalid arguments.
    /// </exception>
    public void BindExchange(string source, string destination, string routingKey, FieldTable arguments)
    {
        DemandEnds(source, destination, routingKey);
        _host.GetExchange(source); // checked first, because RabbitMQ's error names the source if both exchanges are missing
        _host.Topology.Bind(source, _host.GetExchange(destination), routingKey, arguments, client.Round);
    }

    /// <summary>Removes a binding. A missing binding or exchange is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or access refused.</exception>
    public void UnbindExchange(string source, string destination, string routingKey, FieldTable arguments)
    {
        DemandEnds(source, destination, routingKey);
        if (_host.FindExchange(destination) is { } found)
            _host.Topology.Unbind(source, found, routingKey, arguments);
    }

    /// <summary>Declares a queue, or returns an existing one with the same properties.</summary>
    /// <param name="name">The queue's name; empty: the broker chooses one.</param>
    /// <param name="flags">Durable, exclusive and auto-delete.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <exception cref="BrokerException">
    /// 403: reserved name, or access refused. 404: the queue has crashed. 405: another connection owns the queue. 406: other properties, or
    /// invalid arguments.
    /// </exception>
    public Queue DeclareQueue(string name, QueueFlags flags, FieldTable arguments)
    {
        bool isServerNamed = name.Length == 0;
        if (isServerNamed)
            name = ReservedNames.NewQueueName();
        else
            ReservedNames.DemandNotReserved("queue", name); // checked before the permissions
        access.DemandQueue(AccessKind.Configure, name);
        DemandDeadLetterAccess(name, arguments);
        var queue = _host.Topology.DeclareQueue(name, isServerNamed, flags, arguments, client);
        if (queue.Declaration.IsExclusive)
            client.ExclusiveQueues.Add(queue);
        return queue;
    }

    /// <summary>True for the pseudo-queue of direct reply-to, and for the reply address of a client that waits for replies.</summary>
    /// <exception cref="BrokerException">404: no client waits for replies to this address.</exception>
    public bool IsReplyTo(string name)
    {
        if (!name.StartsWith(ReservedNames.ReplyTo, StringComparison.Ordinal))
            return false;
        if (name != ReservedNames.ReplyTo && _host.Routing.Replies.Find(name) is null)
            throw NameErrors.NoQueue(name, _host.Name);
        return true;
    }

    /// <summary>Declares a queue passively: throws if the queue does not exist.</summary>
    /// <exception cref="BrokerException">404: no such queue, or it has crashed. 405: another connection owns the queue.</exception>
    public Queue DemandQueue(string name)
    {
        var queue = _host.GetQueue(name, client);
        queue.Faults.DemandRunning();
        queue.Use.Renew();
        return queue;
    }

    /// <summary>Returns a queue whose messages the user may read.</summary>
    /// <exception cref="BrokerException">
    /// 403: access refused. 404: no such queue, or it has crashed. 405: another connection owns the queue.
    /// </exception>
    public Queue GetQueueToRead(string name)
    {
        access.DemandQueue(AccessKind.Read, name);
        var queue = _host.GetQueue(name, client);
        queue.Faults.DemandRunning();
        return queue;
    }

    /// <summary>Deletes a queue. A missing queue is no error. The result contains the consumers, which the caller notifies.</summary>
    /// <exception cref="BrokerException">
    /// 403: access refused. 405: another connection owns the queue. 406: the queue is in use or not empty.
    /// </exception>
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

    /// <summary>Removes the ready messages of a queue.</summary>
    /// <returns>Number of removed messages.</returns>
    /// <inheritdoc cref="GetQueueToRead"/>
    public int Purge(string name) => GetQueueToRead(name).Purge();

    /// <summary>Binds a queue to an exchange.</summary>
    /// <exception cref="BrokerException">
    /// 403: the default exchange, or access refused. 404: exchange or queue is missing. 405: another connection owns the queue. 406:
    /// invalid arguments.
    /// </exception>
    public void BindQueue(string source, string queue, string routingKey, FieldTable arguments)
    {
        access.DemandQueue(AccessKind.Write, queue);
        // The default exchange already routes to each queue by the queue's name. So a request for this binding is no error.
        if (source.Length == 0 && (routingKey.Length == 0 || routingKey == queue) && _host.FindQueue(queue) is not null)
        {
            _host.GetQueue(queue, client);
            return;
        }
        DemandSource(source, routingKey);
        _host.GetExchange(source); // checked first, because RabbitMQ's error names the exchange if queue and exchange are missing
        _host.Topology.Bind(source, _host.GetQueue(queue, client), routingKey, arguments, client.Round);
    }

    /// <summary>Removes a binding. A missing binding, exchange or queue is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange, or access refused. 405: another connection owns the queue.</exception>
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

    /// <summary>Throws if the user may not use the exchange as the source of a binding with this routing key.</summary>
    private void DemandSource(string exchange, string routingKey)
    {
        ReservedNames.DemandNotDefault(exchange);
        access.DemandExchange(AccessKind.Read, exchange);
        if (_host.FindExchange(exchange) is { Type: "topic" })
            access.DemandTopic(AccessKind.Read, exchange, routingKey);
    }

    /// <summary>Checks that the user may read a new exchange and write to its alternate exchange, if there is one.</summary>
    private void DemandAlternateAccess(string name, FieldTable arguments)
    {
        if (arguments["alternate-exchange"] is not { Type: FieldType.LongString } alternate || _host.FindExchange(name) is not null)
            return;
        access.DemandExchange(AccessKind.Read, name);
        access.DemandExchange(AccessKind.Write, alternate.AsString());
    }

    /// <summary>Checks that the user may read a new queue and write to its dead-letter exchange, if there is one.</summary>
    private void DemandDeadLetterAccess(string name, FieldTable arguments)
    {
        if (arguments["x-dead-letter-exchange"] is not { Type: FieldType.LongString } exchange || _host.FindQueue(name) is not null)
            return;
        access.DemandQueue(AccessKind.Read, name);
        access.DemandExchange(AccessKind.Write, exchange.AsString());
    }
}
