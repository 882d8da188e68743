using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The deliveries of a session: their tags, those that are with the client, and the prefetch that they count for.</summary>
/// <remarks>The gate of the session's sink guards everything. Methods take it where they do not say that it is held.</remarks>
internal sealed class SessionDeliveries(BrokerClient client, Lock gate)
{
    private readonly UnacknowledgedDeliveries _unacknowledged = new(client.Services.HeldMemory);
    private ulong _lastTag;
    private AcknowledgementWatch? _watch;

    /// <summary>What all consumers of the session may have with the client together. Under the gate.</summary>
    public Prefetch Prefetch { get; } = new();

    /// <summary>Deliveries that are with the client.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return _unacknowledged.Count;
        }
    }

    /// <summary>Counts a delivery that needs no acknowledgement. The gate is held.</summary>
    public ulong NextTag() => ++_lastTag;

    /// <summary>Counts a delivery and remembers it until it is acknowledged. The gate is held.</summary>
    public ulong Track(in StoredMessage message, Queue queue, SessionConsumer? consumer)
    {
        _unacknowledged.Add(Delivery.Of(++_lastTag, message, queue, consumer));
        if (consumer is not null)
        {
            consumer.Unacknowledged++;
            consumer.LastDelivery = _lastTag;
            Prefetch.Note(1);
        }
        return _lastTag;
    }

    /// <summary>A delivery that was to go out could not be written after all. The gate is held.</summary>
    public void Untrack(ulong tag)
    {
        if (_unacknowledged.TryTake(tag, out var delivery))
            MakeRoom(delivery);
    }

    /// <summary>Whether a delivery tag is there to be settled.</summary>
    public bool Has(ulong tag)
    {
        lock (gate)
            return _unacknowledged.Has(tag);
    }

    /// <summary>Takes one delivery out of the unacknowledged.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="isHeld">It waits for a commit, and until <see cref="NoteSettled"/> takes the room in its consumer's prefetch.</param>
    /// <param name="delivery">The delivery.</param>
    public bool TryTake(ulong tag, bool isHeld, out Delivery delivery)
    {
        lock (gate)
        {
            if (!_unacknowledged.TryTake(tag, out delivery))
                return false;
            if (!isHeld)
                MakeRoom(delivery);
            return true;
        }
    }

    /// <summary>Takes the first delivery out if its tag is no higher than this.</summary>
    /// <inheritdoc cref="TryTake"/>
    public bool TryTakeFirst(ulong upTo, bool isHeld, out Delivery delivery)
    {
        lock (gate)
        {
            if (!_unacknowledged.TryTakeFirst(upTo, out delivery))
                return false;
            if (!isHeld)
                MakeRoom(delivery);
            return true;
        }
    }

    /// <summary>A delivery that was held for a commit is settled now.</summary>
    public void NoteSettled(in Delivery delivery)
    {
        lock (gate)
            MakeRoom(delivery);
    }

    /// <summary>Makes deliveries that were held for a commit unacknowledged again.</summary>
    public void Restore(IEnumerable<Delivery> held)
    {
        lock (gate)
            _unacknowledged.Restore(held);
    }

    /// <summary>Looks for a delivery that has been unacknowledged for longer than its queue allows.</summary>
    /// <param name="now">In milliseconds; now and then is often enough.</param>
    /// <param name="late">The delivery, if so.</param>
    public bool TryFindLate(long now, out Delivery late)
    {
        lock (gate)
        {
            late = default;
            if (_unacknowledged.Count == 0 || client.ConsumerTimeout is not { } shortest)
                return false;
            var watch = _watch ??= new AcknowledgementWatch();
            watch.Note(_lastTag, now);
            // Queues have timeouts of their own: a younger delivery may be late where the oldest is not.
            return _unacknowledged.TryFindFirst(
                watch.OutFor(now, shortest),
                delivery => client.ConsumerTimeoutOf(delivery.Queue!) is { } timeout && delivery.Tag <= watch.OutFor(now, timeout),
                out late);
        }
    }

    /// <summary>Gives the memory back of the deliveries that were here.</summary>
    public void Close()
    {
        lock (gate)
            _unacknowledged.Close();
    }

    private void MakeRoom(in Delivery delivery)
    {
        if (delivery.Consumer is not { } consumer)
            return;
        consumer.Unacknowledged--;
        Prefetch.Note(-1);
    }
}
