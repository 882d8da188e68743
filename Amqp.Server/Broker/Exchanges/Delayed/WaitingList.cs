using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The delayed messages of one exchange, as an operator sees them: listed in due order, and cancelled.</summary>
/// <remarks>The lock of the <see cref="DelayedMessages"/> guards the state. Each method takes the lock.</remarks>
internal sealed class WaitingList(
    Lock gate, IMessageStore store, StoredQueue stored, QueueMessages messages, WaitingMessages waiting, DelayedDelivery delivery)
{
    /// <summary>Returns messages in the order in which they are due. The caller disposes of the page soon.</summary>
    /// <param name="skip">Number of messages in front of the first wanted one.</param>
    /// <param name="count">Maximum number of messages.</param>
    public DelayedPage Page(long skip, int count)
    {
        lock (gate)
        {
            var wanted = waiting.Slice((int)Math.Min(skip, waiting.Count), count);
            var excerpt = QueueExcerpt.OfTaken(messages, store, Array.ConvertAll(wanted, each => each.Message));
            return new DelayedPage(excerpt, Array.ConvertAll(wanted, each => each.Due))
            {
                Waiting = waiting.Count,
                Delivering = delivery.Count,
                Loading = stored.Count,
            };
        }
    }

    /// <summary>Removes a message, so that it is never delivered.</summary>
    /// <param name="place">Place of the message.</param>
    /// <param name="position">Position up to which the log must be synced, until the removal survives a crash.</param>
    public Cancellation Cancel(MessagePlace place, out long position)
    {
        position = 0;
        lock (gate)
        {
            if (place.Queue != stored.Number)
                return Cancellation.NotFound;
            if (!waiting.TryRemove(place.Sequence, out var message))
                return delivery.Has(place.Sequence) ? Cancellation.Delivering
                    : stored.Count > 0 ? Cancellation.Loading
                    : Cancellation.NotFound;
            store.Settle(stored, new ReadOnlySpan<StoredMessage>(in message));
            position = store.AppendedPosition;
            return Cancellation.Done;
        }
    }
}

/// <summary>Result of an attempt to cancel a delayed message.</summary>
internal enum Cancellation
{
    /// <summary>The message was removed.</summary>
    Done,

    /// <summary>The message does not exist, or was delivered.</summary>
    NotFound,

    /// <summary>The message is due and is being delivered.</summary>
    Delivering,

    /// <summary>The message was not found, but messages of the last run are still being loaded.</summary>
    Loading,
}

/// <summary>Some delayed messages of an exchange in due order, as they were at one moment. Reading needs no lock.</summary>
/// <param name="messages">The messages.</param>
/// <param name="dues">Due times of the messages, in milliseconds since 1970-01-01 UTC.</param>
internal sealed class DelayedPage(QueueExcerpt messages, long[] dues) : IDisposable
{
    private int _at = -1;

    /// <summary>Number of messages that wait for their due times.</summary>
    public required long Waiting { get; init; }

    /// <summary>Number of due messages that are being delivered. They are not part of the page.</summary>
    public required long Delivering { get; init; }

    /// <summary>Number of messages of the last run that are not loaded yet. They are not part of the page.</summary>
    public required long Loading { get; init; }

    /// <summary>Due time of the current message, in milliseconds since 1970-01-01 UTC.</summary>
    public long Due => dues[_at];

    /// <inheritdoc cref="QueueExcerpt.MoveNext"/>
    public bool MoveNext()
    {
        _at++;
        return messages.MoveNext();
    }

    /// <inheritdoc cref="QueueExcerpt.Peek"/>
    public PeekedMessage Peek(int most) => messages.Peek(most, decode: static stored => DelayedMessage.Read(stored).Message)!;

    public void Dispose() => messages.Dispose();
}
