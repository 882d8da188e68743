using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;

namespace Amqp.Server.Broker.Queues;

/// <summary>The state of one queue as operators see it: sizes, the first message, consumers in special roles.</summary>
/// <remarks>
/// Every member that reads the queue takes the queue's lock. A value that cannot be read from the disk is reported as absent: the next
/// client that takes the message gets the error.
/// </remarks>
internal sealed class QueueStatus(QueueState state)
{
    /// <summary>Time of the declaration, or of the start that recovered the queue, in milliseconds since 1970-01-01 UTC.</summary>
    public long CreatedAt { get; } = state.Services.Timer.Now;

    /// <summary>
    /// Body bytes of the ready and of the unacknowledged messages. A message that a start recovered counts with its head.
    /// </summary>
    public (long Ready, long Unacknowledged) Bytes
    {
        get
        {
            lock (state.Gate)
                return (state.Messages.Bytes, state.Traffic.UnacknowledgedBytes);
        }
    }

    /// <summary>
    /// Numbers and bytes of messages in memory and on the disk. While some payloads or entries are on disk only, visits each entry that is
    /// in memory.
    /// </summary>
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

    /// <summary>
    /// Timestamp property of the first message; null if the queue is empty, the message has none, or its payload is not in memory.
    /// </summary>
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

    /// <summary>
    /// True if the queue has consumers, and either the queue is empty or a consumer has free capacity. RabbitMQ's consumer capacity is the
    /// average of this value over time.
    /// </summary>
    public bool IsServed
    {
        get
        {
            lock (state.Gate)
                return state.Consumers.Count > 0 && (state.Messages.Count == 0 || state.Consumers.Next(out _) is not null);
        }
    }

    /// <summary>The consumer with exclusive use, and the single active consumer; null for one that the queue does not have.</summary>
    public (IConsumer? Exclusive, IConsumer? Active) SpecialConsumers
    {
        get
        {
            lock (state.Gate)
                return (state.Consumers.HasExclusive ? state.Consumers.All.First().Consumer : null, state.Consumers.Active?.Consumer);
        }
    }

    /// <summary>Octets of the first message with its head; 0 if the queue is empty or the message cannot be read.</summary>
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

    /// <summary>Calls <paramref name="look"/> with the payload of the first message. May read from the disk under the lock.</summary>
    /// <returns>False if there is no message, or it cannot be read.</returns>
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

    /// <summary>Timestamp property of a stored message; null if it has none.</summary>
    public static ulong? TimestampOf(ReadOnlySpan<byte> payload) => BasicProperties.Read(EncodedMessage.Read(payload).Properties).Timestamp;
}
