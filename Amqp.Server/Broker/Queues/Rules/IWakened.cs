namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Target of an alarm of the <see cref="QueueTimer"/>: a queue.</summary>
internal interface IWakened
{
    /// <summary>Does the work that is due. Called on a thread of the pool, without any lock. Throws nothing.</summary>
    void Wake();
}
