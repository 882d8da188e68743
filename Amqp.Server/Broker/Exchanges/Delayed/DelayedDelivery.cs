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

/// <summary>The batch of delayed messages that are due: appends them to their queues, then settles them, so that a crash in between repeats messages and loses none.</summary>
/// <remarks>
/// One task at a time delivers. It holds the lock of the <see cref="DelayedMessages"/> to take messages and to settle them, not while it routes and appends.
/// </remarks>
internal sealed class DelayedDelivery(
    Lock gate, Exchange exchange, RoutingTable routing, QueueServices services, StoredQueue stored, QueueReader reader, WaitingMessages waiting, DelayedQuarantine quarantine)
{
    /// <summary>Messages that are delivered in one go.</summary>
    public const int BatchLength = 256;

    private readonly IMessageStore _store = services.Store;
    private readonly RouteFinder _finder = new(routing); // owned by the task that delivers, like the intake
    private readonly MessageIntake _intake = new(services);
    private readonly StoredMessage[] _batch = new StoredMessage[BatchLength];

    /// <summary>Number of messages in the batch. The lock guards it.</summary>
    public int Count { get; private set; }

    /// <summary>Fills the batch with messages that are due, behind those that the last delivery left. Called under the lock.</summary>
    public void Fill(long now)
    {
        while (Count < BatchLength && waiting.TryTakeDue(now, out var message))
            _batch[Count++] = message;
    }

    /// <summary>Delivers the batch as far as it can be read and written.</summary>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now.</exception>
    /// <exception cref="DiskAlarmException">The disk alarm is set; the rest stays in the batch.</exception>
    /// <exception cref="StoreFailedException">The store has failed.</exception>
    public void Deliver()
    {
        var round = PooledRound.Current;
        long position = 0;
        int done = 0, delivered = 0;
        try
        {
            for (; done < Count && !quarantine.IsFull; done++) // read without the lock: only this task fills it
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

    /// <summary>Removes the first messages from the batch, and settles those of them that were delivered, which stand in front.</summary>
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
                _batch.AsSpan(done, Count - done).CopyTo(_batch); // delivered even if the settle failed: never deliver them twice
                Count -= done;
                waiting.Release(done);
            }
        }
    }

    /// <returns>False if the message was damaged and is settled, or is quarantined.</returns>
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

    /// <summary>Appends a message to the queues that its exchange routes it to now. A persistent one waits for the end of the disk alarm.</summary>
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
            routing.Follow(exchange, RoutedMessage.Of(delayed.Message.Address, properties, encoded.Headers, delayed.FurtherKeys), _finder);
            // A full queue refuses its copy, which is lost, as for a publisher without confirms.
            var route = _finder.ToRoute();
            var traits = MessageTraits.Of(encoded);
            _intake.DemandDisk(route, traits, isClients: false);
            position = Math.Max(position, _intake.Store(route, head, delayed.Message.Body, traits, round));
        }
        return true;
    }
}
