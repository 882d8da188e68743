using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Decides which messages of a queue have expired. The queue's lock guards the state.</summary>
/// <remarks>
/// As in RabbitMQ, a message that arrives at an idle consumer is delivered however short its TTL is. Only messages that had to wait in the
/// queue, or that were requeued, expire. Therefore this class keeps the time since which all messages were delivered on arrival.
/// </remarks>
/// <param name="timer">Clock for the current time.</param>
internal sealed class MessageExpiry(QueueTimer timer)
{
    private long _flowingSince = long.MaxValue; // milliseconds since 1970-01-01 UTC

    /// <summary>True if the next message of the queue has expired and must not be delivered.</summary>
    /// <param name="payload">Head and body of the message.</param>
    /// <param name="queueTtl">The queue's TTL in milliseconds; null if the queue has none.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    public bool IsOver(ReadOnlySpan<byte> payload, long? queueTtl, bool isRedelivered) =>
        EncodedMessage.Read(payload).Stamp is { } stamp
            && stamp.DueTime(queueTtl) <= timer.Now
            && (isRedelivered || stamp.Published < _flowingSince);

    /// <summary>
    /// Notes if messages are delivered on arrival from now on, that is, if the queue is empty and a consumer is idle.
    /// </summary>
    public void NoteFlow(bool isFlowing)
    {
        if (!isFlowing)
            _flowingSince = long.MaxValue;
        else if (_flowingSince == long.MaxValue)
            _flowingSince = timer.Now;
    }

    /// <summary>
    /// Assumes that all earlier messages were delivered on arrival. Nothing was noted for these messages, because none could expire.
    /// </summary>
    public void NoteFlowBefore() => _flowingSince = 0;
}
