using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Queues;

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

    /// <summary>The queue of a method; an empty name stands for the channel's last declared one.</summary>
    /// <exception cref="AmqpException">404: there is none. 405: another connection's.</exception>
    public static Queue GetQueue(this AmqpChannel channel, string name) =>
        channel.Session.VirtualHost.GetQueue(channel.QueueName(name), channel.Session);

    private static string QueueName(this AmqpChannel channel, string name)
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
        Queue queue;
        if (method.Passive)
        {
            queue = session.VirtualHost.GetQueue(name, session); // an empty name stands for nothing here
            queue.RenewLease();
        }
        else
        {
            bool isServerNamed = name.Length == 0;
            var flags = (method.Durable ? QueueFlags.Durable : 0) | (method.AutoDelete ? QueueFlags.AutoDelete : 0) | (method.Exclusive ? QueueFlags.Exclusive : 0);
            queue = session.VirtualHost.Topology.DeclareQueue(
                isServerNamed ? ReservedNames.NewQueueName() : name, isServerNamed, flags, method.Arguments, session);
            if (queue.IsExclusive)
                session.ExclusiveQueues.Add(queue);
        }
        channel.LastQueue = queue.Name;
        if (method.NoWait)
            return;
        var (ready, _, consumers) = queue.Counts;
        channel.Send(new QueueDeclareOk(queue.Name, (uint)Math.Min(ready, uint.MaxValue), (uint)consumers));
    }

    private static void Bind(AmqpChannel channel, QueueBind method)
    {
        var (name, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        var host = channel.Session.VirtualHost;
        // The default exchange binds each queue by its name already: who asks for just that has it.
        bool asksForItsOwn = method.Exchange.Length == 0 && (routingKey.Length == 0 || routingKey == name) && host.FindQueue(name) is not null;
        if (asksForItsOwn)
        {
            host.GetQueue(name, channel.Session);
        }
        else
        {
            Topology.DemandNotDefault(method.Exchange);
            host.GetExchange(method.Exchange); // of two that are missing RabbitMQ names the exchange
            host.Topology.Bind(method.Exchange, host.GetQueue(name, channel.Session), routingKey, method.Arguments);
        }
        if (!method.NoWait)
            channel.Send(new QueueBindOk());
    }

    private static void Unbind(AmqpChannel channel, QueueUnbind method)
    {
        var (name, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        var host = channel.Session.VirtualHost;
        Topology.DemandNotDefault(method.Exchange);
        if (host.FindQueue(name) is { } queue && host.Topology.IsBound(method.Exchange, queue, routingKey, method.Arguments))
        {
            host.DemandAccess(queue, channel.Session);
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
        int purged = channel.GetQueue(method.Queue).Purge();
        if (!method.NoWait)
            channel.Send(new QueuePurgeOk((uint)purged));
    }

    private static void Delete(AmqpChannel channel, QueueDelete method)
    {
        var session = channel.Session;
        var deleted = new DeletedQueue(0, []);
        if (session.VirtualHost.FindQueue(channel.QueueName(method.Queue)) is { } queue)
        {
            session.VirtualHost.DemandAccess(queue, session);
            deleted = session.VirtualHost.Topology.DeleteQueue(queue, method.IfUnused, method.IfEmpty);
            session.ExclusiveQueues.Remove(queue);
        }
        if (!method.NoWait)
            channel.Send(new QueueDeleteOk((uint)Math.Min(deleted.Ready, uint.MaxValue)));
        deleted.NotifyConsumers(session.Round);
    }
}
