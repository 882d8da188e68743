using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <content>What a queue counts. Its lock guards the counts, but for messages that clients dropped.</content>
internal sealed partial class Queue
{
    private long _published;
    private DeliveryCounts _deliveries; // its acknowledged ones are all that clients were done with
    private long _dropped; // interlocked: those of them that were rejected
    private long _unacknowledgedBytes;
    private long _unacknowledgedPersistent;
    private long _unacknowledgedPersistentBytes;
    private long _diskWrites;

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>The share of the time in which consumers could take messages at once, from 0 to 1; null while there are none. The sampler's.</summary>
    public double? ConsumerCapacity { get; set; }

    /// <summary>When the queue was made, or came back with a start, in milliseconds since 1970-01-01 UTC.</summary>
    public long CreatedAt { get; }

    /// <summary>Messages that came in, ever since the start.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>What went to clients and came back. Any thread.</summary>
    public DeliveryCounts Deliveries
    {
        get
        {
            var counts = DeliveryCounts.Read(ref _deliveries);
            counts.Ack = Math.Max(counts.Ack - Volatile.Read(ref _dropped), 0); // a rejected one may not have come so far yet
            return counts;
        }
    }

    /// <summary>Bytes of the messages that are ready and of those that are with clients: of their bodies; of messages that the last run left, of the whole. Takes the lock.</summary>
    public (long Ready, long Unacknowledged) Bytes
    {
        get
        {
            lock (_gate)
                return (Messages.Bytes, _unacknowledgedBytes);
        }
    }

    /// <summary>Persistent messages that came in, ever since the start.</summary>
    public long DiskWrites => Volatile.Read(ref _diskWrites);

    /// <summary>Messages whose bodies had to be read from the disk to be taken, ever since the start.</summary>
    public long DiskReads => _reader.DiskReads;

    /// <summary>Where the messages are. Takes the lock, and looks at each message in memory while the store has others on the disk only.</summary>
    public QueueStorage Storage
    {
        get
        {
            lock (_gate)
            {
                bool areAll = _services.Store.ArePayloadsInMemory && Messages.Entries == Messages.Count;
                var (ready, readyBytes, pagedOut, pagedOutBytes) = (Messages.Count, Messages.Bytes, 0L, 0L);
                if (!areAll)
                {
                    var look = Messages.CountResident();
                    (ready, readyBytes, pagedOut, pagedOutBytes) = (look.Ready, look.ReadyBytes, look.PagedOut, look.PagedOutBytes);
                }
                return new QueueStorage(
                    Messages.PersistentCount + _unacknowledgedPersistent, Messages.PersistentBytes + _unacknowledgedPersistentBytes,
                    ready, readyBytes, _unacknowledged, _unacknowledgedBytes, pagedOut, pagedOutBytes, Messages.Entries + _unacknowledged);
            }
        }
    }

    /// <summary>The timestamp of the message in front; null when there is none, it has none or none that can be read, or it is on the disk only. Takes the lock.</summary>
    public ulong? HeadTimestamp
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    if (!Messages.TryPeekInMemory(out var message) || !_services.Store.TryReadInMemory(message, out var payload))
                        return null;
                    using (payload)
                        return TimestampOf(payload.Payload);
                }
                catch (Exception)
                {
                    return null; // whoever takes it will say so, whatever it is
                }
            }
        }
    }

    /// <summary>The timestamp of a stored message; null when it has none.</summary>
    public static ulong? TimestampOf(ReadOnlySpan<byte> payload) => BasicProperties.Read(EncodedMessage.Read(payload).Properties).Timestamp;

    /// <summary>Whether a message that comes in now could go to a consumer at once, or none waits: what RabbitMQ's consumer capacity is an average of. Takes the lock.</summary>
    public bool IsServed
    {
        get
        {
            lock (_gate)
                return _consumers.Count > 0 && (Messages.Count == 0 || _consumers.Next(out _) is not null);
        }
    }

    /// <summary>The tags' owners: who has exclusive use, and the only one that is served. Takes the lock.</summary>
    public (IConsumer? Exclusive, IConsumer? Active) SpecialConsumers
    {
        get
        {
            lock (_gate)
                return (_consumers.HasExclusive ? _consumers.All.First().Consumer : null, _consumers.Active?.Consumer);
        }
    }

    /// <summary>A client will not have a message and nobody else is to get it: what follows looks like an acknowledgement.</summary>
    public void NoteDropped()
    {
        Interlocked.Increment(ref _dropped);
        _services.Statistics.NoteDead(Settings.Type, Settings.DeadLetterStrategy, DeathReason.Rejected, 1);
    }

    /// <summary>Octets of the message in front, its head included; 0 when there is none, or the disk cannot be read just now.</summary>
    public long FrontLength
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    return Messages.TryPeek(out var message) ? message.Length : 0;
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    return 0; // whoever takes it will say so
                }
            }
        }
    }

    /// <summary>The payload of the message in front, to look at; false when there is none. Takes the lock, and may read from the disk under it.</summary>
    public bool TryPeek<TState>(TState state, Action<TState, PayloadLease> look)
    {
        lock (_gate)
        {
            try
            {
                if (!Messages.TryPeek(out var message))
                    return false;
                using var payload = _services.Store.Read(message);
                look(state, payload);
                return true;
            }
            catch (Exception)
            {
                return false; // whoever takes it will say so, whatever it is
            }
        }
    }

    private static int BodyBytes(in StoredMessage message) => message.Length - MessageNote.Head(message);

    private void CountDelivered(ReadOnlySpan<StoredMessage> messages, bool noAck)
    {
        long redelivered = 0;
        foreach (ref readonly var message in messages)
            redelivered += message.IsRedelivered ? 1 : 0;
        _deliveries.Redeliver += redelivered;
        (noAck ? ref _deliveries.DeliverNoAck : ref _deliveries.Deliver) += messages.Length;
        if (!noAck)
            CountUnacknowledged(messages, 1);
    }

    private void CountGot(in StoredMessage message, bool noAck)
    {
        (noAck ? ref _deliveries.GetNoAck : ref _deliveries.Get)++;
        if (message.IsRedelivered)
            _deliveries.Redeliver++;
        if (!noAck)
            CountUnacknowledged(new ReadOnlySpan<StoredMessage>(in message), 1);
    }

    private void CountSettled(ReadOnlySpan<StoredMessage> messages)
    {
        _deliveries.Ack += messages.Length;
        CountUnacknowledged(messages, -1);
    }

    /// <summary>Messages went to clients (1), or are no longer with them (-1).</summary>
    private void CountUnacknowledged(ReadOnlySpan<StoredMessage> messages, int sign)
    {
        long bytes = 0, persistent = 0, persistentBytes = 0;
        foreach (ref readonly var message in messages)
        {
            int body = BodyBytes(message);
            bytes += body;
            if (!message.IsPersistent)
                continue;
            persistent++;
            persistentBytes += body;
        }
        _unacknowledgedBytes += sign * bytes;
        _unacknowledgedPersistent += sign * persistent;
        _unacknowledgedPersistentBytes += sign * persistentBytes;
    }
}
