using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Decides which messages of a queue have expired. The lock of the queue guards the state.</summary>
/// <remarks>As in RabbitMQ, a message that is delivered on arrival does not expire. A requeued message can expire.</remarks>
/// <param name="timer">Gives the current time.</param>
internal sealed class MessageExpiry(QueueTimer timer)
{
    // Messages published since this moment (Unix time in ms) are delivered on arrival. The maximum value while messages wait.
    private long _flowingSince = long.MaxValue;

    /// <summary>Returns true if the next message of the queue has expired and must not be delivered.</summary>
    /// <param name="payload">Head and body of the message.</param>
    /// <param name="queueTtl">TTL of the queue in milliseconds; null for none.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    public bool IsOver(ReadOnlySpan<byte> payload, long? queueTtl, bool isRedelivered) =>
        EncodedMessage.Read(payload).Stamp is { } stamp
            && stamp.DueTime(queueTtl) <= timer.Now
            && (isRedelivered || stamp.Published < _flowingSince);

    /// <summary>Records whether messages are delivered on arrival from now on.</summary>
    /// <param name="isFlowing">True if the queue is empty and a consumer has free capacity.</param>
    public void NoteFlow(bool isFlowing)
    {
        if (!isFlowing)
            _flowingSince = long.MaxValue;
        else if (_flowingSince == long.MaxValue)
            _flowingSince = timer.Now;
    }

    /// <summary>Assumes that all earlier messages were delivered on arrival.</summary>
    public void NoteFlowBefore() => _flowingSince = 0;
}
