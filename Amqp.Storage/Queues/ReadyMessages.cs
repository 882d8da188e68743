using System.Diagnostics.CodeAnalysis;
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
    private MessageTally _tally;

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

    [UnscopedRef]
    public readonly ref readonly MessageTally Tally => ref _tally;

    public void Add(in StoredMessage message)
    {
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
    public bool TryPeek(out StoredMessage message) => TryPeek(LoadHead(), out message);

    /// <summary>
    /// Returns the first message of the queue, but does not take it. Returns false if the queue is empty or the message's entry is not in
    /// memory.
    /// </summary>
    public readonly bool TryPeekInMemory(out StoredMessage message) => TryPeek(LocateHead(), out message);

    /// <summary>Takes the first message of the queue. Loads its entry if necessary.</summary>
    /// <exception cref="IOException">The entry cannot be read now.</exception>
    public bool TryTake(out StoredMessage message)
    {
        switch (LoadHead())
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
        if (deep?.TryRemoveStretch(out stretch) != true)
            return false;
        _tally.AddPersistent(-stretch.Count, -stretch.Bytes);
        return true;
    }

    /// <summary>Removes entries from memory. Removes only entries that can be loaded again from the index of a segment.</summary>
    /// <param name="keep">The entries of this many messages, the first of the queue, stay in memory.</param>
    /// <param name="space">The blocks of the messages.</param>
    public void Spill(int keep, BlockSpace space) => deep?.Spill(ref _run, ref _outOfOrder, keep, space);

    /// <summary>Visits every message with an entry in memory, in no particular order.</summary>
    public readonly void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        _run.Visit(ref visitor);
        _outOfOrder.Visit(ref visitor);
        deep?.Visit(ref visitor);
    }

    /// <summary>Counts all messages again. Call after an error, because the counts may be wrong.</summary>
    public void Recount()
    {
        var tally = new MessageTally();
        Visit(ref tally);
        if (deep is not null)
            // these messages are persistent, because only entries of persistent messages are removed from memory
            tally.AddPersistent(deep.SpilledCount, deep.SpilledBytes);
        _tally = tally;
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
