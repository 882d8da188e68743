namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>Deletes the queue if it was unused for longer than <c>x-expires</c>. Takes the locks before it checks this.</summary>
    void DeleteUnused(Queue queue);
}
