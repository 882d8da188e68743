using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Queues;

/// <summary>An exclusive queue is for the connection that declared it.</summary>
internal static class ExclusiveAccess
{
    /// <param name="queue">The queue.</param>
    /// <param name="connection">Who would use it.</param>
    /// <exception cref="BrokerException">405: the queue belongs to another connection.</exception>
    public static void DemandAccess(this Queue queue, object connection)
    {
        if (queue.Declaration.Owner is not null && !ReferenceEquals(queue.Declaration.Owner, connection))
            throw NameErrors.Locked(queue.Name, queue.VirtualHost);
    }
}
