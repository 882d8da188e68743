using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>A queue as its rules see it.</summary>
internal interface IRuledQueue : IWakened, IQuarantine
{
    /// <summary>True when the queue has stopped: nothing is taken from it.</summary>
    bool IsCrashed { get; }

    /// <summary>Publishes a share of what has died in the queue, on a thread of the pool. No lock is held. Throws nothing.</summary>
    void PublishDeadLetters();
}
