namespace Amqp.Server.Broker.Queues;

/// <summary>The queues of a virtual host, by name.</summary>
internal interface IQueueRegistry
{
    /// <summary>Deletes the queue if it is unused for the time of <c>x-expires</c>. Checks the time under the locks.</summary>
    void DeleteUnused(Queue queue);
}
