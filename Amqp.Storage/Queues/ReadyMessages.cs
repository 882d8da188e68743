using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>
/// The ready messages of a queue, in order of their sequence numbers, with their counts. Used by <see cref="StoredQueue"/> only.
/// </summary>
/// <remarks>If the store has a log, <see cref="DeepMessages.Lock"/> guards all fields except the counts.</remarks>
/// <param name="chunks">Provides memory for messages that are added in order.</param>
/// <param name="deep">The oldest messages; null if the store has no log.</param>
internal struct ReadyMessages(MessageChunkPool chunks, DeepMessages? deep)
{
    private MessageRun _run = new(chunks); // the newest messages, which were added in order
    private MessageHeap _outOfOrder; // messages that a consumer returned, or that were added after a message with a higher sequence
    private MessageTally _tally; // does not count the messages in _passed
    // While a scan runs: the messages that the scan has looked at and left in the queue. They precede all other messages.
    private PassedMessages? _passed;

    private enum Source
    {
        None,
        OutOfOrder,
        Deep,
        Spilled,
        Run,
    }

    /// <summary>The oldest messages. Entries of some of these messages may be only on disk. Null if the store has no log.</summary>
    public readonly DeepMessages? Deep => deep;

    /// <summary>Number of messages. Any thread may read it; without the lock, it may be wrong.</summary>
    public readonly long Count => _passed is { } passed ? _tally.Count + passed.Messages.Count : _tally.Count;

    /// <summary>Number of messages whose entries are not in memory.</summary>
    public readonly long SpilledCount => (deep?.SpilledCount ?? 0) + (_passed?.Messages.SpilledCount ?? 0);

    public readonly MessageTally Tally => _passed is { } passed ? _tally.Plus(passed.Messages.Tally) : _tally;

    public void Add(in StoredMessage message)
    {
        if (_passed is not null && message.Sequence <= _passed.UpTo)
        {
            _passed.Messages.Add(message);
            return;
        }
        bool isInOrder = _run.IsEmpty
            ? deep is null || deep.IsEmpty || message.Sequence > deep.LastSequence
            : _run.TakesInOrder(message.Sequence);
        if (isInOrder)
            _run.Add(message);
        else
            _outOfOrder.Add(message);
        _tally.Add(message); // the message is counted last, because Add may throw an exception
    }

    /// <summary>Adds messages that recovery has found in the log. Call before any other message is added.</summary>
    public void Add(in Stretch stretch)
    {
        deep!.Add(stretch);
        _tally.AddPersistent(stretch.Count, stretch.Bytes);
    }

    /// <summary>Returns the first message of the queue, but does not take it. Loads its entry if necessary.</summary>
    /// <exception cref="IOException">The entry cannot be read now.</exception>
    public bool TryPeek(out StoredMessage message) =>
        (_passed is not null && _passed.Messages.TryPeek(out message)) || TryPeek(LoadHead(), out message);

    /// <summary>
    /// Returns the first message of the queue, but does not take it. Returns false if the queue is empty or the message's entry is not in
    /// memory.
    /// </summary>
    public readonly bool TryPeekInMemory(out StoredMessage message) => _passed is { Messages.Count: > 0 }
        ? _passed.Messages.TryPeekInMemory(out message)
        : TryPeek(LocateHead(), out message);

    /// <summary>Takes the first message of the queue. Loads its entry if necessary.</summary>
    /// <exception cref="IOException">The entry cannot be read now.</exception>
    public bool TryTake(out StoredMessage message) =>
        (_passed is not null && _passed.Messages.TryTake(out message)) || TryTake(LoadHead(), out message);

    /// <summary>Begins a scan: <see cref="TryTakeUnscanned"/> then takes each message once, from the first to the last.</summary>
    /// <exception cref="InvalidOperationException">A scan runs already.</exception>
    public void BeginScan()
    {
        if (_passed is not null)
            throw new InvalidOperationException("The queue is being scanned already.");
        _passed = new PassedMessages(chunks, deep?.NewEmpty());
    }

    /// <summary>
    /// Takes the first message that the scan has not taken yet. If the caller adds the message again, it is in its old place, and the scan
    /// does not take it a second time.
    /// </summary>
    /// <param name="upTo">The scan ends before the first message with a higher sequence number.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="IOException">The entry cannot be read now.</exception>
    public bool TryTakeUnscanned(long upTo, out StoredMessage message)
    {
        Source head = LoadHead();
        if (!TryPeek(head, out message) || message.Sequence > upTo)
            return false;
        _passed!.UpTo = message.Sequence;
        return TryTake(head, out message);
    }

    /// <summary>Ends the scan.</summary>
    public void EndScan()
    {
        ref ReadyMessages earlier = ref _passed!.Messages;
        _passed = null;
        _outOfOrder.TakeOver(ref earlier._outOfOrder);
        _tally = _tally.Plus(earlier._tally);
        if (deep is not null)
        {
            deep.Prepend(earlier.Deep!, ref earlier._run, ref _run, ref _outOfOrder);
            return;
        }
        earlier._run.TakeOver(ref _run);
        _run = earlier._run;
    }

    private bool TryTake(Source source, out StoredMessage message)
    {
        switch (source)
        {
            case Source.OutOfOrder:
                message = _outOfOrder.Top;
                _outOfOrder.RemoveTop();
                break;
            case Source.Deep:
                message = deep!.Head;
                deep.RemoveHead();
                break;
            case Source.Run:
                message = _run.Head;
                _run.RemoveHead();
                break;
            default:
                message = default;
                return false;
        }
        _tally.Remove(message);
        return true;
    }

    /// <summary>Takes the first stretch. Does not load the entries of its messages from disk.</summary>
    public bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (_passed is not null && _passed.Messages.TryTakeStretch(out stretch))
            return true;
        if (deep?.TryRemoveStretch(out stretch) != true)
            return false;
        _tally.AddPersistent(-stretch.Count, -stretch.Bytes);
        return true;
    }

    /// <summary>Removes entries from memory. Removes only entries that can be loaded again from the index of a segment.</summary>
    /// <param name="keep">The entries of this many messages, the first of the queue, stay in memory.</param>
    /// <param name="space">The blocks of the messages.</param>
    public void Spill(int keep, BlockSpace space)
    {
        _passed?.Messages.Spill(keep, space);
        deep?.Spill(ref _run, ref _outOfOrder, keep, space);
    }

    /// <summary>Visits every message with an entry in memory, in no particular order.</summary>
    public readonly void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        _passed?.Messages.Visit(ref visitor);
        VisitUnscanned(ref visitor);
    }

    /// <summary>Passes all messages to a selection, in order.</summary>
    public readonly void Select(MessageSelection selection)
    {
        _passed?.Messages.Select(selection);
        selection.Begin(_outOfOrder.InOrder());
        deep?.Select(selection);
        _run.Select(selection);
        selection.End();
    }

    /// <summary>Counts all messages again. Call after an error, because the counts may be wrong.</summary>
    public void Recount()
    {
        _passed?.Messages.Recount();
        var tally = new MessageTally();
        VisitUnscanned(ref tally);
        if (deep is not null)
            // these messages are persistent, because only entries of persistent messages are removed from memory
            tally.AddPersistent(deep.SpilledCount, deep.SpilledBytes);
        _tally = tally;
    }

    private readonly void VisitUnscanned<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        _run.Visit(ref visitor);
        _outOfOrder.Visit(ref visitor);
        deep?.Visit(ref visitor);
    }

    private readonly bool TryPeek(Source source, out StoredMessage message)
    {
        message = source switch
        {
            Source.OutOfOrder => _outOfOrder.Top,
            Source.Deep => deep!.Head,
            Source.Run => _run.Head,
            _ => default,
        };
        return source is not (Source.None or Source.Spilled);
    }

    /// <summary>Finds the first message of the queue, and loads its entry if necessary.</summary>
    private Source LoadHead()
    {
        while (true)
        {
            Source front = LocateHead();
            if (front == Source.Spilled)
            {
                Load();
                continue;
            }
            if (front == Source.Deep && deep!.IsLow)
                ReadAhead();
            return front;
        }
    }

    private readonly Source LocateHead()
    {
        if (_tally.Count == 0)
            return Source.None;
        bool isDeep = deep is { IsEmpty: false };
        if (!_outOfOrder.IsEmpty
            && (isDeep ? _outOfOrder.Top.Sequence < deep!.HeadSequence : _run.IsEmpty || _outOfOrder.Top.Sequence < _run.Head.Sequence))
            return Source.OutOfOrder;
        if (!isDeep)
            return Source.Run;
        return deep!.IsHeadSpilled ? Source.Spilled : Source.Deep;
    }

    private void Load()
    {
        (int lost, long lostBytes) = deep!.Load();
        _tally.AddPersistent(-lost, -lostBytes);
    }

    private void ReadAhead()
    {
        try
        {
            Load();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Ignored: a later read that needs these messages throws the same error.
        }
    }
}

/// <summary>The messages that a scan has looked at and left in the queue. Used by <see cref="ReadyMessages"/> only.</summary>
/// <param name="chunks">Provides memory for the messages.</param>
/// <param name="deep">For the entries of these messages that are not in memory; null if the store has no log.</param>
internal sealed class PassedMessages(MessageChunkPool chunks, DeepMessages? deep)
{
    private ReadyMessages _messages = new(chunks, deep);

    public ref ReadyMessages Messages => ref _messages;

    /// <summary>Sequence number of the last message that the scan has taken.</summary>
    public long UpTo { get; set; }
}
