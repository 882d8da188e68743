using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Tells which messages of a queue have waited too long. Owned by the queue's lock.</summary>
/// <remarks>
/// A message that comes while a consumer waits for it is delivered however short its time is, as in RabbitMQ: only what had to wait
/// expires, and what comes back. So the moment is kept since when everything is delivered as it comes.
/// </remarks>
/// <param name="timer">Tells the time.</param>
internal sealed class MessageExpiry(QueueTimer timer)
{
    private long _flowingSince = long.MaxValue; // milliseconds since 1970-01-01 UTC

    /// <summary>Whether a message that has come to the front must not be delivered any more.</summary>
    /// <param name="payload">The whole message.</param>
    /// <param name="queueTtl">What the queue gives every message, in milliseconds.</param>
    /// <param name="isRedelivered">It was with a client before.</param>
    public bool IsOver(ReadOnlySpan<byte> payload, long? queueTtl, bool isRedelivered) =>
        EncodedMessage.Read(payload).Stamp is { } stamp && stamp.DueTime(queueTtl) <= timer.Now && (isRedelivered || stamp.Published < _flowingSince);

    /// <summary>Notes whether messages are delivered as they come: the queue is empty and a consumer waits.</summary>
    public void NoteFlow(bool isFlowing)
    {
        if (!isFlowing)
            _flowingSince = long.MaxValue;
        else if (_flowingSince == long.MaxValue)
            _flowingSince = timer.Now;
    }

    /// <summary>Messages were delivered as they came up to now, though nobody looked.</summary>
    public void NoteFlowBefore() => _flowingSince = 0;
}
