namespace Amqp.Server.Broker.Queues;

/// <summary>Where the queues of a virtual host are found by their names.</summary>
internal interface IQueueRegistry
{
    /// <summary>Deletes a queue that nobody has used for as long as it may be unused, if that is still so.</summary>
    void DeleteUnused(Queue queue);
}
