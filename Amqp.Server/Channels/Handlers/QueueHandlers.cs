using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles the queue.* methods.</summary>
internal static class QueueHandlers
{
    public static MethodTable<AmqpChannel> OnQueueMethods(this MethodTable<AmqpChannel> table) => table
        .On<QueueDeclare>(Declare)
        .On<QueueBind>(Bind)
        .On<QueueUnbind>(Unbind)
        .On<QueuePurge>(Purge)
        .On<QueueDelete>(Delete);

    /// <summary>Returns the queue's name. An empty name means the queue that the channel declared last.</summary>
    /// <exception cref="AmqpException">404: the channel has declared no queue.</exception>
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
        string name = ReservedNames.Clean(method.Queue);
        if (channel.Session.Topology.IsReplyTo(name))
        {
            DirectReplyToHandlers.Declare(channel, name, method.NoWait);
            return;
        }
        var flags = (method.Durable ? QueueFlags.Durable : 0)
            | (method.AutoDelete ? QueueFlags.AutoDelete : 0)
            | (method.Exclusive ? QueueFlags.Exclusive : 0);
        var topology = channel.Session.Topology;
        var queue = method.Passive
            ? topology.DemandQueue(name) // queue.declare with passive: an empty name does not mean the last queue
            : topology.DeclareQueue(name, flags, method.Arguments);
        channel.LastQueue = queue.Name;
        if (method.NoWait)
            return;
        var (ready, _, consumers) = queue.Counts;
        channel.Send(new QueueDeclareOk(queue.Name, (uint)Math.Min(ready, uint.MaxValue), (uint)consumers));
    }

    private static void Bind(AmqpChannel channel, QueueBind method)
    {
        var (queue, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        channel.Session.Topology.BindQueue(method.Exchange, queue, routingKey, method.Arguments);
        if (!method.NoWait)
            channel.Send(new QueueBindOk());
    }

    private static void Unbind(AmqpChannel channel, QueueUnbind method)
    {
        var (queue, routingKey) = BindingNames(channel, method.Queue, method.RoutingKey);
        channel.Session.Topology.UnbindQueue(method.Exchange, queue, routingKey, method.Arguments);
        channel.Send(new QueueUnbindOk());
    }

    /// <summary>
    /// If the queue name is empty, replaces it by the name of the queue declared last, and replaces an empty routing key by the same name.
    /// </summary>
    private static (string Queue, string RoutingKey) BindingNames(AmqpChannel channel, string queue, string routingKey)
    {
        string name = channel.QueueName(queue);
        return (name, queue.Length == 0 && routingKey.Length == 0 ? name : routingKey);
    }

    private static void Purge(AmqpChannel channel, QueuePurge method)
    {
        int purged = channel.Session.Topology.Purge(channel.QueueName(method.Queue));
        if (!method.NoWait)
            channel.Send(new QueuePurgeOk((uint)purged));
    }

    private static void Delete(AmqpChannel channel, QueueDelete method)
    {
        var deleted = channel.Session.Topology.DeleteQueue(channel.QueueName(method.Queue), method.IfUnused, method.IfEmpty);
        if (!method.NoWait)
            channel.Send(new QueueDeleteOk((uint)Math.Min(deleted.Ready, uint.MaxValue)));
        deleted.NotifyConsumers(channel.Connection.Round);
    }
}
