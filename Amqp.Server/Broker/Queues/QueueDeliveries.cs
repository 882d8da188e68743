using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Hands the messages of one queue to consumers and to basic.get.</summary>
/// <remarks>
/// The queue has no thread of its own. Threads that publish, acknowledge or consume drain the queue, one thread at a time.
/// A drain releases the lock after every <see cref="DeliveriesPerLock"/> messages. After <see cref="DeliveriesPerDrain"/> messages the
/// drain continues on the thread pool.
/// </remarks>
internal sealed class QueueDeliveries : IThreadPoolWorkItem
{
    /// <summary>Number of deliveries after which the lock is released for other threads.</summary>
    private const int DeliveriesPerLock = 128;

    /// <summary>Number of deliveries after which a draining thread returns to its own work and the thread pool continues.</summary>
    private const int DeliveriesPerDrain = 2048;

    /// <summary>Maximum number of expired messages that are removed for one consumer before the next consumer is served.</summary>
    private const int ExpiredPerTake = 128;

    /// <summary>Time until the next drain, after messages could not be read from the disk.</summary>
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly QueueState _state;
    private readonly QueueFaults _faults;
    private readonly QueueRules _rules; // a copy of the state's field, because it is read for each message
    private readonly QueueReader _reader;
    private int _drainRequests; // interlocked; the thread that raises the number from 0 drains the queue

    public QueueDeliveries(QueueState state, QueueFaults faults)
    {
        (_state, _faults, _rules) = (state, faults, state.Rules);
        _reader = new QueueReader(state.Declaration.Name, state.Messages, state.Services.Store, faults, state.Services.Logger);
    }

    /// <summary>Number of messages of this queue that were read from the disk, since the broker's start.</summary>
    public long DiskReads => _reader.DiskReads;

    /// <summary>
    /// True if expired or excess messages or dead letters may be pending, so that a drain is due. A hint: no lock is taken.
    /// </summary>
    public bool NeedDrain => _state.Rules.AreActive || _state.Queue.DeadLetters.AreWaiting;

    /// <summary>Takes the next message that can be read and has not expired. Called by consumers, under the queue's lock.</summary>
    /// <inheritdoc cref="QueueReader.TryTake"/>
    public bool TryTake(out StoredMessage message, out PayloadLease payload) => TryTakeFresh(ExpiredPerTake, out message, out payload);

    /// <summary>Takes one message for basic.get. <paramref name="deliver"/> sends the message, under the queue's lock.</summary>
    /// <returns>False if the queue is empty.</returns>
    /// <exception cref="BrokerException">
    /// 404: the queue crashes during the call. 541: the message cannot be read from the disk now.
    /// </exception>
    public bool TryGet<TState>(TState state, bool noAck, GetDelivery<TState> deliver)
    {
        try
        {
            lock (_state.Gate)
            {
                _state.Queue.Use.RenewForGet();
                while (TryTakeFresh(int.MaxValue, out var message, out var payload))
                {
                    using (payload)
                    {
                        if (!TrySend(message, payload.Payload, state, deliver))
                            continue;
                    }
                    _state.Traffic.NoteGot(message, noAck);
                    NoteSent(new ReadOnlySpan<StoredMessage>(in message), noAck);
                    return true;
                }
                _state.Traffic.NoteGetEmpty();
                return false;
            }
        }
        catch (QueueUnreadableException)
        {
            throw new BrokerException(BrokerError.Unavailable, $"{_state.Place} cannot be read from the disk now");
        }
        catch (Exception error) when (error is not OutputFailedException)
        {
            _faults.Crash(error);
            throw _faults.NewCrashed();
        }
    }

    /// <summary>Delivers until no message is ready, no consumer has free capacity, or the bound is reached. Throws nothing.</summary>
    public void Drain(DispatchRound round)
    {
        if (Interlocked.Increment(ref _drainRequests) != 1)
            return; // the draining thread will see the request
        try
        {
            DrainRequested(round);
        }
        catch (Exception error)
        {
            round.ClearDelivered();
            Interlocked.Exchange(ref _drainRequests, 0); // a crashed queue has nothing to drain
            _faults.Crash(error);
        }
        if (_faults.IsCrashed)
            _faults.NotifyCancelled(round);
    }

    /// <summary>
    /// Delivers at most <see cref="DeliveriesPerLock"/> messages, and removes expired and excess messages. Takes the lock.
    /// </summary>
    /// <returns>True if there may be more to do.</returns>
    public bool DeliverSome(DispatchRound round)
    {
        lock (_state.Gate)
        {
            bool hasMore = Deliver(round);
            if (!hasMore && _state.Rules.AreActive)
                hasMore = !_state.Rules.Tidy(isServed: _state.Consumers.Next(out _) is not null);
            return hasMore;
        }
    }

    /// <summary>Continues a drain that has reached its bound.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        // Complete starts a drain, which raises the number of requests from 0. That drain serves all requests made so far.
        Interlocked.Exchange(ref _drainRequests, 0);
        round.Touch(_state.Queue);
        round.Complete();
    }

    private void DrainRequested(DispatchRound round)
    {
        int requests = 1;
        for (int delivered = 0; ; delivered += DeliveriesPerLock)
        {
            if (delivered >= DeliveriesPerDrain)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // only the work item may drain from now on
                return;
            }
            bool hasMore;
            try
            {
                hasMore = DeliverSome(round);
            }
            catch (QueueUnreadableException)
            {
                DrainLater(); // only the later work item may drain from now on
                return;
            }
            round.FlushDue(); // outside the lock
            if (!hasMore)
            {
                int left = Interlocked.Add(ref _drainRequests, -requests);
                if (left == 0)
                    return;
                requests = left;
            }
        }
    }

    private void DrainLater() =>
        Task.Delay(_retryDelay).ContinueWith(
            static (_, drain) => ThreadPool.UnsafeQueueUserWorkItem((QueueDeliveries)drain!, preferLocal: false),
            this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private bool Deliver(DispatchRound round)
    {
        for (int left = DeliveriesPerLock; left > 0 && _state.Messages.Count > 0;)
        {
            if (_state.Consumers.Next(out bool isOnly) is not { } next)
                return false;
            bool hasRoom;
            try
            {
                hasRoom = next.Consumer.Deliver(_state.Queue, isOnly ? left : 1, round);
            }
            finally
            {
                // An exception caused by the next message does not undo the deliveries before it.
                if (!round.Delivered.IsEmpty)
                {
                    _state.Traffic.NoteDelivered(round.Delivered, next.Consumer.NoAck);
                    NoteSent(round.Delivered, next.Consumer.NoAck);
                }
                left -= Math.Max(round.Delivered.Length, 1);
                round.ClearDelivered();
            }
            if (hasRoom)
                ConsumerRing.MoveToBack(next);
            else
                ConsumerRing.Park(next);
        }
        return _state.Messages.Count > 0;
    }

    private bool TryTakeFresh(int mostExpired, out StoredMessage message, out PayloadLease payload)
    {
        message = default;
        while (!_faults.IsCrashed && _reader.TryTake(out message, out payload))
        {
            if (!(_rules.AreActive || _rules.CountsDeliveries) || !IsDead(ref message, payload.Payload))
                return true;
            payload.Dispose();
            if (--mostExpired == 0)
                break;
        }
        payload = default;
        return false;
    }

    /// <summary>
    /// Checks a message that was taken. An expired message is dead-lettered or dropped; a message that cannot be checked is quarantined.
    /// </summary>
    /// <returns>True if the message must not be delivered.</returns>
    private bool IsDead(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        try
        {
            if (_rules.CountsDeliveries)
                message = RedeliveredMark.SetIfRequeued(message, EncodedMessage.Read(payload).Requeues);
            if (!_rules.AreActive || !_rules.IsOver(ref message, payload))
                return false;
        }
        catch (Exception error)
        {
            _faults.SetAside(message, error);
            return true;
        }
        _rules.Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.Expired);
        return true;
    }

    /// <summary>Sends a message that was taken for basic.get. Called under the lock.</summary>
    /// <returns>False if the message caused an exception; it is then quarantined.</returns>
    private bool TrySend<TState>(in StoredMessage message, ReadOnlySpan<byte> payload, TState state, GetDelivery<TState> deliver)
    {
        try
        {
            deliver(state, message, payload, _state.Messages.Count);
            return true;
        }
        catch (OutputFailedException)
        {
            _state.Messages.PutBack(message);
            throw;
        }
        catch (Exception error)
        {
            _faults.SetAside(message, error);
            return false;
        }
    }

    private void NoteSent(ReadOnlySpan<StoredMessage> messages, bool noAck)
    {
        if (noAck)
            _state.Messages.Settle(messages);
        else
            _state.Messages.NoteDelivered(messages);
    }
}

/// <summary>Sends the message that basic.get took. The queue's lock is held.</summary>
internal delegate void GetDelivery<TState>(TState state, in StoredMessage message, ReadOnlySpan<byte> payload, long left);

/// <summary>
/// Thrown if a message could not be written to the client that requested it. The message is intact and goes back to its place in the
/// queue; the client's output is no longer usable.
/// </summary>
internal sealed class OutputFailedException(Exception cause) : Exception(cause.Message, cause);
