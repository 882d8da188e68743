using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The messages that wait in one exchange until they are due, and the timer that then hands them to their queues.</summary>
/// <remarks>
/// <para>They lie in the message store like those of a queue, so that those of a durable exchange outlive a restart; in memory is when each is due, and
/// where it is. What is due is appended to its queues first and settled here after, so that a crash in between repeats messages and loses none.</para>
/// <para>A message over which something unexpected is thrown is put aside and stays stored; the task goes on with the next, whatever happens to it.</para>
/// <para>The lock owns all of the state. One task at a time loads or delivers; it holds the lock to take messages and to settle them, not while it routes and appends.</para>
/// </remarks>
internal sealed partial class DelayedMessages
{
    /// <summary>How many messages are loaded, or delivered, in one go.</summary>
    private const int BatchLength = 256;

    /// <summary>Bytes of memory for each message that waits: its entry, and the room that a growing heap has to spare.</summary>
    private const int BytesPerEntry = 64;

    /// <summary>An emptied heap of more entries than this is let go.</summary>
    private const int KeptLength = 1024;

    /// <summary>The timer is set for no longer than this: so a clock that was set right is noticed.</summary>
    private const long LongestWait = 60_000;

    /// <summary>How long to wait after messages could not be read from the disk, or something went wrong that nobody foresaw.</summary>
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Exchange _exchange;
    private readonly RoutingTable _routing;
    private readonly QueueHost _host;
    private readonly QueueServices _services;
    private readonly IMessageStore _store;
    private readonly StoredQueue _stored; // what the last run left, until it is loaded
    private readonly QueueReader _reader;
    private readonly RouteFinder _finder; // owned by the task that delivers, like the intake
    private readonly MessageIntake _intake;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PriorityQueue<StoredMessage, (long Due, long Sequence)> _waiting = new();
    private readonly QuarantinedMessages _quarantined;
    private readonly StoredMessage[] _batch = new StoredMessage[BatchLength]; // being delivered
    private int _batchCount;
    private long _timerDue = long.MaxValue;
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _closed;

    public DelayedMessages(Exchange exchange, RoutingTable routing, QueueHost host, StoredQueue stored)
    {
        (_exchange, _routing, _host, _stored) = (exchange, routing, host, stored);
        (_services, _store) = (host.Services, host.Services.Store);
        var messages = new QueueMessages(_store, [stored], _gate);
        _reader = new QueueReader($"{exchange.Name} (delayed)", messages, _store, this, _services.Logger);
        _quarantined = new QuarantinedMessages(messages, _services, Compartment.Exchange, Place);
        _finder = new RouteFinder(routing);
        _intake = new MessageIntake(_services);
        _timer = _services.Clock.CreateTimer(static state => ((DelayedMessages)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of the place in the store when it outlives a restart; else 0.</summary>
    public uint DurableNumber => _stored.IsDurable ? _stored.Number : 0;

    /// <summary>Messages that wait.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count + _batchCount + _stored.Count;
        }
    }

    private string Place => $"exchange '{_exchange.Name}' in vhost '{_host.VirtualHost}'";

    private bool IsStopping => _stopping.Task.IsCompleted;

    private long Now => _services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Stores a message and lets it wait.</summary>
    /// <returns>The position that makes it safe; 0 when there is nothing to wait for.</returns>
    /// <exception cref="StoreFailedException">It would have to be persistent and cannot be.</exception>
    public long Add(long milliseconds, ReadOnlySpan<string> furtherKeys, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isPersistent)
    {
        long due = Deadline.After(Now, milliseconds + 1); // a millisecond that has begun counts as gone: never too early
        StoredMessage message = default;
        long position = _store.Append([_stored], DelayedMessage.WriteHead(due, furtherKeys, head), body, isPersistent, new Span<StoredMessage>(ref message));
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

    /// <summary>Everything that messages are routed by is there: those of the last run are loaded, and delivered when they are due.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_quarantined.IsFull)
                _services.Logger.ExchangeStopped(_exchange.Name, _host.VirtualHost);
            if (_stored.Count > 0 && !_isWorking)
                BeginWork();
        }
    }

    /// <summary>Lets go of everything, for good.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _timer.Dispose();
            // The store forgets the place first, so that it logs nothing for each message.
            _store.DeleteQueue(_stored);
            var gone = new List<StoredMessage>(_waiting.Count);
            foreach (var (message, _) in _waiting.UnorderedItems)
                gone.Add(message);
            _quarantined.Delete();
            _store.Settle(_stored, gone.ToArray());
            _services.HeldMemory.Add(-(long)BytesPerEntry * _waiting.Count);
            _waiting.Clear();
            _waiting.TrimExcess();
        }
    }

    /// <summary>Completes when nothing is read or appended any more.</summary>
    public async Task StopAsync()
    {
        _stopping.TrySetResult();
        Task work;
        lock (_gate)
            work = _work;
        await _timer.DisposeAsync();
        await work;
    }

    /// <summary>Has what the last run left loaded, and what is due delivered.</summary>
    private void BeginWork()
    {
        _isWorking = true;
        _work = Task.Run(LoadAndDeliverAsync);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = long.MaxValue;
            if (_isWorking || IsStopping || _closed)
                return;
            _isWorking = true;
            _work = DeliverAsync(); // this is a thread of the pool already
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
                _services.Faults.Note(Compartment.Exchange, Place, error);
                await PauseAsync();
            }
        }
        await DeliverAsync();
    }

    /// <summary>A pause, which a stop ends.</summary>
    private async Task PauseAsync() => await Task.WhenAny(Task.Delay(_retryDelay), _stopping.Task);

    /// <summary>Learns when the next messages of the last run are due.</summary>
    /// <returns>False when all are known.</returns>
    private bool LoadSome()
    {
        lock (_gate)
        {
            for (int left = BatchLength; left > 0; left--)
            {
                if (IsStopping || _closed || !_reader.TryTake(out var message, out var payload))
                    return false;
                using (payload)
                    WaitAgain(message, payload.Payload);
            }
            return true;
        }
    }

    /// <summary>Lets a message of the last run wait for its time, which is written in it.</summary>
    private void WaitAgain(in StoredMessage message, ReadOnlySpan<byte> payload)
    {
        try
        {
            Wait(message, DelayedMessage.ReadDue(payload));
        }
        catch (Exception error)
        {
            SetAside(message, error);
        }
    }

    /// <summary>Delivers until nothing is due, and sets the timer for what is due next.</summary>
    private async Task DeliverAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // whoever began this holds the lock
        while (TryTakeBatch())
        {
            try
            {
                if (_store.IsBehind)
                    await Task.WhenAny(_store.WaitForRoomAsync(), _stopping.Task).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                DeliverBatch();
                await Task.Yield(); // others have their turn before the next batch
            }
            catch (Exception error) when (error is QueueUnreadableException or DiskAlarmException)
            {
                await PauseAsync();
            }
            catch (StoreFailedException)
            {
                return; // they wait for the next start
            }
            catch (Exception error)
            {
                _services.Faults.Note(Compartment.Exchange, Place, error);
                await PauseAsync();
            }
        }
    }

    /// <summary>Takes what is due, up to a batch; what an earlier one has left comes first.</summary>
    /// <returns>False when nothing is due, and the work is over.</returns>
    private bool TryTakeBatch()
    {
        lock (_gate)
        {
            long now = Now;
            bool isStopped = IsStopping || _quarantined.IsFull;
            while (!isStopped && _batchCount < BatchLength && _waiting.TryPeek(out var message, out var place) && place.Due <= now)
            {
                _waiting.Dequeue();
                _batch[_batchCount++] = message;
            }
            if (_batchCount > 0 && !isStopped)
                return true;
            _isWorking = false;
            if (_waiting.Count == 0 && _waiting.EnsureCapacity(0) > KeptLength)
                _waiting.TrimExcess();
            SetTimer();
            return false;
        }
    }

    /// <summary>Appends the batch to its queues and settles it, or as much of it as can be read.</summary>
    private void DeliverBatch()
    {
        var round = PooledRound.Current;
        long position = 0;
        int done = 0, delivered = 0;
        try
        {
            for (; done < _batchCount && !_quarantined.IsFull; done++) // a look without the lock: only this task fills it
                if (TryDeliver(_batch[done], round, ref position))
                    _batch[delivered++] = _batch[done];
        }
        finally
        {
            try
            {
                EndBatch(done, delivered, isBound: position > 0);
            }
            finally
            {
                round.Complete();
            }
        }
    }

    /// <summary>Forgets what of the batch is done with, and settles what of that is delivered, which stands in front.</summary>
    private void EndBatch(int done, int delivered, bool isBound)
    {
        lock (_gate)
        {
            try
            {
                _store.Settle(_stored, _batch.AsSpan(0, delivered), isBound);
            }
            finally
            {
                _batch.AsSpan(done, _batchCount - done).CopyTo(_batch); // they are delivered, whatever becomes of the settle: not again and again
                _batchCount -= done;
                _services.HeldMemory.Add(-(long)BytesPerEntry * done);
            }
        }
    }

    /// <summary>Appends a message to the queues that it goes to now. While the disk alarm is set, one that would be written waits, and those behind it.</summary>
    /// <returns>False when it was damaged, and settled then, or put aside.</returns>
    private bool TryDeliver(in StoredMessage message, DispatchRound round, ref long position)
    {
        try
        {
            return TryRoute(message, round, ref position);
        }
        catch (Exception error) when (error is not (QueueUnreadableException or DiskAlarmException or StoreFailedException))
        {
            lock (_gate)
                SetAside(message, error);
            return false;
        }
    }

    private bool TryRoute(in StoredMessage message, DispatchRound round, ref long position)
    {
        PayloadLease payload;
        lock (_gate)
        {
            if (!_reader.TryRead(message, out payload))
                return false;
        }
        using (payload)
        {
            var delayed = DelayedMessage.Read(payload.Payload);
            var properties = DelayHeader.Negate(delayed.Message.Properties);
            byte[] head = EncodedMessage.NewHead(delayed.Message.Address, properties, delayed.Message.HiddenKeys);
            var encoded = EncodedProperties.Read(properties);
            _routing.Follow(_exchange, RoutedMessage.Of(delayed.Message.Address, properties, encoded.Headers, delayed.FurtherKeys), _finder);
            // Refused means that a queue is full: the message is gone for it, as for a publisher without confirms.
            var route = _finder.ToRoute();
            var traits = MessageTraits.Of(encoded);
            _intake.DemandDisk(route, traits, isClients: false);
            position = Math.Max(position, _intake.Store(route, head, delayed.Message.Body, traits, round));
        }
        return true;
    }

    private void Wait(in StoredMessage message, long due)
    {
        _waiting.Enqueue(message, (due, message.Sequence));
        _services.HeldMemory.Add(BytesPerEntry);
    }

    private void Settle(in StoredMessage message) => _store.Settle(_stored, new ReadOnlySpan<StoredMessage>(in message));

    /// <summary>Sees to it that the timer goes off when the first message is due.</summary>
    private void SetTimer()
    {
        if (IsStopping || _closed || _quarantined.IsFull || !_waiting.TryPeek(out _, out var first) || first.Due >= _timerDue)
            return;
        long now = Now;
        long wait = Math.Clamp(first.Due - now, 1, LongestWait);
        _timerDue = now + wait;
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
