using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>The oldest messages of a queue that does not fit into memory.</summary>
/// <remarks>
/// The first messages, called the window, have a <see cref="StoredMessage"/> (an entry) in memory. Entries of the later messages are only
/// on disk, and each <see cref="Stretch"/> describes a range of them. <see cref="Lock"/> guards this object.
/// </remarks>
internal sealed class DeepMessages(StretchLoader loader, MessageChunkPool chunks, uint queue)
{
    // Some entries, such as those of transient messages, must stay in memory. Spill moves these entries to the heap, which is slower. So
    // Spill stops when it has moved more than TransientsAnyway + TransientsPerPersistent × (number of removed entries).
    private const int TransientsPerPersistent = 4;
    private const int TransientsAnyway = 64;

    // Maximum of _lowMark. When the window has _lowMark messages or fewer, the next messages are loaded into it.
    private const int MaxLowMark = 1024;

    private MessageRun _window = new(chunks);
    private StretchList _stretches;
    private int _lowMark;
    // the segment that was loaded last; its next load begins at this offset in its index
    private (Segment? Segment, long At) _last;
    private long _next; // a message with this sequence number extends the last stretch without a gap
    // Messages that recovery has set aside and no caller has taken yet, in order. Each stretch contains one message.
    private List<Stretch>? _aside;

    public Lock Lock { get; } = new();

    /// <summary>Loads the entries of stretches.</summary>
    public StretchLoader Loader => loader;

    public bool IsEmpty => _window.IsEmpty && _stretches.IsEmpty;

    /// <summary>True if the window is empty. If there is a first message, its entry is then only on disk.</summary>
    public bool IsHeadSpilled => _window.IsEmpty;

    /// <summary>True if the window has few messages left, and there is a stretch to load messages from.</summary>
    public bool IsLow => !_stretches.IsEmpty && _window.Count <= _lowMark;

    /// <summary>Sequence number of the first message, or a lower number. Valid only if <see cref="IsEmpty"/> is false.</summary>
    public long HeadSequence => _window.IsEmpty ? _stretches.First.From : _window.Head.Sequence;

    /// <summary>The highest sequence number of all messages that this object has ever contained.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Number of messages whose entries are not in memory.</summary>
    public long SpilledCount { get; private set; }

    /// <summary>Bytes of payload of the messages whose entries are not in memory. Computed by a loop over all stretches.</summary>
    public long SpilledBytes => _stretches.Bytes;

    /// <summary>The first message of the window. Valid only if the window is not empty.</summary>
    public ref readonly StoredMessage Head => ref _window.Head;

    public void RemoveHead() => _window.RemoveHead();

    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor => _window.Visit(ref visitor);

    /// <summary>Passes the messages to a selection, in order, until the selection is done. Loads nothing.</summary>
    public void Select(MessageSelection selection)
    {
        _window.Select(selection);
        foreach (ref readonly Stretch stretch in _stretches.All)
        {
            if (selection.IsDone)
                return;
            selection.Pass(stretch);
        }
    }

    /// <summary>The messages that recovery has set aside and that no caller has taken, in order.</summary>
    public IReadOnlyList<Stretch> Aside => _aside ?? [];

    /// <summary>Sets a recovered message aside: the message is not delivered until a caller takes it.</summary>
    public void KeepAside(in Stretch message) => (_aside ??= []).Add(message);

    /// <summary>Takes a message that was set aside, and loads it.</summary>
    /// <returns>False if the message is not set aside, or its bytes are damaged.</returns>
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

    /// <summary>Removes and returns the messages that are still set aside, so that the caller can settle them.</summary>
    public IReadOnlyList<Stretch> RemoveAside()
    {
        IReadOnlyList<Stretch> aside = Aside;
        _aside = null;
        return aside;
    }

    /// <summary>Adds a stretch that recovery has found in the log.</summary>
    public void Add(in Stretch stretch)
    {
        _stretches.Add(stretch);
        SpilledCount += stretch.Count;
        LastSequence = stretch.To;
        _next = 0;
    }

    /// <summary>Removes the first stretch without loading its messages, so that the caller can settle the messages.</summary>
    public bool TryRemoveStretch(out Stretch stretch)
    {
        stretch = _stretches.IsEmpty ? default : _stretches.First;
        if (_stretches.IsEmpty)
            return false;
        _stretches.RemoveFirst();
        SpilledCount -= stretch.Count;
        return true;
    }

    /// <summary>Loads entries of the first stretch into the window. Call only if there is a stretch.</summary>
    /// <returns>Number and payload bytes of the messages that are lost because of damage.</returns>
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

    /// <summary>Returns an object for the same queue, without messages.</summary>
    public DeepMessages NewEmpty() => new(loader, chunks, queue);

    /// <summary>Takes over messages that precede all messages of this object, at the end of a scan.</summary>
    /// <param name="earlier">The first of these messages. Not used afterwards.</param>
    /// <param name="earlierRun">The messages behind them. Not used afterwards.</param>
    /// <param name="run">The messages of the queue behind this object.</param>
    /// <param name="outOfOrder">Receives the entries that have to stay in memory between two groups of stretches.</param>
    public void Prepend(DeepMessages earlier, ref MessageRun earlierRun, ref MessageRun run, ref MessageHeap outOfOrder)
    {
        if (IsEmpty)
        {
            earlierRun.TakeOver(ref run);
            run = earlierRun;
            if (earlier.IsEmpty)
                return;
            (_window, _stretches, _next) = (earlier._window, earlier._stretches, earlier._next);
            LastSequence = earlier.LastSequence;
        }
        else if (earlier._stretches.IsEmpty)
        {
            earlier._window.TakeOver(ref earlierRun);
            earlier._window.TakeOver(ref _window);
            _window = earlier._window;
            return;
        }
        else
        {
            outOfOrder.TakeOver(ref earlierRun);
            outOfOrder.TakeOver(ref _window);
            if (_stretches.IsEmpty)
                _next = earlier._next;
            earlier._stretches.Add(_stretches);
            (_window, _stretches) = (earlier._window, earlier._stretches);
        }
        (_last, _lowMark) = (earlier._last, earlier._lowMark);
        SpilledCount += earlier.SpilledCount;
    }

    /// <summary>Removes entries from memory in order. Stops at the first message whose segment has no index.</summary>
    /// <param name="run">The messages that were added in order.</param>
    /// <param name="outOfOrder">
    /// The messages that were added out of order. Receives the entries of the run that must stay in memory.
    /// </param>
    /// <param name="keep">Number of messages at the head of the queue that stay in memory.</param>
    /// <param name="space">The blocks of the messages.</param>
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
        // The messages that were added out of order fill gaps in the run. They are spilled together with the run, because each gap would
        // cost a search in the index.
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
                    _next++; // the stretch may include this sequence number, because no index contains a transient message
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
