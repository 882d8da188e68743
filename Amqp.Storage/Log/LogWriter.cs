using System.Diagnostics.CodeAnalysis;
using Amqp.Storage.Blocks;
using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>A stretch of a block that the committer has yet to write.</summary>
/// <param name="Block">Pinned for the committer until it is closed and written.</param>
/// <param name="To">Where the stretch ends in the block; it begins at what is written of it.</param>
/// <param name="IsLast">True when nothing will be appended to the block any more.</param>
internal readonly record struct UnwrittenBytes(Block Block, int To, bool IsLast);

/// <summary>The end of the log: copies records behind one another into blocks, in memory only. Thread-safe.</summary>
/// <remarks>
/// One lock, held for one copy. Checksums are the committer's: it reads the bytes anyway to write them, and publishers wait less.
/// </remarks>
internal sealed unsafe class LogWriter(BlockSpace space, SegmentSet segments, CommitSignal signal, CommitProgress progress, StoreOptions options)
{
    private readonly Lock _gate = new();

    // All below is owned by _gate.
    private readonly Queue<Block> _unwritten = new(); // in the order of the log; the open one is the last
    private Segment? _segment;
    private Block? _block; // open
    private int _used; // bytes of it
    private long _references; // messages times queues appended to it
    private long _position;
    private long _messages;
    private long _settledPosition;
    private StoreFailedException? _failure;
    private bool _closed;

    /// <summary>Bytes appended since the start.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Messages appended since the start.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>The position behind the last settle.</summary>
    public long SettledPosition => Volatile.Read(ref _settledPosition);

    /// <summary>As <see cref="IMessageStore.Append"/>, for a persistent message of which at least one queue is durable.</summary>
    /// <returns>The position behind it.</returns>
    public long AppendMessage(ReadOnlySpan<StoredQueue> queues, int durableQueues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, Span<StoredMessage> messages)
    {
        int payload = checked(head.Length + body.Length);
        int payloadAt = MessageRecord.PayloadAt(durableQueues);
        int size = checked(payloadAt + payload);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, RecordHeader.MaxRecord, nameof(body));
        lock (_gate)
        {
            ThrowIfClosed();
            Span<byte> record = Reserve(size, out int offset);
            MessageRecord.WriteHead(record, durableQueues);
            int place = 0;
            for (int i = 0; i < queues.Length; i++)
            {
                StoredQueue queue = queues[i];
                long sequence = queue.Sequences.Next(); // inside the lock: the log's order is the queue's
                if (queue.IsDurable)
                {
                    MessageRecord.WritePlace(record, place++, queue.Number, sequence);
                    queue.Sequences.LastPersistent = sequence;
                }
                messages[i] = new StoredMessage(sequence, _block.Number, offset + payloadAt, payload, queue.IsDurable ? MessageFlags.Persistent : MessageFlags.None);
            }
            head.CopyTo(record[payloadAt..]);
            body.CopyTo(record[(payloadAt + head.Length)..]);
            _references += queues.Length;
            _messages++;
            _segment.MessageBytes += MessageRecord.Cost(queues.Length, (long)payload * queues.Length);
            _block.HasOthersMessages |= durableQueues < queues.Length;
            return Advance(size);
        }
    }

    /// <summary>Notes that a queue is done with messages. Does nothing once the store failed: they then come back after a restart.</summary>
    /// <param name="queue">Durable.</param>
    /// <param name="ranges">What it is done with.</param>
    /// <param name="oldestSegment">The oldest one that holds a message of them.</param>
    public void AppendSettle(StoredQueue queue, ReadOnlySpan<SequenceRange> ranges, long oldestSegment)
    {
        int size = SettleRecord.Size(ranges.Length);
        lock (_gate)
        {
            if (_failure is not null || _closed)
                return;
            SettleRecord.Write(Reserve(size, out _), queue.Number, ranges);
            _segment.OldestSettled = Math.Min(_segment.OldestSettled, oldestSegment);
            Volatile.Write(ref _settledPosition, Advance(size));
        }
    }

    /// <summary>Notes that a queue's messages up to a sequence went out, if that is news.</summary>
    public void AppendDelivered(StoredQueue queue, long upTo)
    {
        lock (_gate)
        {
            if (upTo <= queue.Delivered.UpTo || _failure is not null || _closed)
                return;
            queue.Delivered.UpTo = upTo;
            AppendDeliveredMark(queue);
        }
    }

    /// <summary>Repeats the delivered marks that would be lost with a segment.</summary>
    public void RepeatDelivered(IEnumerable<StoredQueue> queues, Segment segment)
    {
        lock (_gate)
        {
            foreach (StoredQueue queue in queues)
            {
                if (queue.Delivered.Segment != segment.Id || queue.IsDeleted || _failure is not null || _closed)
                    continue;
                AppendDeliveredMark(queue);
                _segment!.RepeatedBytes += DeliveredRecord.Size;
            }
        }
    }

    /// <summary>Whether durable delivered marks would be lost with a segment: those of it that nothing durable has replaced.</summary>
    public bool HasDelivered(IEnumerable<StoredQueue> queues, Segment segment)
    {
        lock (_gate)
            return queues.Any(queue => !queue.IsDeleted && IsLostWith(segment.Id, queue.Delivered));
    }

    /// <summary>Everything appended that is not written yet, in order.</summary>
    /// <param name="unwritten">Receives it. What is last of its block is not handed out again.</param>
    /// <returns>The position behind it.</returns>
    public long TakeUnwritten(List<UnwrittenBytes> unwritten)
    {
        lock (_gate)
        {
            while (_unwritten.TryPeek(out Block? block) && block != _block)
            {
                unwritten.Add(new UnwrittenBytes(block, block.Length, IsLast: true));
                _unwritten.Dequeue();
            }
            if (_block is not null && _used > _block.Written)
                unwritten.Add(new UnwrittenBytes(_block, _used, IsLast: false));
            return _position;
        }
    }

    /// <summary>Whether the committer may fall asleep: announces it, if nothing was appended behind a position.</summary>
    public bool TryPrepareSleep(long written)
    {
        lock (_gate)
        {
            if (_position != written)
                return false;
            signal.Prepare(sleep: true); // under the lock, so the next append sees it
            return true;
        }
    }

    /// <summary>Ends the segment when it is larger than this and nothing in it is alive, so that it can be deleted.</summary>
    public void EndDeadSegment(long largerThan)
    {
        lock (_gate)
        {
            if (_segment is null || _segment.Length - _segment.RepeatedBytes <= largerThan)
                return;
            bool isDead = _segment.NeededWhileOpen == (_block is null ? 0 : 1) && (_block is null || _block.State.LiveWhileOpen(_references) == 0);
            if (isDead)
                EndSegment();
        }
    }

    /// <summary>Ends the segment if there is one, so that it gets its index. The next append, which may be at once, opens another.</summary>
    /// <returns>It, or null.</returns>
    public Segment? EndSegmentIfAny()
    {
        lock (_gate)
        {
            Segment? ended = _segment;
            if (ended is not null)
                EndSegment();
            return ended;
        }
    }

    /// <summary>Takes nothing more.</summary>
    /// <param name="failure">Why, or null when the store is closed.</param>
    public void Close(StoreFailedException? failure)
    {
        lock (_gate)
        {
            _closed = _closed || failure is null;
            _failure ??= failure;
            CloseBlock();
        }
    }

    private void ThrowIfClosed()
    {
        if (_failure is not null)
            throw new StoreFailedException(_failure.Message, _failure.InnerException);
        ObjectDisposedException.ThrowIf(_closed, this);
    }

    private bool IsLostWith(long segment, in DeliveredMark mark) =>
        mark.Segment == segment || (mark.Position > progress.Durable && mark.ReplacedSegment == segment);

    private void AppendDeliveredMark(StoredQueue queue)
    {
        ref DeliveredMark mark = ref queue.Delivered;
        DeliveredRecord.Write(Reserve(DeliveredRecord.Size, out _), queue.Number, mark.UpTo);
        if (mark.Position <= progress.Durable)
            mark.ReplacedSegment = mark.Segment;
        mark.Segment = _segment.Id;
        mark.Position = Advance(DeliveredRecord.Size);
    }

    /// <summary>Room for a record at the end of the open block, or of the next one: a record lies wholly in one.</summary>
    [MemberNotNull(nameof(_block), nameof(_segment))]
    private Span<byte> Reserve(int size, out int offset)
    {
        if (_block is null || _segment is null || _block.Capacity - _used < size)
            OpenBlock(size);
        offset = _used;
        return new Span<byte>(_block.Memory + offset, size);
    }

    private long Advance(int size)
    {
        _used += size;
        _segment!.Length += size;
        Volatile.Write(ref _position, _position + size);
        signal.WakeIfAsleep();
        return _position;
    }

    [MemberNotNull(nameof(_block), nameof(_segment))]
    private void OpenBlock(int size)
    {
        CloseBlock();
        if (_segment is not null && _segment.Length > FileHeader.Size && _segment.Length + Math.Max(size, options.BlockSize) > options.SegmentSize)
            EndSegment();
        _segment ??= segments.Next();
        _block = space.Open(size, _segment, _segment.Length);
        _unwritten.Enqueue(_block);
    }

    private void CloseBlock()
    {
        if (_block is null)
            return;
        Block block = _block;
        long references = _references;
        block.Length = _used;
        (_block, _used, _references) = (null, 0, 0);
        space.Close(block, references); // the committer's pin keeps it until it is written
        signal.Wake();
    }

    private void EndSegment()
    {
        CloseBlock();
        _segment!.Seal();
        _segment = null;
    }
}
