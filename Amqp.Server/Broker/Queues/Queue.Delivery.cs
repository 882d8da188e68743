using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <content>How messages go to consumers: whoever publishes, acknowledges or consumes drains the queue, one thread at a time.</content>
internal sealed partial class Queue : IThreadPoolWorkItem
{
    /// <summary>Deliveries for which the lock is held in one go.</summary>
    private const int DeliveriesPerLock = 128;

    /// <summary>Deliveries after which a draining thread goes back to its own work.</summary>
    private const int DeliveriesPerDrain = 2048;

    /// <summary>How long deliveries pause after messages could not be read from the disk.</summary>
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Messages that a consumer's turn finds expired before others have theirs.</summary>
    private const int ExpiredPerTake = 128;

    private int _drainRequests; // interlocked; the one who raises it from 0 drains

    /// <summary>Takes the next message that can be read and has not expired. For consumers, while they deliver under this queue's lock.</summary>
    /// <inheritdoc cref="QueueReader.TryTake"/>
    public bool TryTake(out StoredMessage message, out PayloadLease payload) => TryTakeFresh(ExpiredPerTake, out message, out payload);

    /// <summary>Delivers until there is nothing ready, no consumer with room, or the bound is reached. Throws nothing.</summary>
    public void Drain(DispatchRound round)
    {
        if (Interlocked.Increment(ref _drainRequests) != 1)
            return; // someone is at it and will see the request
        try
        {
            DrainRequested(round);
        }
        catch (Exception error)
        {
            round.ClearDelivered();
            Interlocked.Exchange(ref _drainRequests, 0); // there is nothing to drain in a crashed queue
            Crash(error);
        }
        if (IsCrashed)
            TellCancelled(round);
    }

    private void DrainRequested(DispatchRound round)
    {
        int requests = 1;
        for (int delivered = 0; ; delivered += DeliveriesPerLock)
        {
            if (delivered >= DeliveriesPerDrain)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // the right to drain goes with it
                return;
            }
            bool hasMore;
            try
            {
                hasMore = DeliverSome(round);
            }
            catch (QueueUnreadableException)
            {
                DrainLater(); // the right to drain waits with it
                return;
            }
            round.FlushDue(); // not under the lock
            if (!hasMore)
            {
                int left = Interlocked.Add(ref _drainRequests, -requests);
                if (left == 0)
                    return;
                requests = left;
            }
        }
    }

    /// <summary>Goes on where a drain has reached its bound.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        // The requests so far are ours: start counting from one again.
        Interlocked.Exchange(ref _drainRequests, 0);
        round.Touch(this);
        round.Complete();
    }

    private void DrainLater() =>
        Task.Delay(_retryDelay).ContinueWith(
            static (_, queue) => ThreadPool.UnsafeQueueUserWorkItem((Queue)queue!, preferLocal: false),
            this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>True when there may be more to deliver.</summary>
    private bool DeliverSome(DispatchRound round)
    {
        lock (_gate)
        {
            bool hasMore = Deliver(round);
            if (!hasMore && _rules.AreActive)
                hasMore = !_rules.Tidy(isServed: _consumers.Next(out _) is not null);
            return hasMore;
        }
    }

    private bool Deliver(DispatchRound round)
    {
        for (int left = DeliveriesPerLock; left > 0 && Messages.Count > 0;)
        {
            if (_consumers.Next(out bool isOnly) is not { } next)
                return false;
            bool hasRoom;
            try
            {
                hasRoom = next.Consumer.Deliver(this, isOnly ? left : 1, round);
            }
            finally
            {
                // What went out went out, whatever became of the next one.
                if (!round.Delivered.IsEmpty)
                {
                    CountDelivered(round.Delivered, next.Consumer.NoAck);
                    NoteOutgoing(round.Delivered, next.Consumer.NoAck);
                }
                left -= Math.Max(round.Delivered.Length, 1);
                round.ClearDelivered();
            }
            if (hasRoom)
                ConsumerRing.MoveToBack(next);
            else
                ConsumerRing.Park(next);
        }
        return Messages.Count > 0;
    }

    private bool TryTakeFresh(int mostExpired, out StoredMessage message, out PayloadLease payload)
    {
        message = default;
        while (!_isCrashed && _reader.TryTake(out message, out payload))
        {
            if (!(_rules.AreActive || CountsDeliveries) || !MustGo(ref message, payload.Payload))
                return true;
            payload.Dispose();
            if (--mostExpired == 0)
                break;
        }
        payload = default;
        return false;
    }

    /// <summary>Lets go of a message that was taken and has waited too long; one of which that cannot be told, or how often it came back, is put aside.</summary>
    private bool MustGo(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        try
        {
            if (CountsDeliveries)
                message = RedeliveredMark.SetIfRequeued(message, EncodedMessage.Read(payload).Requeues);
            if (!_rules.AreActive || !_rules.IsOver(ref message, payload))
                return false;
        }
        catch (Exception error)
        {
            SetAside(message, error);
            return true;
        }
        Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.Expired);
        return true;
    }

    private void NoteOutgoing(ReadOnlySpan<StoredMessage> messages, bool noAck)
    {
        if (noAck)
        {
            Messages.Settle(messages);
            return;
        }
        _unacknowledged += messages.Length;
        Messages.NoteDelivered(messages);
    }
}
