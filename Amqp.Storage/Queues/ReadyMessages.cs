using System.Diagnostics.CodeAnalysis;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>The ready messages of a queue in the order of their sequence, whichever of three places each is in, and their counts.</summary>
/// <remarks>Owned by its <see cref="StoredQueue"/>; with a log, the gate of the deep messages owns all but the counts.</remarks>
/// <param name="chunks">Memory for the messages that were added in order.</param>
/// <param name="deep">The messages in front of those, when there is a log.</param>
internal struct ReadyMessages(MessageChunkPool chunks, DeepMessages? deep)
{
    private MessageRun _run = new(chunks); // most messages: added in order
    private MessageHeap _outOfOrder; // came back, or were overtaken between append and add
    private MessageTally _tally;

    private enum Source
    {
        None,
        OutOfOrder,
        Deep,
        Away,
        Run,
    }

    /// <summary>The messages in front, when there is a log.</summary>
    public readonly DeepMessages? Deep => deep;

    /// <summary>What is ready.</summary>
    [UnscopedRef]
    public readonly ref readonly MessageTally Tally => ref _tally;

    public void Add(in StoredMessage message)
    {
        bool isInOrder = _run.IsEmpty ? deep is null || deep.IsEmpty || message.Sequence > deep.LastSequence : _run.TakesInOrder(message.Sequence);
        if (isInOrder)
            _run.Add(message);
        else
            _outOfOrder.Add(message);
        _tally.At(message); // not before: what cannot be added is not counted
    }

    /// <summary>Adds messages that a start found, before any other.</summary>
    public void Add(in Stretch stretch)
    {
        deep!.Add(stretch);
        _tally.AddPersistent(stretch.Count, stretch.Bytes);
    }

    /// <summary>The message in front, which stays there.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message) => TryPeek(FindFront(), out message);

    /// <summary>The message in front, which stays there, if that can be told without reading from the disk.</summary>
    public readonly bool TryPeekInMemory(out StoredMessage message) => TryPeek(LookForFront(), out message);

    /// <summary>Takes the message in front.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        switch (FindFront())
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

    /// <summary>Takes messages that left memory, without bringing them back.</summary>
    public bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (deep?.TryRemoveStretch(out stretch) != true)
            return false;
        _tally.AddPersistent(-stretch.Count, -stretch.Bytes);
        return true;
    }

    /// <summary>Lets messages leave memory that can be found again.</summary>
    /// <param name="keep">Messages that stay in front.</param>
    /// <param name="space">Where their blocks are.</param>
    public void Spill(int keep, BlockSpace space) => deep?.Spill(ref _run, ref _outOfOrder, keep, space);

    /// <summary>Shows every message whose entry is in memory, in no order.</summary>
    public readonly void Show<TLook>(ref TLook look)
        where TLook : struct, IMessageLook
    {
        _run.Show(ref look);
        _outOfOrder.Show(ref look);
        deep?.Show(ref look);
    }

    /// <summary>Counts anew what is there, after something went wrong in the middle of a change.</summary>
    public void Recount()
    {
        var tally = new MessageTally();
        Show(ref tally);
        if (deep is not null)
            tally.AddPersistent(deep.Away, deep.BytesAway); // all of them are
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
        return source is not (Source.None or Source.Away);
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
            if (front == Source.Deep && deep!.IsLow)
                ReadAhead();
            return front;
        }
    }

    private readonly Source LookForFront()
    {
        if (_tally.Count == 0)
            return Source.None;
        bool isDeep = deep is { IsEmpty: false };
        if (!_outOfOrder.IsEmpty && (isDeep ? _outOfOrder.Top.Sequence < deep!.HeadSequence : _run.IsEmpty || _outOfOrder.Top.Sequence < _run.Head.Sequence))
            return Source.OutOfOrder;
        if (!isDeep)
            return Source.Run;
        return deep!.IsHeadAway ? Source.Away : Source.Deep;
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
            // Whoever needs the messages will hear of it.
        }
    }
}
