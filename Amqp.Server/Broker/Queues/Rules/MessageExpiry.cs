using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Values;

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

    /// <summary>When a message expires, in milliseconds since 1970-01-01 UTC; null: never.</summary>
    /// <param name="payload">The whole message.</param>
    /// <param name="queueTtl">What the queue gives every message, in milliseconds.</param>
    public static long? DueTime(ReadOnlySpan<byte> payload, long? queueTtl)
    {
        if (EncodedMessage.Read(payload).Stamp is not { } stamp)
            return null;
        long time = Math.Min(queueTtl ?? long.MaxValue, stamp.Expiration == MessageStamp.NoExpiration ? long.MaxValue : stamp.Expiration);
        return time == long.MaxValue ? null : Deadline.After(stamp.Published, time);
    }

    /// <summary>Whether a message that has come to the front must not be delivered any more.</summary>
    /// <param name="payload">The whole message.</param>
    /// <param name="queueTtl">What the queue gives every message, in milliseconds.</param>
    /// <param name="isRedelivered">It was with a client before.</param>
    public bool IsOver(ReadOnlySpan<byte> payload, long? queueTtl, bool isRedelivered) =>
        DueTime(payload, queueTtl) is { } due && due <= timer.Now && (isRedelivered || EncodedMessage.Read(payload).Stamp!.Value.Published < _flowingSince);

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
