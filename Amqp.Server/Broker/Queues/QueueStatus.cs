using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>Information about one queue for operators. Each member takes the lock of the queue.</summary>
/// <remarks>A value that cannot be read from the disk is reported as absent.</remarks>
internal sealed class QueueStatus(QueueState state)
{
    // Held here for Touch, which is quick if it follows few references.
    private readonly QueueTraffic _traffic = state.Traffic;
    private readonly QueueLevels _levels = state.Messages.Levels;
    private readonly StoredQueue? _only = state.Messages.Levels.Only;

    /// <summary>Time when the queue was declared, or recovered after a restart, in milliseconds since 1970-01-01 UTC.</summary>
    public long CreatedAt { get; } = state.Services.Timer.Now;

    /// <summary>True if the queue is deleted. Messages that were added to it have then been dropped.</summary>
    public bool IsDeleted
    {
        get
        {
            lock (state.Gate)
                return state.IsDeleted;
        }
    }

    /// <summary>
    /// Body bytes of the ready and of the unacknowledged messages. For messages from before a restart, the bytes of the heads are included.
    /// </summary>
    public (long Ready, long Unacknowledged) Bytes
    {
        get
        {
            lock (state.Gate)
                return (state.Messages.Bytes, state.Traffic.UnacknowledgedBytes);
        }
    }

    /// <summary>Numbers of messages, bytes and consumers at one moment.</summary>
    public QueueLoad Load
    {
        get
        {
            lock (state.Gate)
            {
                var (messages, traffic) = (state.Messages, state.Traffic);
                return new QueueLoad(
                    messages.Count, traffic.Unacknowledged, messages.Bytes + traffic.UnacknowledgedBytes, state.Consumers.Count,
                    traffic.Published, state.IsCrashed);
            }
        }
    }

    /// <summary>
    /// Reads what <see cref="Load"/> will read, without the lock, so that it is in the processor's cache. The value means nothing.
    /// </summary>
    /// <remarks>
    /// Taking a lock makes the processor wait for all earlier reads. Without it, the reads of several queues wait for the memory together.
    /// </remarks>
    public long Touch() => (_only is null ? 0 : _only.Count + _only.Bytes) + (_levels.Only is null ? 1 : 0)
        + (state.Messages.Deduplication is null ? 1 : 0) + state.Consumers.Count + (state.Gate.IsHeldByCurrentThread ? 1 : 0)
        + _traffic.Published + _traffic.Unacknowledged + (_traffic.Samples?.ChangedAt ?? 0);

    /// <inheritdoc cref="QueueTraffic.Samples"/>
    public SampleSeries? Samples => _traffic.Samples;

    /// <summary>Counts and bytes of the messages in memory and on the disk. Slow if a payload or an entry is only on the disk.</summary>
    public QueueStorage Storage
    {
        get
        {
            lock (state.Gate)
            {
                var (messages, traffic) = (state.Messages, state.Traffic);
                bool areAllInMemory = state.Services.Store.ArePayloadsInMemory && messages.Entries == messages.Count;
                var (ready, readyBytes, pagedOut, pagedOutBytes) = (messages.Count, messages.Bytes, 0L, 0L);
                if (!areAllInMemory)
                {
                    var look = messages.CountResident();
                    (ready, readyBytes, pagedOut, pagedOutBytes) = (look.Ready, look.ReadyBytes, look.PagedOut, look.PagedOutBytes);
                }
                var persistent = traffic.UnacknowledgedPersistent;
                return new QueueStorage(
                    messages.PersistentCount + persistent.Count, messages.PersistentBytes + persistent.Bytes,
                    ready, readyBytes, traffic.Unacknowledged, traffic.UnacknowledgedBytes, pagedOut, pagedOutBytes,
                    messages.Entries + traffic.Unacknowledged);
            }
        }
    }

    /// <summary>The timestamp property of the first message; null if the message has none or is not in memory.</summary>
    public ulong? HeadTimestamp
    {
        get
        {
            lock (state.Gate)
            {
                try
                {
                    if (!state.Messages.TryPeekInMemory(out var message) || !state.Services.Store.TryReadInMemory(message, out var payload))
                        return null;
                    using (payload)
                        return TimestampOf(payload.Payload);
                }
                catch (Exception)
                {
                    return null;
                }
            }
        }
    }

    /// <summary>True if a consumer has free capacity, or if the queue is empty and has a consumer.</summary>
    public bool IsServed
    {
        get
        {
            lock (state.Gate)
                return state.Consumers.Count > 0 && (state.Messages.Count == 0 || state.Consumers.Next(out _) is not null);
        }
    }

    /// <summary>The exclusive consumer and the single active consumer; null for a consumer that the queue does not have.</summary>
    public (IConsumer? Exclusive, IConsumer? Active) SpecialConsumers
    {
        get
        {
            lock (state.Gate)
                return (state.Consumers.HasExclusive ? state.Consumers.All.First().Consumer : null, state.Consumers.Active?.Consumer);
        }
    }

    /// <summary>Bytes of the first message, including its head; 0 if the queue is empty or the message cannot be read.</summary>
    public long FrontLength
    {
        get
        {
            lock (state.Gate)
            {
                try
                {
                    return state.Messages.TryPeek(out var message) ? message.Length : 0;
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    return 0;
                }
            }
        }
    }

    /// <summary>Calls <paramref name="look"/> with the payload of the first message, under the lock. May read from the disk.</summary>
    /// <returns>False if the queue is empty or the message cannot be read.</returns>
    public bool TryPeek<TState>(TState argument, Action<TState, PayloadLease> look)
    {
        lock (state.Gate)
        {
            try
            {
                if (!state.Messages.TryPeek(out var message))
                    return false;
                using var payload = state.Services.Store.Read(message);
                look(argument, payload);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Returns the ready messages at a position of the queue, in the order of delivery. Nothing changes: no message is taken, marked or
    /// counted as delivered.
    /// </summary>
    /// <remarks>Holds the lock only to select the messages, which reads nothing from the disk.</remarks>
    /// <param name="skip">Number of ready messages in front of the first wanted one.</param>
    /// <param name="count">Maximum number of messages.</param>
    /// <exception cref="BrokerException">404: the queue has crashed.</exception>
    public QueueExcerpt Excerpt(long skip, int count)
    {
        lock (state.Gate)
        {
            state.Queue.Faults.DemandRunning();
            return QueueExcerpt.OfReady(state.Messages, state.Services.Store, skip, count);
        }
    }

    /// <summary>The state of the queue at this moment, as far as it decides about deliveries.</summary>
    public QueueCondition Condition
    {
        get
        {
            lock (state.Gate)
                return QueueCondition.Of(state);
        }
    }

    /// <summary>The counts of the queue and its troubles at this moment.</summary>
    public QueueVitals Vitals
    {
        get
        {
            lock (state.Gate)
                return QueueVitals.Of(state);
        }
    }

    /// <summary>Returns the timestamp property of a stored message; null if the message has none.</summary>
    public static ulong? TimestampOf(ReadOnlySpan<byte> payload) => BasicProperties.Read(EncodedMessage.Read(payload).Properties).Timestamp;
}
