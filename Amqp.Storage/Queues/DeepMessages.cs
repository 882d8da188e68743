using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>The oldest messages of a deep queue: a window of entries in memory, followed by stretches of spilled messages.</summary>
/// <remarks>
/// <see cref="Lock"/> guards this object, and the queue's run and heap that are passed to <see cref="Spill"/>: the housekeeper spills
/// messages while the queue's owner works with the queue. Stretches are only added at the end. The window is filled from the first stretch.
/// </remarks>
internal sealed class DeepMessages(StretchLoader loader, MessageChunkPool chunks, uint queue)
{
    // Entries that must stay in memory move from the run to the heap, so that the entries behind them can be spilled.
    // An entry in the heap costs more than one in the run. So spilling ends when more entries were moved than this
    // number for each spilled entry, plus TransientsAnyway.
    private const int TransientsPerPersistent = 4;
    private const int TransientsAnyway = 64;

    // Upper bound for the low mark. When the window has only as many messages as the low mark, the next messages are loaded, so that their
    // bytes are read from disk while the messages in the window are delivered.
    private const int MaxLowMark = 1024;

    private MessageRun _window = new(chunks);
    private StretchList _stretches;
    private int _lowMark;
    private (Segment? Segment, long At) _last; // offset in the index where the last load ended; a load in the same segment begins there
    private long _next; // sequence that extends the last stretch without a gap
    private List<Stretch>? _aside; // set aside by recovery and not taken yet; one message in each stretch, in order

    public Lock Lock { get; } = new();

    /// <summary>True if no message is in the window or spilled.</summary>
    public bool IsEmpty => _window.IsEmpty && _stretches.IsEmpty;

    /// <summary>True if the window is empty, so that the head of the queue, if any, is spilled.</summary>
    public bool IsHeadSpilled => _window.IsEmpty;

    /// <summary>True if the window is nearly empty and more messages can be loaded.</summary>
    public bool IsLow => !_stretches.IsEmpty && _window.Count <= _lowMark;

    /// <summary>A lower bound for the sequence of the head. Valid only if <see cref="IsEmpty"/> is false.</summary>
    public long HeadSequence => _window.IsEmpty ? _stretches.First.From : _window.Head.Sequence;

    /// <summary>The highest sequence that was ever added here.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Number of spilled messages.</summary>
    public long SpilledCount { get; private set; }

    /// <summary>Bytes of payload of the spilled messages. Visits every stretch.</summary>
    public long SpilledBytes => _stretches.Bytes;

    /// <summary>The message at the head. Valid only if it is in memory.</summary>
    public ref readonly StoredMessage Head => ref _window.Head;

    public void RemoveHead() => _window.RemoveHead();

    /// <summary>Visits every entry in the window.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor => _window.Visit(ref visitor);

    /// <summary>Messages that recovery set aside and that were not taken yet, in order.</summary>
    public IReadOnlyList<Stretch> Aside => _aside ?? [];

    /// <summary>Sets a recovered message aside.</summary>
    public void KeepAside(in Stretch message) => (_aside ??= []).Add(message);

    /// <summary>Takes a message that was set aside, and loads it.</summary>
    /// <returns>False if the message is not set aside, or is lost to damage.</returns>
    /// <exception cref="IOException">The message cannot be read now, and stays set aside.</exception>
    public bool TryTakeAside(long sequence, out StoredMessage message)
    {
        message = default;
        int at = _aside?.FindIndex(stretch => stretch.To == sequence) ?? -1;
        if (at < 0)
            return false;
        Stretch stretch = _aside![at];
        var loaded = new MessageRun(chunks);
        loader.Load(ref stretch, queue, ref loaded);
        _aside.RemoveAt(at);
        if (loaded.IsEmpty)
            return false;
        message = loaded.Head;
        return true;
    }

    /// <summary>Removes and returns the messages that are still set aside. The caller settles them.</summary>
    public IReadOnlyList<Stretch> RemoveAside()
    {
        IReadOnlyList<Stretch> aside = Aside;
        _aside = null;
        return aside;
    }

    /// <summary>Adds a recovered stretch.</summary>
    public void Add(in Stretch stretch)
    {
        _stretches.Add(stretch);
        SpilledCount += stretch.Count;
        LastSequence = stretch.To;
        _next = 0;
    }

    /// <summary>Removes the first stretch, whose messages the caller settles.</summary>
    public bool TryRemoveStretch(out Stretch stretch)
    {
        stretch = _stretches.IsEmpty ? default : _stretches.First;
        if (_stretches.IsEmpty)
            return false;
        _stretches.RemoveFirst();
        SpilledCount -= stretch.Count;
        return true;
    }

    /// <summary>Loads the first spilled messages into the window. Call only if a stretch is left.</summary>
    /// <returns>Number of messages, and bytes of payload, that are lost to damage.</returns>
    public (int Count, long Bytes) Load()
    {
        ref Stretch stretch = ref _stretches.First;
        int before = stretch.Count;
        if (stretch.At == 0 && stretch.Segment == _last.Segment)
            stretch.At = _last.At;
        (int Count, long Bytes) lost = loader.Load(ref stretch, queue, ref _window);
        _last = (stretch.Segment, stretch.At);
        SpilledCount -= before - stretch.Count;
        _lowMark = Math.Min(MaxLowMark, (before - stretch.Count) / 2);
        if (stretch.Count == 0)
            _stretches.RemoveFirst();
        return lost;
    }

    /// <summary>Spills messages, from the head of the run to the first message whose segment has no index yet.</summary>
    /// <param name="run">The queue's run.</param>
    /// <param name="outOfOrder">
    /// The queue's heap. Receives messages of the run that must stay in memory. Messages of the heap with sequences
    /// between those of the run are spilled with the run.
    /// </param>
    /// <param name="keep">Number of messages at the head of the queue that stay in memory.</param>
    /// <param name="space">Holds the blocks of the messages.</param>
    public void Spill(ref MessageRun run, ref MessageHeap outOfOrder, int keep, BlockSpace space)
    {
        for (; _stretches.IsEmpty && _window.Count < keep && !run.IsEmpty; run.RemoveHead())
        {
            _window.Add(run.Head);
            LastSequence = run.Head.Sequence;
        }
        Block? block = null;
        int blockMessages = 0;
        int transients = 0;
        int persistents = 0;
        // Concurrent publishers can add messages out of order. The late messages are merged with the run here. Otherwise each gap that they
        // leave in the run would begin a new stretch, which costs a search in the index.
        StoredMessage[] late = outOfOrder.TakeMovable(behind: LastSequence);
        int lateAt = 0;
        while (lateAt < late.Length || !run.IsEmpty)
        {
            bool isLate = lateAt < late.Length && (run.IsEmpty || late[lateAt].Sequence < run.Head.Sequence);
            StoredMessage message = isLate ? late[lateAt] : run.Head;
            if (!message.IsPersistent || message.StaysInMemory)
            {
                if (++transients > TransientsAnyway + TransientsPerPersistent * persistents)
                    break;
                outOfOrder.Add(message);
                if (message.Sequence == _next && !message.IsPersistent)
                    _next++; // no index contains a transient message, so the stretch continues after its sequence
                LastSequence = message.Sequence;
                run.RemoveHead();
                continue;
            }
            if (block?.Number != message.Block)
            {
                ReleaseSpilled(space, block, blockMessages);
                (block, blockMessages) = (space[message.Block], 0);
                if (!block.Segment!.IsIndexed)
                    break;
            }
            blockMessages++;
            persistents++;
            Add(message, block.Segment!);
            if (isLate)
                lateAt++;
            else
                run.RemoveHead();
        }
        ReleaseSpilled(space, block, blockMessages);
        foreach (ref readonly StoredMessage message in late.AsSpan(lateAt))
            outOfOrder.Add(message);
    }

    private static void ReleaseSpilled(BlockSpace space, Block? block, int messages)
    {
        if (messages == 0)
            return;
        block!.Segment!.Hold(messages);
        space.Change(block, -messages);
    }

    private void Add(in StoredMessage message, Segment segment)
    {
        long redeliveredUpTo = message.IsRedelivered ? long.MaxValue : 0;
        bool isContiguous = !_stretches.IsEmpty && message.Sequence == _next
            && _stretches.Last.Segment == segment && _stretches.Last.RedeliveredUpTo == redeliveredUpTo;
        if (isContiguous)
        {
            ref Stretch last = ref _stretches.Last;
            last = last with { To = message.Sequence, Count = last.Count + 1, Bytes = last.Bytes + message.Length };
        }
        else
        {
            _stretches.Add(new Stretch(segment, message.Sequence, message.Sequence, 1, message.Length, 0, redeliveredUpTo));
        }
        (_next, LastSequence) = (message.Sequence + 1, message.Sequence);
        SpilledCount++;
    }
}
