using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Delivers the messages of one queue to consumers and to basic.get.</summary>
/// <remarks>
/// A thread that publishes, acknowledges or consumes also drains the queue: it delivers the ready messages. Only one thread drains the
/// queue at a time. After <see cref="DeliveriesPerDrain"/> messages the thread pool continues.
/// </remarks>
internal sealed class QueueDeliveries : IThreadPoolWorkItem
{
    /// <summary>Number of deliveries after which the delivering thread releases the lock for other threads.</summary>
    private const int DeliveriesPerLock = 128;

    /// <summary>Number of deliveries after which the thread pool continues in place of the delivering thread.</summary>
    private const int DeliveriesPerDrain = 2048;

    /// <summary>Maximum number of expired messages to remove for one consumer before the next consumer is served.</summary>
    private const int ExpiredPerTake = 128;

    /// <summary>Delay before the queue is drained again after a disk error.</summary>
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly QueueState _state;
    private readonly QueueFaults _faults;
    private readonly QueueRules _rules; // copied from the state, because it is read for each message
    private readonly QueueReader _reader;
    private int _drainRequests; // changed with Interlocked; the thread that raises the number from 0 drains the queue

    public QueueDeliveries(QueueState state, QueueFaults faults)
    {
        (_state, _faults, _rules) = (state, faults, state.Rules);
        _reader = new QueueReader(state.Declaration.Name, state.Messages, state.Services.Store, faults, state.Services.Logger);
        Scan = new QueueScan(state, faults, _reader);
    }

    /// <inheritdoc cref="QueueState.Flow"/>
    public QueueFlow Flow => _state.Flow;

    /// <summary>Looks at the ready messages for a job, such as a move, and takes some of them.</summary>
    public QueueScan Scan { get; }

    /// <summary>Number of this queue's messages that were read from the disk since the broker started.</summary>
    public long DiskReads => _reader.DiskReads;

    /// <inheritdoc cref="QueueReader.IsUnreadable"/>
    /// <remarks>Called under the lock of the queue.</remarks>
    public bool IsUnreadable => _reader.IsUnreadable;

    /// <summary>
    /// True if expired messages, excess messages or dead letters may be pending. Read without the lock, so the value may be outdated.
    /// </summary>
    public bool NeedDrain => _state.Rules.AreActive || _state.Queue.DeadLetters.AreWaiting;

    /// <summary>Takes the next message that is readable and not expired. Called under the lock of the queue.</summary>
    /// <inheritdoc cref="QueueReader.TryTake"/>
    public bool TryTake(out StoredMessage message, out PayloadLease payload) => TryTakeFresh(ExpiredPerTake, out message, out payload);

    /// <summary>Takes one message for basic.get, and calls <paramref name="deliver"/> under the lock of the queue to send it.</summary>
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

    /// <summary>
    /// Delivers until no message is ready, no consumer can take more, or <see cref="DeliveriesPerDrain"/> is reached. Never throws.
    /// </summary>
    public void Drain(DispatchRound round)
    {
        if (Interlocked.Increment(ref _drainRequests) != 1)
            return; // another thread drains the queue; it sees the higher number and continues
        try
        {
            DrainRequested(round);
        }
        catch (Exception error)
        {
            round.ClearDelivered();
            Interlocked.Exchange(ref _drainRequests, 0); // a crashed queue delivers nothing, so all requests are done
            _faults.Crash(error);
        }
        if (_faults.IsCrashed)
            _faults.NotifyCancelled(round);
    }

    /// <summary>
    /// Delivers at most <see cref="DeliveriesPerLock"/> messages. If no more can be delivered, removes expired and excess messages.
    /// </summary>
    /// <returns>True if further messages may be ready to deliver or to remove.</returns>
    public bool DeliverSome(DispatchRound round)
    {
        lock (_state.Gate)
        {
            bool hasMore = Deliver(round);
            if (!hasMore && _state.Rules.AreActive)
                hasMore = !_state.Rules.Tidy(isServed: _state.Consumers.Next(out _) is not null);
            _state.Demand?.Check();
            return hasMore;
        }
    }

    /// <summary>Continues a drain on the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        // Clears the pending requests, because Complete drains the queue only if none is pending. The drain also serves the cleared
        // requests.
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
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // until this work item runs, no other thread drains the queue
                return;
            }
            bool hasMore;
            try
            {
                hasMore = DeliverSome(round);
            }
            catch (QueueUnreadableException)
            {
                DrainLater(); // until then, no other thread drains the queue
                return;
            }
            round.FlushDue(); // the thread does not hold the lock here
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
                // Counts the deliveries made so far, even if the next message caused an exception.
                if (!round.Delivered.IsEmpty)
                {
                    _state.Traffic.NoteDelivered(round.Delivered, next.Consumer.NoAck);
                    NoteSent(round.Delivered, next.Consumer.NoAck);
                    _state.Flow.NoteDelivered(round.Delivered.Length);
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
    /// Checks a taken message. An expired message becomes a dead letter or is dropped. A message that cannot be checked is quarantined.
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

    /// <summary>Sends a message that was taken for basic.get. Called under the lock of the queue.</summary>
    /// <returns>False if the message caused an exception and is now quarantined.</returns>
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

/// <summary>Sends the message that was taken for basic.get. Called under the lock of the queue.</summary>
internal delegate void GetDelivery<TState>(TState state, in StoredMessage message, ReadOnlySpan<byte> payload, long left);

/// <summary>Thrown if a message could not be written to the client. The message returns to its place in the queue.</summary>
internal sealed class OutputFailedException(Exception cause) : Exception(cause.Message, cause);
