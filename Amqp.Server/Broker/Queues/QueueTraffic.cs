using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Counts of the messages that one queue received, delivered and got back, since the broker's start.</summary>
/// <remarks>
/// The queue's lock guards the counts, except that of dropped messages, which is interlocked. Any thread may read the public counts.
/// </remarks>
internal sealed class QueueTraffic
{
    private long _published;
    private long _diskWrites;
    private DeliveryCounts _deliveries; // Ack includes the dropped messages
    private long _dropped; // interlocked
    private long _unacknowledgedPersistent;
    private long _unacknowledgedPersistentBytes;

    /// <summary>The sampled counts of the last minutes; null while there was no traffic. Owned by the sampler.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>
    /// The share of time, from 0 to 1, in which a consumer had free capacity or the queue was empty; null without consumers. Owned by the
    /// sampler.
    /// </summary>
    public double? ConsumerCapacity { get; set; }

    /// <summary>Number of messages that entered the queue.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>Number of persistent messages that entered the queue.</summary>
    public long DiskWrites => Volatile.Read(ref _diskWrites);

    /// <summary>Number of deliveries, acknowledgements and redeliveries, by kind.</summary>
    public DeliveryCounts Deliveries
    {
        get
        {
            var counts = DeliveryCounts.Read(ref _deliveries);
            counts.Ack = Math.Max(counts.Ack - Volatile.Read(ref _dropped), 0); // a drop is counted before its settle
            return counts;
        }
    }

    /// <summary>Number of unacknowledged messages.</summary>
    public long Unacknowledged { get; private set; }

    /// <summary>Body bytes of the unacknowledged messages.</summary>
    public long UnacknowledgedBytes { get; private set; }

    /// <summary>Number and body bytes of the unacknowledged persistent messages.</summary>
    public (long Count, long Bytes) UnacknowledgedPersistent => (_unacknowledgedPersistent, _unacknowledgedPersistentBytes);

    public void NotePublished(int messages) => _published += messages;

    public void NoteDiskWrites(long messages) => _diskWrites += messages;

    /// <summary>Counts deliveries to a consumer.</summary>
    public void NoteDelivered(ReadOnlySpan<StoredMessage> messages, bool noAck)
    {
        long redelivered = 0;
        foreach (ref readonly var message in messages)
            redelivered += message.IsRedelivered ? 1 : 0;
        _deliveries.Redeliver += redelivered;
        (noAck ? ref _deliveries.DeliverNoAck : ref _deliveries.Deliver) += messages.Length;
        if (!noAck)
            NoteWithClients(messages, 1);
    }

    /// <summary>Counts a message that basic.get took.</summary>
    public void NoteGot(in StoredMessage message, bool noAck)
    {
        (noAck ? ref _deliveries.GetNoAck : ref _deliveries.Get)++;
        if (message.IsRedelivered)
            _deliveries.Redeliver++;
        if (!noAck)
            NoteWithClients(new ReadOnlySpan<StoredMessage>(in message), 1);
    }

    /// <summary>Counts a basic.get that found the queue empty.</summary>
    public void NoteGetEmpty() => _deliveries.GetEmpty++;

    /// <summary>Counts messages that clients acknowledged or dropped.</summary>
    public void NoteSettled(ReadOnlySpan<StoredMessage> messages)
    {
        _deliveries.Ack += messages.Length;
        NoteReturned(messages);
    }

    /// <summary>Subtracts messages from the counts of unacknowledged messages.</summary>
    public void NoteReturned(ReadOnlySpan<StoredMessage> messages) => NoteWithClients(messages, -1);

    /// <summary>
    /// Counts a message that a client rejected in a queue without a dead-letter exchange. Its settle is later counted as an
    /// acknowledgement, so <see cref="Deliveries"/> subtracts this count. Callable from any thread.
    /// </summary>
    public void NoteDropped() => Interlocked.Increment(ref _dropped);

    private void NoteWithClients(ReadOnlySpan<StoredMessage> messages, int sign)
    {
        long bytes = 0, persistent = 0, persistentBytes = 0;
        foreach (ref readonly var message in messages)
        {
            int body = message.Length - MessageNote.Head(message);
            bytes += body;
            if (!message.IsPersistent)
                continue;
            persistent++;
            persistentBytes += body;
        }
        Unacknowledged += sign * messages.Length;
        UnacknowledgedBytes += sign * bytes;
        _unacknowledgedPersistent += sign * persistent;
        _unacknowledgedPersistentBytes += sign * persistentBytes;
    }
}
