using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The delayed messages of one exchange, and the timer that starts their delivery.</summary>
/// <remarks>The messages are stored in a queue of the message store. Only their due times and positions are kept in memory.</remarks>
internal sealed class DelayedMessages
{
    /// <summary>
    /// Maximum time until the timer fires, in milliseconds. The timer must fire regularly, because the system clock may be changed.
    /// </summary>
    private const long LongestWait = 60_000;

    /// <summary>Pause after a failed delivery, before the next attempt.</summary>
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly QueueServices _services;
    private readonly IMessageStore _store;
    // The exchange's queue in the store. Its ready messages are messages of the last run that are not loaded yet.
    private readonly StoredQueue _stored;
    private readonly QueueReader _reader;
    private readonly WaitingMessages _waiting;
    private readonly DelayedDelivery _delivery;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _timerDue = long.MaxValue;
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _closed;

    public DelayedMessages(Exchange exchange, RoutingTable routing, QueueHost host, StoredQueue stored)
    {
        (_stored, _services, _store) = (stored, host.Services, host.Services.Store);
        var messages = new QueueMessages(_store, [stored], _gate);
        Quarantine = new DelayedQuarantine(this, _gate, messages, exchange.Name, host);
        _reader = new QueueReader($"{exchange.Name} (delayed)", messages, _store, Quarantine, _services.Logger);
        _waiting = new WaitingMessages(_services.HeldMemory);
        _delivery = new DelayedDelivery(_gate, exchange, routing, _services, stored, _reader, _waiting, Quarantine);
        List = new WaitingList(_gate, _store, stored, messages, _waiting, _delivery);
        _timer = _services.Clock.CreateTimer(
            static state => ((DelayedMessages)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Messages that caused an unexpected exception while they were loaded or delivered.</summary>
    public DelayedQuarantine Quarantine { get; }

    /// <summary>The messages, as an operator sees them.</summary>
    public WaitingList List { get; }

    /// <summary>Number of the exchange's queue in the store; 0 if the queue does not survive a restart.</summary>
    public uint DurableNumber => _stored.IsDurable ? _stored.Number : 0;

    /// <summary>Number of messages that have not been delivered yet. Takes the lock.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count + _delivery.Count + _stored.Count;
        }
    }

    /// <summary>True once the exchange is deleted or the broker stops. Must be read under the lock.</summary>
    public bool IsClosing => _closed || IsStopping;

    private bool IsStopping => _stopping.Task.IsCompleted;

    private long Now => _services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Stores a message that is due after the given number of milliseconds.</summary>
    /// <returns>The log position up to which the log must be synced; 0 if no sync is needed.</returns>
    /// <exception cref="StoreFailedException">The message must be persistent, and the store has failed.</exception>
    public long Add(
        long milliseconds, ReadOnlySpan<string> furtherKeys, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isPersistent)
    {
        // One millisecond is added, because the current millisecond has already begun, and the message must not be early.
        long due = Deadline.After(Now, milliseconds + 1);
        StoredMessage message = default;
        long position = _store.Append(
            [_stored], DelayedMessage.WriteHead(due, furtherKeys, head), body, isPersistent, new Span<StoredMessage>(ref message));
        lock (_gate)
        {
            if (_closed)
            {
                Settle(message);
                return position;
            }
            Wait(message, due);
            if (!_isWorking)
                SetTimer();
        }
        return position;
    }

    /// <summary>
    /// Loads the messages of the last run, and starts the delivery. Called once, after exchanges, queues and bindings are restored.
    /// </summary>
    public void Start()
    {
        lock (_gate)
        {
            Quarantine.LogIfFull();
            if (_stored.Count > 0)
                Continue(mustWork: true);
        }
    }

    /// <summary>Discards all messages, because the exchange is deleted.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _timer.Dispose();
            // The queue is deleted first, because the store writes no settle records for a deleted queue.
            _store.DeleteQueue(_stored);
            Quarantine.Delete();
            _store.Settle(_stored, _waiting.Clear());
        }
    }

    /// <summary>Stops the delivery. The task completes once no further message will be read or appended.</summary>
    public async Task StopAsync()
    {
        _stopping.TrySetResult();
        Task work;
        lock (_gate)
            work = _work;
        await _timer.DisposeAsync();
        await work;
    }

    /// <summary>Adds a stored message to the waiting messages. Called under the lock.</summary>
    public void Wait(in StoredMessage message, long due) => _waiting.Add(message, due);

    /// <summary>Settles a message. Called under the lock.</summary>
    public void Settle(in StoredMessage message) => _store.Settle(_stored, new ReadOnlySpan<StoredMessage>(in message));

    /// <summary>
    /// Starts the task that loads and delivers messages, or sets the timer. Does nothing while the task runs. Called under the lock.
    /// </summary>
    /// <param name="mustWork">True to start the task; false to set the timer.</param>
    public void Continue(bool mustWork)
    {
        if (_isWorking)
            return;
        if (!mustWork)
        {
            SetTimer();
            return;
        }
        _isWorking = true;
        _work = Task.Run(LoadAndDeliverAsync);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = long.MaxValue;
            if (_isWorking || IsClosing)
                return;
            _isWorking = true;
            _work = DeliverAsync(); // without Task.Run, because this is already a thread of the thread pool
        }
    }

    private async Task LoadAndDeliverAsync()
    {
        while (true)
        {
            try
            {
                if (LoadSome())
                    continue;
                break;
            }
            catch (QueueUnreadableException)
            {
                await PauseAsync();
            }
            catch (Exception error)
            {
                _services.Faults.Note(Compartment.Exchange, Quarantine.Place, error);
                await PauseAsync();
            }
        }
        await DeliverAsync();
    }

    /// <summary>Waits before a retry. The wait ends early if the broker stops.</summary>
    private async Task PauseAsync() => await Task.WhenAny(Task.Delay(_retryDelay), _stopping.Task);

    /// <summary>Loads the due times of some messages that were stored by the last run.</summary>
    /// <returns>False if all messages are loaded, the quarantine is full, or the exchange is closing.</returns>
    private bool LoadSome()
    {
        lock (_gate)
        {
            for (int left = DelayedDelivery.BatchLength; left > 0; left--)
            {
                if (IsClosing || !_reader.TryTake(out var message, out var payload))
                    return false;
                using (payload)
                    WaitAgain(message, payload.Payload);
            }
            return true;
        }
    }

    /// <summary>Adds a message of the last run to the waiting messages, with its stored due time.</summary>
    private void WaitAgain(in StoredMessage message, ReadOnlySpan<byte> payload)
    {
        try
        {
            Wait(message, DelayedMessage.ReadDue(payload));
        }
        catch (Exception error)
        {
            Quarantine.SetAside(message, error);
        }
    }

    /// <summary>Delivers messages until none is due. Then sets the timer for the next message.</summary>
    private async Task DeliverAsync()
    {
        // Continues on another thread, because OnTimer calls this method under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (TryFillBatch())
        {
            try
            {
                if (_store.IsBehind)
                    await Task.WhenAny(_store.WaitForRoomAsync(), _stopping.Task).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                _delivery.Deliver();
                await Task.Yield(); // other work of the thread pool may run before the next batch
            }
            catch (Exception error) when (error is QueueUnreadableException or DiskAlarmException)
            {
                await PauseAsync();
            }
            catch (StoreFailedException)
            {
                return; // the messages stay stored until the next start
            }
            catch (Exception error)
            {
                _services.Faults.Note(Compartment.Exchange, Quarantine.Place, error);
                await PauseAsync();
            }
        }
    }

    /// <returns>False if no message is due, or if the delivery was stopped. The task must then end.</returns>
    private bool TryFillBatch()
    {
        lock (_gate)
        {
            if (!IsStopping && !Quarantine.IsFull)
            {
                _delivery.Fill(Now);
                if (_delivery.Count > 0)
                    return true;
            }
            _isWorking = false;
            _waiting.Trim();
            SetTimer();
            return false;
        }
    }

    /// <summary>Sets the timer for the earliest due time.</summary>
    private void SetTimer()
    {
        if (IsClosing || Quarantine.IsFull || _waiting.NextDue is not { } due || due >= _timerDue)
            return;
        long now = Now;
        long wait = Math.Clamp(due - now, 1, LongestWait);
        _timerDue = now + wait;
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
