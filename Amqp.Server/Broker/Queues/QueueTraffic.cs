using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// Counts one queue's messages since the broker started: those published, delivered and acknowledged, and those unacknowledged now.
/// </summary>
/// <remarks>The lock of the queue guards the counts. The count of dropped messages is changed with Interlocked.</remarks>
internal sealed class QueueTraffic
{
    private long _published;
    private long _diskWrites;
    private DeliveryCounts _deliveries; // Ack includes dropped messages
    private long _dropped; // changed with Interlocked
    private long _unacknowledgedPersistent;
    private long _unacknowledgedPersistentBytes;

    /// <summary>Past values of these counts; null until the queue has traffic. Used by the sampler only.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>RabbitMQ's consumer capacity, from 0 to 1; null if the queue has no consumers. Used by the sampler only.</summary>
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
            // For a dropped message, _dropped is raised before Ack, so the difference could be negative.
            counts.Ack = Math.Max(counts.Ack - Volatile.Read(ref _dropped), 0);
            return counts;
        }
    }

    public long Unacknowledged { get; private set; }

    /// <summary>Body bytes of the unacknowledged messages.</summary>
    public long UnacknowledgedBytes { get; private set; }

    /// <summary>Number and body bytes of the unacknowledged persistent messages.</summary>
    public (long Count, long Bytes) UnacknowledgedPersistent => (_unacknowledgedPersistent, _unacknowledgedPersistentBytes);

    public void NotePublished(int messages) => _published += messages;

    public void NoteDiskWrites(long messages) => _diskWrites += messages;

    /// <summary>Counts messages that were delivered to a consumer.</summary>
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

    /// <summary>Counts a message that was delivered by basic.get.</summary>
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

    /// <summary>Counts messages that a client acknowledged, and rejected messages that do not become dead letters.</summary>
    public void NoteSettled(ReadOnlySpan<StoredMessage> messages)
    {
        _deliveries.Ack += messages.Length;
        NoteReturned(messages);
    }

    /// <summary>Adds messages that a job has taken to the counts of unacknowledged messages. They count as no delivery.</summary>
    public void NoteTaken(ReadOnlySpan<StoredMessage> messages) => NoteWithClients(messages, 1);

    /// <summary>Subtracts messages from the counts of unacknowledged messages.</summary>
    public void NoteReturned(ReadOnlySpan<StoredMessage> messages) => NoteWithClients(messages, -1);

    /// <summary>Counts a rejected message that does not become a dead letter. Any thread may call this.</summary>
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
