using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The deliveries of a session: delivery tags, unacknowledged deliveries, and the prefetch limit.</summary>
/// <remarks>
/// The lock <see cref="ISessionSink.Gate"/> guards all state. Each method takes the lock, or its comment says that the caller holds the
/// lock.
/// </remarks>
internal sealed class SessionDeliveries(BrokerClient client, Lock gate)
{
    private readonly UnacknowledgedDeliveries _unacknowledged = new(client.Services.HeldMemory);
    private readonly CoarseClock _clock = client.Services.Clock;
    private ulong _lastTag;
    private AcknowledgementWatch? _watch;

    /// <summary>The prefetch limit that all consumers of the session share. The lock guards it.</summary>
    public Prefetch Prefetch { get; } = new();

    public int Count
    {
        get
        {
            lock (gate)
                return _unacknowledged.Count;
        }
    }

    /// <summary>Returns a tag for a delivery that needs no acknowledgement. The caller holds the lock.</summary>
    public ulong NextTag() => ++_lastTag;

    /// <summary>Adds an unacknowledged delivery and returns its tag. The caller holds the lock.</summary>
    public ulong Track(in StoredMessage message, Queue queue, SessionConsumer? consumer)
    {
        _unacknowledged.Add(Delivery.Of(++_lastTag, message, queue, consumer));
        if (consumer is not null)
        {
            if (consumer.Unacknowledged++ == 0)
                consumer.HeldSince = _clock.Now;
            consumer.LastDelivery = _lastTag;
            Prefetch.Note(1);
        }
        return _lastTag;
    }

    /// <summary>Removes a delivery that could not be written. The caller holds the lock.</summary>
    public void Untrack(ulong tag)
    {
        if (_unacknowledged.TryTake(tag, out var delivery))
            MakeRoom(delivery);
    }

    /// <summary>Returns true if a delivery with this tag is unacknowledged.</summary>
    public bool Has(ulong tag)
    {
        lock (gate)
            return _unacknowledged.Has(tag);
    }

    /// <summary>Removes an unacknowledged delivery, which the caller settles.</summary>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isHeld">
    /// True if a transaction holds the delivery. It then counts for the prefetch limit until <see cref="NoteSettled"/> is called.
    /// </param>
    /// <param name="delivery">The removed delivery.</param>
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

    /// <summary>Removes the first unacknowledged delivery if its tag is at most <paramref name="upTo"/>.</summary>
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

    /// <summary>Stops counting a delivery for the prefetch limit. Called when the transaction that held the delivery settles it.</summary>
    public void NoteSettled(in Delivery delivery)
    {
        lock (gate)
            MakeRoom(delivery);
    }

    /// <summary>Makes the deliveries of a transaction unacknowledged again.</summary>
    public void Restore(IEnumerable<Delivery> held)
    {
        lock (gate)
            _unacknowledged.Restore(held);
    }

    /// <summary>
    /// Finds a delivery that has been unacknowledged for longer than its queue allows. Must be called at regular intervals.
    /// </summary>
    public bool TryFindLate(long now, out Delivery late)
    {
        lock (gate)
        {
            late = default;
            if (_unacknowledged.Count == 0 || client.ConsumerTimeout is not { } shortest)
                return false;
            var watch = _watch ??= new AcknowledgementWatch();
            watch.Note(_lastTag, now);
            // Each queue has its own timeout, so the oldest delivery need not be the first to exceed its timeout.
            return _unacknowledged.TryFindFirst(
                watch.OutFor(now, shortest),
                delivery => client.ConsumerTimeoutOf(delivery.Queue!) is { } timeout && delivery.Tag <= watch.OutFor(now, timeout),
                out late);
        }
    }

    /// <summary>Returns unacknowledged deliveries of a queue, in the order of their tags. Changes nothing.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="skip">Number of deliveries to skip. On return, it is lower by the number of skipped deliveries.</param>
    /// <param name="count">Maximum number of deliveries.</param>
    /// <returns>Null if there is no delivery behind the skipped ones.</returns>
    public UnacknowledgedExcerpt? Excerpt(Queue queue, ref long skip, int count)
    {
        var found = new List<Delivery>();
        lock (gate)
        {
            _unacknowledged.CopyTo(found, queue, ref skip, count);
            if (found.Count == 0)
                return null;
            long now = Environment.TickCount64;
            // created under the lock, because no delivery in the list is settled yet
            var messages = QueueExcerpt.OfTaken(queue.Messages, client.Store, [.. found.Select(delivery => delivery.Message)]);
            return new UnacknowledgedExcerpt(messages, [.. found.Select(each => (each, _watch?.AgeOf(each.Tag, now)))]);
        }
    }

    /// <summary>Returns the number and the age of the unacknowledged messages of a queue, for each consumer of the session.</summary>
    public List<UnacknowledgedShare> SharesOf(Queue queue)
    {
        lock (gate)
        {
            long now = Environment.TickCount64;
            return [.. _unacknowledged.CountOf(queue)
                .Select(each => new UnacknowledgedShare(each.Consumer, each.Count, _watch?.AgeOf(each.First, now)))];
        }
    }

    /// <summary>Frees the memory of the list of deliveries.</summary>
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
        consumer.SettledAt = _clock.Now;
        Prefetch.Note(-1);
    }
}
