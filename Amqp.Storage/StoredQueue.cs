namespace Amqp.Storage;

/// <summary>The messages of one queue that are ready for delivery, in the order of their sequence.</summary>
/// <remarks>
/// Not thread-safe: it belongs to the lock of whoever opened it. What is in memory of a deep queue is its front and its end;
/// the store brings the rest back as it is taken. Only the next sequence number is taken without that lock,
/// because messages are appended before their queues are locked. The marks at the end belong to the store.
/// </remarks>
public sealed class StoredQueue
{
    private readonly DeepMessages? _deep; // when there is a log; its gate then owns the run and the heap too
    private MessageRun _run; // most messages: added in order
    private MessageHeap _outOfOrder; // came back, or were overtaken between append and add
    private long _lastSequence; // changed with Interlocked
    private long _lastPersistentSequence;

    internal StoredQueue(uint number, bool isDurable, MessageChunkPool chunks, DeepMessages? deep = null)
    {
        Number = number;
        IsDurable = isDurable;
        _deep = deep;
        _run = new MessageRun(chunks);
    }

    private enum Source
    {
        None,
        OutOfOrder,
        Deep,
        Away,
        Run,
    }

    /// <summary>The number it was opened with.</summary>
    public uint Number { get; }

    /// <summary>Whether persistent messages outlive a restart here.</summary>
    public bool IsDurable { get; }

    /// <summary>Messages ready.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of payload of the messages ready.</summary>
    public long Bytes { get; private set; }

    /// <summary>Messages ready that outlive a restart.</summary>
    public long PersistentCount { get; private set; }

    /// <summary>Bytes of their payload.</summary>
    public long PersistentBytes { get; private set; }

    /// <summary>The sequence given to the latest message.</summary>
    internal long LastSequence
    {
        get => Volatile.Read(ref _lastSequence);
        set => Volatile.Write(ref _lastSequence, value);
    }

    /// <summary>Deleted queues log nothing any more. Set by the store under the queue's lock, read under it.</summary>
    internal bool IsDeleted { get; set; }

    /// <summary>The sequence of the latest persistent message. Written under the log's lock, read by anyone.</summary>
    internal long LastPersistentSequence
    {
        get => Volatile.Read(ref _lastPersistentSequence);
        set => Volatile.Write(ref _lastPersistentSequence, value);
    }

    /// <summary>The highest sequence noted as delivered in the log. Written under the log's lock and the queue's.</summary>
    internal long DeliveredMark { get; set; }

    /// <summary>The segment that holds the note, or 0 when there is none. Owned by the log's lock.</summary>
    internal long DeliveredSegment { get; set; }

    /// <summary>The position behind that note. Owned by the log's lock.</summary>
    internal long DeliveredPosition { get; set; }

    /// <summary>The segment that holds the last note before that one that was durable when it was replaced. Owned by the log's lock.</summary>
    internal long ReplacedSegment { get; set; }

    /// <summary>Messages that are ready and whose entries are in memory; their payloads need not be.</summary>
    public long CountInMemory => Count - (_deep?.Away ?? 0);

    /// <summary>Makes a message ready that the store has just given a place in this queue.</summary>
    public void Add(in StoredMessage message)
    {
        if (_deep is null)
        {
            AddInMemory(message);
        }
        else
        {
            lock (_deep.Gate)
                AddInMemory(message);
        }
        Count++; // not before: what cannot be added is not counted
        Bytes += message.Length;
        if (message.IsPersistent)
            CountPersistent(1, message.Length);
    }

    /// <summary>Makes a message ready again that was taken; it comes back at its old place, marked redelivered.</summary>
    public void Return(in StoredMessage message) => Add(message with { Flags = message.Flags | MessageFlags.Redelivered });

    /// <summary>Counts anew what is ready, after something went wrong in the middle of a change.</summary>
    public void Recount()
    {
        if (_deep is null)
        {
            CountAll();
            return;
        }
        lock (_deep.Gate)
            CountAll();
    }

    /// <summary>Messages of the last run that the start was asked to keep aside, until they are taken: they are not ready, and not counted.</summary>
    public IReadOnlyList<(long Sequence, int Length)> Aside
    {
        get
        {
            if (_deep is null)
                return [];
            lock (_deep.Gate)
                return [.. _deep.Aside.Select(message => (message.To, (int)message.Bytes))];
        }
    }

    /// <summary>Takes a message that was kept aside: the caller settles it, or makes it ready.</summary>
    /// <returns>False when it is not there, or damage took it.</returns>
    /// <exception cref="IOException">It cannot be read now, and stays aside.</exception>
    public bool TryTakeAside(long sequence, out StoredMessage message)
    {
        message = default;
        if (_deep is null)
            return false;
        lock (_deep.Gate)
            return _deep.TryTakeAside(sequence, out message);
    }

    /// <summary>The message in front, which stays there.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message)
    {
        if (_deep is null)
            return TryPeekFront(out message);
        lock (_deep.Gate)
            return TryPeekFront(out message);
    }

    /// <summary>Takes the message in front: the caller settles or returns it.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        if (_deep is null)
            return TryTakeFront(out message);
        lock (_deep.Gate)
            return TryTakeFront(out message);
    }

    /// <summary>The message in front, which stays there, if that can be told without reading from the disk.</summary>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        if (_deep is null)
            return TryPeek(LookForFront(), out message);
        lock (_deep.Gate)
            return TryPeek(LookForFront(), out message);
    }

    /// <summary>Shows every message that is ready and whose entry is in memory, in no order.</summary>
    public void Show<TLook>(ref TLook look)
        where TLook : struct, IMessageLook
    {
        if (_deep is null)
        {
            ShowInMemory(ref look);
            return;
        }
        lock (_deep.Gate)
        {
            ShowInMemory(ref look);
            _deep.Show(ref look);
        }
    }

    /// <summary>Makes messages ready that a start found, before any other.</summary>
    internal void Restore(in Stretch stretch)
    {
        Count += stretch.Count;
        Bytes += stretch.Bytes;
        CountPersistent(stretch.Count, stretch.Bytes);
        _deep!.Add(stretch);
    }

    /// <summary>Keeps a message aside that a start found.</summary>
    internal void KeepAside(in Stretch message) => _deep!.KeepAside(message);

    /// <summary>Lets messages leave memory that can be found again. On the housekeeper's thread.</summary>
    /// <param name="keep">Messages that stay in front.</param>
    /// <param name="space">Where their blocks are.</param>
    internal void Spill(int keep, BlockSpace space)
    {
        if (_deep is null)
            return;
        lock (_deep.Gate)
            _deep.Spill(ref _run, ref _outOfOrder, keep, space);
    }

    /// <summary>Takes everything and settles it.</summary>
    /// <returns>How many.</returns>
    internal int SettleAll(ref SettleBatch settled)
    {
        int count = 0;
        while (TryTakeStretch(out Stretch stretch))
        {
            count += stretch.Count;
            settled.Add(stretch);
        }
        for (; TryTake(out StoredMessage message); count++)
            settled.Add(message);
        settled.End();
        return count;
    }

    /// <summary>Settles what was kept aside and nobody has taken.</summary>
    internal void SettleAside(ref SettleBatch settled)
    {
        if (_deep is null)
            return;
        lock (_deep.Gate)
        {
            foreach (Stretch message in _deep.RemoveAside())
                settled.Add(message);
        }
    }

    internal long NextSequence() => Interlocked.Increment(ref _lastSequence);

    private void CountAll()
    {
        var tally = new MessageTally();
        ShowInMemory(ref tally);
        _deep?.Show(ref tally);
        (long away, long bytesAway) = _deep is null ? (0, 0) : (_deep.Away, _deep.BytesAway); // all of them persistent
        (Count, Bytes) = (tally.Count + away, tally.Bytes + bytesAway);
        (PersistentCount, PersistentBytes) = (tally.PersistentCount + away, tally.PersistentBytes + bytesAway);
    }

    private void CountPersistent(long messages, long bytes)
    {
        PersistentCount += messages;
        PersistentBytes += bytes;
    }

    private void ShowInMemory<TLook>(ref TLook look)
        where TLook : struct, IMessageLook
    {
        _run.Show(ref look);
        _outOfOrder.Show(ref look);
    }

    private void AddInMemory(in StoredMessage message)
    {
        bool isInOrder = _run.IsEmpty ? _deep is null || _deep.IsEmpty || message.Sequence > _deep.LastSequence : _run.TakesInOrder(message.Sequence);
        if (isInOrder)
            _run.Add(message);
        else
            _outOfOrder.Add(message);
    }

    private bool TryPeekFront(out StoredMessage message) => TryPeek(FindFront(), out message);

    private bool TryPeek(Source source, out StoredMessage message)
    {
        message = source switch
        {
            Source.OutOfOrder => _outOfOrder.Top,
            Source.Deep => _deep!.Head,
            Source.Run => _run.Head,
            _ => default,
        };
        return source is not (Source.None or Source.Away);
    }

    private bool TryTakeFront(out StoredMessage message)
    {
        switch (FindFront())
        {
            case Source.OutOfOrder:
                message = _outOfOrder.Top;
                _outOfOrder.RemoveTop();
                break;
            case Source.Deep:
                message = _deep!.Head;
                _deep.RemoveHead();
                break;
            case Source.Run:
                message = _run.Head;
                _run.RemoveHead();
                break;
            default:
                message = default;
                return false;
        }
        Count--;
        Bytes -= message.Length;
        if (message.IsPersistent)
            CountPersistent(-1, -message.Length);
        return true;
    }

    /// <summary>Where the message in front is; it is in memory afterwards.</summary>
    private Source FindFront()
    {
        while (true)
        {
            Source front = LookForFront();
            if (front == Source.Away)
            {
                Load();
                continue;
            }
            if (front == Source.Deep && _deep!.IsLow)
                ReadAhead();
            return front;
        }
    }

    private Source LookForFront()
    {
        if (Count == 0)
            return Source.None;
        bool isDeep = _deep is { IsEmpty: false };
        if (!_outOfOrder.IsEmpty && (isDeep ? _outOfOrder.Top.Sequence < _deep!.HeadSequence : _run.IsEmpty || _outOfOrder.Top.Sequence < _run.Head.Sequence))
            return Source.OutOfOrder;
        if (!isDeep)
            return Source.Run;
        return _deep!.IsHeadAway ? Source.Away : Source.Deep;
    }

    private void Load()
    {
        (int lost, long lostBytes) = _deep!.Load();
        Count -= lost;
        Bytes -= lostBytes;
        CountPersistent(-lost, -lostBytes);
    }

    private void ReadAhead()
    {
        try
        {
            Load();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever needs the messages will hear of it.
        }
    }

    private bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (_deep is null)
            return false;
        lock (_deep.Gate)
        {
            if (!_deep.TryRemoveStretch(out stretch))
                return false;
        }
        Count -= stretch.Count;
        Bytes -= stretch.Bytes;
        CountPersistent(-stretch.Count, -stretch.Bytes);
        return true;
    }
}
