using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The queue.* methods: check, ask the broker, reply.</summary>
internal static class QueueHandlers
{
    public static MethodTable<AmqpChannel> OnQueueMethods(this MethodTable<AmqpChannel> table) => table
        .On<QueueDeclare>(Declare)
        .On<QueueBind>(Bind)
        .On<QueueUnbind>(Unbind)
        .On<QueuePurge>(Purge)
        .On<QueueDelete>(Delete);

    /// <summary>The queue of a method that takes messages out; an empty name stands for the channel's last declared one.</summary>
    /// <exception cref="AmqpException">403: the user may not. 404: there is none, or it has crashed. 405: another connection's.</exception>
    public static Queue GetQueueToRead(this AmqpChannel channel, string name)
    {
        string meant = channel.QueueName(name);
        channel.Access.DemandQueue(AccessKind.Read, meant);
        var queue = channel.Session.VirtualHost.GetQueue(meant, channel.Session);
        queue.DemandRunning();
        return queue;
    }

    /// <summary>The name itself, or that of the channel's last declared queue for an empty one.</summary>
    /// <exception cref="AmqpException">404: none was declared.</exception>
    public static string QueueName(this AmqpChannel channel, string name)
    {
        if (name.Length > 0)
            return name;
        return channel.LastQueue.Length > 0
            ? channel.LastQueue
            : throw new AmqpException(ReplyCode.NotFound, "no previously declared queue");
    }

    private static void Declare(AmqpChannel channel, QueueDeclare method)
    {
        var session = channel.Session;
        string name = ReservedNames.Clean(method.Queue);
        if (name.StartsWith(ReservedNames.ReplyTo, StringComparison.Ordinal))
        {
            DirectReplyToHandlers.Declare(channel, name, method.NoWait);
            return;
        }
        Queue queue;
        if (method.Passive)
        {
            queue = session.VirtualHost.GetQueue(name, session); // an empty name stands for nothing here
            queue.DemandRunning();
            queue.RenewLease();
        }
        else
        {
            bool isServerNamed = name.Length == 0;
            if (isServerNamed)
                name = ReservedNames.NewQueueName();
            else
                ReservedNames.DemandNotReserved("queue", name); // before anything is said about permissions
            channel.Access.DemandQueue(AccessKind.Configure, name);
            DemandDeadLetterAccess(channel, name, method.Arguments);
            var flags = (method.Durable ? QueueFlags.Durable : 0) | (method.AutoDelete ? QueueFlags.AutoDelete : 0) | (method.Exclusive ? QueueFlags.Exclusive : 0);
            queue = session.VirtualHost.Topology.DeclareQueue(name, isServerNamed, flags, method.Arguments, session);
            if (queue.IsExclusive)
                session.ExclusiveQueues.Add(queue);
        }
        channel.LastQueue = queue.Name;
        if (method.NoWait)
            return;
        var (ready, _, consumers) = queue.Counts;
        channel.Send(new QueueDeclareOk(queue.Name, (uint)Math.Min(ready, uint.MaxValue), (uint)consumers));
    }

    /// <summary>Who has a new queue's messages sent on reads from it and writes to where they go.</summary>
    private static void DemandDeadLetterAccess(AmqpChannel channel, string name, FieldTable arguments)
    {
        if (arguments["x-dead-letter-exchange"] is not { Type: FieldType.LongString } exchange || channel.Session.VirtualHost.FindQueue(name) is not null)
            return;
        channel.Access.DemandQueue(AccessKind.Read, name);
        channel.Access.DemandExchange(AccessKind.Write, exchange.AsString());
    }

    private static void Bind(AmqpChannel channel, QueueBind method)
    {
        var (name, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        channel.Access.DemandQueue(AccessKind.Write, name);
        var host = channel.Session.VirtualHost;
        // The default exchange binds each queue by its name already: who asks for just that has it.
        bool asksForItsOwn = method.Exchange.Length == 0 && (routingKey.Length == 0 || routingKey == name) && host.FindQueue(name) is not null;
        if (asksForItsOwn)
        {
            host.GetQueue(name, channel.Session);
        }
        else
        {
            channel.DemandSource(method.Exchange, routingKey);
            host.GetExchange(method.Exchange); // of two that are missing RabbitMQ names the exchange
            host.Topology.Bind(method.Exchange, host.GetQueue(name, channel.Session), routingKey, method.Arguments, channel.Session.Round);
        }
        if (!method.NoWait)
            channel.Send(new QueueBindOk());
    }

    private static void Unbind(AmqpChannel channel, QueueUnbind method)
    {
        var (name, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        var host = channel.Session.VirtualHost;
        channel.Access.DemandQueue(AccessKind.Write, name);
        channel.DemandSource(method.Exchange, routingKey);
        if (host.FindQueue(name) is { } queue && host.Topology.IsBound(method.Exchange, queue, routingKey, method.Arguments))
        {
            queue.DemandAccess(channel.Session);
            host.Topology.Unbind(method.Exchange, queue, routingKey, method.Arguments);
        }
        channel.Send(new QueueUnbindOk());
    }

    /// <summary>An empty queue name stands for the last declared one, and with it an empty routing key for its name.</summary>
    private static (string Queue, string RoutingKey) BindingNames(AmqpChannel channel, string queue, string routingKey)
    {
        string name = channel.QueueName(queue);
        return (name, queue.Length == 0 && routingKey.Length == 0 ? name : routingKey);
    }

    private static void Purge(AmqpChannel channel, QueuePurge method)
    {
        int purged = channel.GetQueueToRead(method.Queue).Purge();
        if (!method.NoWait)
            channel.Send(new QueuePurgeOk((uint)purged));
    }

    private static void Delete(AmqpChannel channel, QueueDelete method)
    {
        var session = channel.Session;
        var deleted = new DeletedQueue(0, []);
        string name = channel.QueueName(method.Queue);
        channel.Access.DemandQueue(AccessKind.Configure, name);
        if (session.VirtualHost.FindQueue(name) is { } queue)
        {
            queue.DemandAccess(session);
            deleted = session.VirtualHost.Topology.DeleteQueue(queue, method.IfUnused, method.IfEmpty);
            session.ExclusiveQueues.Remove(queue);
        }
        if (!method.NoWait)
            channel.Send(new QueueDeleteOk((uint)Math.Min(deleted.Ready, uint.MaxValue)));
        deleted.NotifyConsumers(session.Round);
    }
}
