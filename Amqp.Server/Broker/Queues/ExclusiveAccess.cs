using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Queues;

/// <summary>Reserves an exclusive queue for the connection that declared it.</summary>
internal static class ExclusiveAccess
{
    /// <summary>Demands that a connection may use a queue.</summary>
    /// <exception cref="BrokerException">405: the queue belongs to another connection.</exception>
    public static void DemandAccess(this Queue queue, object connection)
    {
        if (queue.Declaration.Owner is not null && !ReferenceEquals(queue.Declaration.Owner, connection))
            throw NameErrors.Locked(queue.Name, queue.VirtualHost);
    }
}
