using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Queues;

/// <summary>Protects an exclusive queue from connections that did not declare the queue.</summary>
internal static class ExclusiveAccess
{
    /// <summary>Throws if a connection may not use a queue.</summary>
    /// <exception cref="BrokerException">405: the queue is exclusive to another connection.</exception>
    public static void DemandAccess(this Queue queue, object connection)
    {
        if (queue.Declaration.Owner is not null && !ReferenceEquals(queue.Declaration.Owner, connection))
            throw NameErrors.Locked(queue.Name, queue.VirtualHost);
    }
}
