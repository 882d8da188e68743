using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>
/// Delivers due messages of a delaying exchange, in batches. Each message is routed and appended to queues, and then settled in the
/// exchange.
/// </summary>
/// <remarks>
/// A crash between the append and the settle duplicates messages. Only one task delivers. It does not hold the lock while it routes and
/// appends.
/// </remarks>
internal sealed class DelayedDelivery(
    Lock gate,
    Exchange exchange,
    RoutingTable routing,
    QueueServices services,
    StoredQueue stored,
    QueueReader reader,
    WaitingMessages waiting,
    DelayedQuarantine quarantine)
{
    /// <summary>Maximum number of messages in the batch.</summary>
    public const int BatchLength = 256;

    private readonly IMessageStore _store = services.Store;
    private readonly RouteFinder _finder = new(routing); // used only by the task that delivers
    private readonly MessageIntake _intake = new(services);
    private readonly StoredMessage[] _batch = new StoredMessage[BatchLength];

    /// <summary>Number of messages in the batch. Guarded by the lock.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Adds due messages to the batch, which may still contain messages that <see cref="Deliver"/> did not deliver. Called under the lock.
    /// </summary>
    public void Fill(long now)
    {
        while (Count < BatchLength && waiting.TryTakeDue(now, out var message))
            _batch[Count++] = message;
    }

    /// <summary>True if the message with this sequence number is in the batch. Called under the lock.</summary>
    public bool Has(long sequence)
    {
        foreach (ref readonly var message in _batch.AsSpan(0, Count))
        {
            if (message.Sequence == sequence)
                return true;
        }
        return false;
    }

    /// <summary>Delivers the messages of the batch in order. Stops at a message that cannot be read or appended.</summary>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now.</exception>
    /// <exception cref="DiskAlarmException">The disk alarm is set. The undelivered messages stay in the batch.</exception>
    /// <exception cref="StoreFailedException">The store has failed.</exception>
    public void Deliver()
    {
        var round = PooledRound.Current;
        long position = 0;
        int done = 0, delivered = 0;
        try
        {
            for (; done < Count && !quarantine.IsFull; done++) // needs no lock, because only this task changes Count
                if (TryDeliver(_batch[done], round, ref position))
                    _batch[delivered++] = _batch[done];
        }
        finally
        {
            try
            {
                End(done, delivered, isBound: position > 0);
            }
            finally
            {
                round.Complete();
            }
        }
    }

    /// <summary>Removes the first messages from the batch, and settles the delivered messages.</summary>
    /// <param name="done">Number of messages to remove.</param>
    /// <param name="delivered">Number of delivered messages, which are at the front of the batch.</param>
    /// <param name="isBound">
    /// True if copies were appended to the log. After a crash, a settle is valid only if the log still has these copies.
    /// </param>
    private void End(int done, int delivered, bool isBound)
    {
        lock (gate)
        {
            try
            {
                _store.Settle(stored, _batch.AsSpan(0, delivered), isBound);
            }
            finally
            {
                _batch.AsSpan(done, Count - done).CopyTo(_batch); // even if the settle failed: no message may be delivered twice
                Count -= done;
                waiting.Release(done);
            }
        }
    }

    /// <returns>True if the message was delivered. False if it was settled as damaged, or quarantined.</returns>
    private bool TryDeliver(in StoredMessage message, DispatchRound round, ref long position)
    {
        try
        {
            return TryRoute(message, round, ref position);
        }
        catch (Exception error) when (error is not (QueueUnreadableException or DiskAlarmException or StoreFailedException))
        {
            lock (gate)
                quarantine.SetAside(message, error);
            return false;
        }
    }

    /// <summary>
    /// Routes a message by the current bindings, and appends it to the queues. Returns false if the message is damaged or quarantined.
    /// </summary>
    /// <exception cref="DiskAlarmException">The message is persistent, and the disk alarm is set.</exception>
    private bool TryRoute(in StoredMessage message, DispatchRound round, ref long position)
    {
        PayloadLease payload;
        lock (gate)
        {
            if (!reader.TryRead(message, out payload))
                return false;
        }
        using (payload)
        {
            var delayed = DelayedMessage.Read(payload.Payload);
            var properties = DelayHeader.Negate(delayed.Message.Properties);
            byte[] head = EncodedMessage.NewHead(delayed.Message.Address, properties, delayed.Message.HiddenKeys);
            var encoded = EncodedProperties.Read(properties);
            routing.Follow(exchange, RoutedMessage.Of(delayed.Message.Address, properties, encoded.Headers, delayed.FurtherKeys), _finder,
                hasPassed: true);
            // If a full queue refuses the message, the message is lost for this queue, as it is after a publish without confirms.
            var route = _finder.ToRoute();
            var traits = MessageTraits.Of(encoded);
            _intake.DemandDisk(route, traits, isClients: false);
            position = Math.Max(position, _intake.Store(route, head, delayed.Message.Body, traits, round));
        }
        return true;
    }
}
