using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;

namespace Amqp.Storage.Log;

/// <summary>Lets go of messages of one queue: logs neighbours as one range, and counts a block's messages down in one step.</summary>
/// <param name="space">Where the messages are.</param>
/// <param name="log">Where it is noted that they are done with; null when there is nothing to note.</param>
/// <param name="queue">Whose they are; its lock is held.</param>
/// <param name="ranges">Room for ranges that wait to be logged.</param>
internal ref struct SettleBatch(BlockSpace space, LogWriter? log, StoredQueue queue, Span<SequenceRange> ranges)
{
    /// <summary>What a caller gives as room for ranges: 1 KiB of stack.</summary>
    public const int Ranges = 64;

    /// <summary>Position of the log up to which is needed what they are settled for; 0: nothing is.</summary>
    public long BoundTo { get; init; }

    private readonly Span<SequenceRange> _ranges = ranges;
    private readonly LogWriter? _log = queue.IsDurable && !queue.IsDeleted ? log : null;
    private int _rangeCount;
    private long _oldestSegment = long.MaxValue;
    private int _block = -1;
    private int _count; // messages of _block not counted down yet
    private long _bytes; // of their payloads

    public void Add(in StoredMessage message)
    {
        if (_log is not null)
            Note(message);
        if (message.Block != _block)
        {
            Release();
            _block = message.Block;
        }
        _count++;
        _bytes += message.Length;
    }

    /// <summary>Settles messages that left memory.</summary>
    public void Add(in Stretch stretch)
    {
        if (_log is not null)
        {
            if (_rangeCount == _ranges.Length)
                Log();
            // Numbers in between that are missing in the index are none of the log's either, in this queue.
            _ranges[_rangeCount++] = new SequenceRange(stretch.From, stretch.To);
            _oldestSegment = Math.Min(_oldestSegment, stretch.Segment.Id);
        }
        stretch.Segment.Settle(stretch.Count, stretch.Bytes);
        stretch.Segment.Release(stretch.Count);
    }

    /// <summary>Takes everything that is ready in the queue, and settles it.</summary>
    /// <returns>How many.</returns>
    public int AddReady()
    {
        int count = 0;
        while (queue.TryTakeStretch(out Stretch stretch))
        {
            count += stretch.Count;
            Add(stretch);
        }
        for (; queue.TryTake(out StoredMessage message); count++)
            Add(message);
        return count;
    }

    /// <summary>Settles what was kept aside in the queue and nobody has taken.</summary>
    public void AddAside()
    {
        foreach (Stretch message in queue.RemoveAside())
            Add(message);
    }

    /// <summary>Logs and lets go of what is left.</summary>
    public void End()
    {
        Log();
        Release();
    }

    private void Note(in StoredMessage message)
    {
        if (_rangeCount > 0 && _ranges[_rangeCount - 1].To + 1 == message.Sequence)
        {
            // A transient neighbour does no harm in a range: the log does not know it.
            _ranges[_rangeCount - 1] = _ranges[_rangeCount - 1] with { To = message.Sequence };
        }
        else if (message.IsPersistent)
        {
            if (_rangeCount == _ranges.Length)
                Log();
            _ranges[_rangeCount++] = new SequenceRange(message.Sequence, message.Sequence);
        }
        if (message.IsPersistent && message.Block != _block)
            _oldestSegment = Math.Min(_oldestSegment, space[message.Block].Segment!.Id);
    }

    private void Log()
    {
        if (_rangeCount == 0)
            return;
        _log!.AppendSettle(queue, _ranges[.._rangeCount], _oldestSegment);
        // The last segment seen stays: messages of the block at hand may follow.
        _rangeCount = 0;
    }

    private void Release()
    {
        if (_count == 0)
            return;
        Block block = space[_block];
        block.Segment?.Settle(_count, _bytes, BoundTo);
        space.Change(block, -_count);
        (_count, _bytes) = (0, 0);
    }
}
