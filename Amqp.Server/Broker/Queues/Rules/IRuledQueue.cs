using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The methods of a queue that <see cref="QueueRules"/> needs.</summary>
internal interface IRuledQueue : IWakened, IQuarantine
{
    /// <summary>True if the queue has crashed, so that no message may be taken from it.</summary>
    bool IsCrashed { get; }

    /// <summary>Notes messages that died. Called under the lock of the queue. Never throws.</summary>
    void NoteDead(ReadOnlySpan<StoredMessage> messages, DeathReason reason);

    /// <summary>Publishes some of the queue's dead letters. Called by a thread of the pool, which holds no lock. Never throws.</summary>
    void PublishDeadLetters();
}
