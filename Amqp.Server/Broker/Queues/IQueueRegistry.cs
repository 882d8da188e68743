namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>Deletes the queue if it was unused for longer than <c>x-expires</c>. Checks this while the locks are held.</summary>
    void DeleteUnused(Queue queue);
}
