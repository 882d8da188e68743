using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>What of a deep queue stands between its front and its tail: messages about to be delivered, and stretches that left memory.</summary>
/// <remarks>
/// All of it, and of the queue what is handed in, is owned by <see cref="Gate"/>: the housekeeper takes messages out of memory
/// while the queue's owner works with it. Stretches are only ever added behind; the window in front of them is filled from them.
/// </remarks>
internal sealed class DeepMessages(StretchLoader loader, MessageChunkPool chunks, uint queue)
{
    // Of messages that cannot leave memory, as transient ones, this many may stand among the others for one of them: passing them over costs too.
    private const int TransientsPerPersistent = 4;
    private const int TransientsAnyway = 64;

    // At most so many messages are left of the window when the next are brought back, so that their bytes are read in the meantime.
    private const int MaxLowMark = 1024;

    private MessageRun _window = new(chunks);
    private StretchList _stretches;
    private int _lowMark;
    private (Segment? Segment, long At) _last; // where in which index the last messages were found: the next are near
    private long _next; // the sequence with which a message goes on with the last stretch
    private List<Stretch>? _aside; // one message each, in order: what a start kept out of the rest, and nobody has taken yet

    public Lock Gate { get; } = new();

    /// <summary>True when everything in order is in the queue's run.</summary>
    public bool IsEmpty => _window.IsEmpty && _stretches.IsEmpty;

    /// <summary>True when the message in front, if there is one, is not in memory.</summary>
    public bool IsHeadAway => _window.IsEmpty;

    /// <summary>True when it is time to bring the next messages back, though there are some.</summary>
    public bool IsLow => !_stretches.IsEmpty && _window.Count <= _lowMark;

    /// <summary>Not behind the message in front; only when not empty.</summary>
    public long HeadSequence => _window.IsEmpty ? _stretches.First.From : _window.Head.Sequence;

    /// <summary>The highest sequence that came here.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Messages that are not in memory.</summary>
    public long Away { get; private set; }

    /// <summary>Bytes of their payload. Looks at each stretch.</summary>
    public long BytesAway => _stretches.Bytes;

    /// <summary>The message in front; only when it is in memory.</summary>
    public ref readonly StoredMessage Head => ref _window.Head;

    public void RemoveHead() => _window.RemoveHead();

    /// <summary>Shows every message that is in memory.</summary>
    public void Show<TLook>(ref TLook look)
        where TLook : struct, IMessageLook => _window.Show(ref look);

    /// <summary>Messages that a start kept aside and that nobody has taken yet, in order.</summary>
    public IReadOnlyList<Stretch> Aside => _aside ?? [];

    /// <summary>Keeps a message aside that a start found.</summary>
    public void KeepAside(in Stretch message) => (_aside ??= []).Add(message);

    /// <summary>Takes a message away that was kept aside, and brings it back into memory.</summary>
    /// <returns>False when it is not there, or damage took it.</returns>
    /// <exception cref="IOException">It cannot be read now, and stays.</exception>
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

    /// <summary>Forgets what was kept aside; the caller settles it.</summary>
    public IReadOnlyList<Stretch> RemoveAside()
    {
        IReadOnlyList<Stretch> aside = Aside;
        _aside = null;
        return aside;
    }

    /// <summary>Adds a stretch that a start found.</summary>
    public void Add(in Stretch stretch)
    {
        _stretches.Add(stretch);
        Away += stretch.Count;
        LastSequence = stretch.To;
        _next = 0;
    }

    /// <summary>Takes a stretch away that is settled as a whole.</summary>
    public bool TryRemoveStretch(out Stretch stretch)
    {
        stretch = _stretches.IsEmpty ? default : _stretches.First;
        if (_stretches.IsEmpty)
            return false;
        _stretches.RemoveFirst();
        Away -= stretch.Count;
        return true;
    }

    /// <summary>Brings the next messages back; only when there are some that are away.</summary>
    /// <returns>How many messages, and bytes of them, turned out to be lost: damage took them.</returns>
    public (int Count, long Bytes) Load()
    {
        ref Stretch stretch = ref _stretches.First;
        int before = stretch.Count;
        if (stretch.At == 0 && stretch.Segment == _last.Segment)
            stretch.At = _last.At;
        (int Count, long Bytes) lost = loader.Load(ref stretch, queue, ref _window);
        _last = (stretch.Segment, stretch.At);
        Away -= before - stretch.Count;
        _lowMark = Math.Min(MaxLowMark, (before - stretch.Count) / 2);
        if (stretch.Count == 0)
            _stretches.RemoveFirst();
        return lost;
    }

    /// <summary>Takes messages out of memory, from the front of the run up to the first that no index knows yet.</summary>
    /// <param name="run">The queue's.</param>
    /// <param name="outOfOrder">Receives those in between that cannot leave memory, and gives those that came late to the run.</param>
    /// <param name="keep">Messages that stay in front.</param>
    /// <param name="space">Where their blocks are.</param>
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
        // Publishers overtake each other between append and add. Each gap would make a stretch of its own, and an index be searched for it.
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
                    _next++; // no index knows it, so the stretch goes on behind it
                LastSequence = message.Sequence;
                run.RemoveHead();
                continue;
            }
            if (block?.Number != message.Block)
            {
                Leave(space, block, blockMessages);
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
        Leave(space, block, blockMessages);
        foreach (ref readonly StoredMessage message in late.AsSpan(lateAt))
            outOfOrder.Add(message);
    }

    private static void Leave(BlockSpace space, Block? block, int messages)
    {
        if (messages == 0)
            return;
        block!.Segment!.Hold(messages);
        space.Change(block, -messages);
    }

    private void Add(in StoredMessage message, Segment segment)
    {
        long redeliveredUpTo = message.IsRedelivered ? long.MaxValue : 0;
        bool goesOn = !_stretches.IsEmpty && message.Sequence == _next
            && _stretches.Last.Segment == segment && _stretches.Last.RedeliveredUpTo == redeliveredUpTo;
        if (goesOn)
        {
            ref Stretch last = ref _stretches.Last;
            last = last with { To = message.Sequence, Count = last.Count + 1, Bytes = last.Bytes + message.Length };
        }
        else
        {
            _stretches.Add(new Stretch(segment, message.Sequence, message.Sequence, 1, message.Length, 0, redeliveredUpTo));
        }
        (_next, LastSequence) = (message.Sequence + 1, message.Sequence);
        Away++;
    }
}
