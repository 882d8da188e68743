namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>Deletes a queue that has been unused for the time of <c>x-expires</c>. A queue that was used meanwhile stays.</summary>
    void DeleteUnused(Queue queue);
}
