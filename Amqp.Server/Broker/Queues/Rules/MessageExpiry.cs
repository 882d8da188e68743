using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Decides which messages of a queue have expired. Owned by the queue's lock.</summary>
/// <remarks>
/// As in RabbitMQ, a message that arrives at an idle consumer is delivered however short its TTL is. Only messages that had to wait in the
/// queue, or that were requeued, expire. Therefore the time is kept since which messages are delivered as they arrive.
/// </remarks>
/// <param name="timer">Clock for the current time.</param>
internal sealed class MessageExpiry(QueueTimer timer)
{
    private long _flowingSince = long.MaxValue; // milliseconds since 1970-01-01 UTC

    /// <summary>Returns the time at which a message expires, in milliseconds since 1970-01-01 UTC; null: never.</summary>
    /// <param name="payload">Head and body of the message.</param>
    /// <param name="queueTtl">The queue's TTL in milliseconds; null: none.</param>
    public static long? DueTime(ReadOnlySpan<byte> payload, long? queueTtl)
    {
        if (EncodedMessage.Read(payload).Stamp is not { } stamp)
            return null;
        long time = Math.Min(queueTtl ?? long.MaxValue, stamp.Expiration == MessageStamp.NoExpiration ? long.MaxValue : stamp.Expiration);
        return time == long.MaxValue ? null : Deadline.After(stamp.Published, time);
    }

    /// <summary>True if the next message of the queue has expired and must not be delivered.</summary>
    /// <param name="payload">Head and body of the message.</param>
    /// <param name="queueTtl">The queue's TTL in milliseconds; null: none.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    public bool IsOver(ReadOnlySpan<byte> payload, long? queueTtl, bool isRedelivered) =>
        DueTime(payload, queueTtl) is { } due && due <= timer.Now && (isRedelivered || EncodedMessage.Read(payload).Stamp!.Value.Published < _flowingSince);

    /// <summary>Notes whether messages are delivered as they arrive: the queue is empty and a consumer is idle.</summary>
    public void NoteFlow(bool isFlowing)
    {
        if (!isFlowing)
            _flowingSince = long.MaxValue;
        else if (_flowingSince == long.MaxValue)
            _flowingSince = timer.Now;
    }

    /// <summary>Notes that messages were delivered as they arrived until now, although <see cref="NoteFlow"/> was not called.</summary>
    public void NoteFlowBefore() => _flowingSince = 0;
}
