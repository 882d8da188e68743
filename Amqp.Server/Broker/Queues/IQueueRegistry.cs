namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>
    /// Deletes the queue if it has been unused for the time of <c>x-expires</c>. Checks the time again under the locks, because a client
    /// may have used the queue since the caller checked.
    /// </summary>
    void DeleteUnused(Queue queue);
}
