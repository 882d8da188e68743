using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;

namespace Amqp.Storage.Log;

/// <summary>Settles messages of one queue. Adjacent messages are written to the log as one range.</summary>
internal ref struct SettleBatch(BlockSpace space, LogWriter? log, StoredQueue queue, Span<SequenceRange> ranges)
{
    /// <summary>Number of ranges that a caller allocates on its stack. They take 1 KiB.</summary>
    public const int Ranges = 64;

    /// <summary>
    /// Position up to which the log must be written before the settles become valid; 0 if the settles depend on no earlier record.
    /// </summary>
    public long BoundTo { get; init; }

    private readonly Span<SequenceRange> _ranges = ranges;
    private readonly LogWriter? _log = queue.IsDurable && !queue.IsDeleted ? log : null;
    private int _rangeCount;
    private long _oldestSegment = long.MaxValue;
    private int _block = -1;
    private int _count; // number of settled messages whose references to _block are not released yet
    private long _bytes;

    public void Add(in StoredMessage message)
    {
        if (_log is not null)
            AddToRanges(message);
        if (message.Block != _block)
        {
            Release();
            _block = message.Block;
        }
        _count++;
        _bytes += message.Length;
    }

    /// <summary>Settles all messages of a stretch: a range of adjacent messages whose entries are not in memory.</summary>
    public void Add(in Stretch stretch)
    {
        if (_log is not null)
        {
            if (_rangeCount == _ranges.Length)
                Log();
            // The range may contain sequence numbers that are not in the index. This is harmless, because no message in the log has these
            // numbers.
            _ranges[_rangeCount++] = new SequenceRange(stretch.From, stretch.To);
            _oldestSegment = Math.Min(_oldestSegment, stretch.Segment.Id);
        }
        stretch.Segment.Settle(stretch.Count, stretch.Bytes);
        stretch.Segment.Release(stretch.Count);
    }

    /// <summary>Takes all ready messages of the queue and settles them.</summary>
    /// <returns>Number of messages that were settled.</returns>
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

    /// <summary>Settles the messages that recovery has set aside and that no caller has taken.</summary>
    public void AddAside()
    {
        foreach (Stretch message in queue.RemoveAside())
            Add(message);
    }

    /// <summary>Writes the pending ranges to the log, and releases the references to the last block.</summary>
    public void End()
    {
        Log();
        Release();
    }

    private void AddToRanges(in StoredMessage message)
    {
        if (_rangeCount > 0 && _ranges[_rangeCount - 1].To + 1 == message.Sequence)
        {
            // The range may contain the sequence number of a transient message. Recovery ignores numbers that are not in the log.
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
        // _oldestSegment keeps its value, because more messages of the current block may be added.
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
