namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>
    /// Deletes a queue that no client has used for the time of <c>x-expires</c>. Does nothing if the queue was used in the meantime.
    /// </summary>
    void DeleteUnused(Queue queue);
}
