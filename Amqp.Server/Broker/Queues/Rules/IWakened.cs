namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>A queue that a <see cref="QueueTimer"/> calls when work of the queue is due.</summary>
internal interface IWakened
{
    /// <summary>Does the work that is due. Called by a thread of the pool, which holds no lock. Never throws.</summary>
    void Wake();
}
