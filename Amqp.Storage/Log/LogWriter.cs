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

/// <summary>Bytes of a block that are not written yet.</summary>
/// <param name="Block">The block. It is pinned until all its bytes are written.</param>
/// <param name="To">End of the bytes, as an offset in the block. The bytes begin at <see cref="Block.Written"/>.</param>
/// <param name="IsLast">True if the block is closed.</param>
internal readonly record struct UnwrittenBytes(Block Block, int To, bool IsLast);

/// <summary>Appends records to the log, in memory only. Thread-safe.</summary>
/// <remarks>
/// Publishers hold a lock while they copy a message. To keep this short, the committer computes the checksums later.
/// </remarks>
internal sealed unsafe class LogWriter(
    BlockSpace space, SegmentSet segments, CommitSignal signal, CommitProgress progress, StoreOptions options)
{
    private readonly Lock _lock = new();

    // The lock _lock guards all fields below.
    private readonly Queue<Block> _unwritten = new(); // blocks with unwritten bytes, oldest first; the last is the open block
    private Segment? _segment;
    private Block? _block; // the open block
    private int _used;
    private long _references; // number of messages in the open block; a message counts once for each of its queues
    private long _position;
    private long _messages;
    private long _settledPosition;
    private StoreFailedException? _failure;
    private bool _closed;

    public long Position => Volatile.Read(ref _position);

    public long Messages => Volatile.Read(ref _messages);

    /// <summary>The position after the last settle record.</summary>
    public long SettledPosition => Volatile.Read(ref _settledPosition);

    /// <summary>
    /// Appends a persistent message for one or several queues (see <see cref="IMessageStore.Append"/>). At least one queue must be durable.
    /// </summary>
    /// <returns>The position after the record.</returns>
    public long AppendMessage(
        ReadOnlySpan<StoredQueue> queues, int durableQueues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, Span<StoredMessage> messages)
    {
        int payload = checked(head.Length + body.Length);
        int payloadAt = MessageRecord.PayloadAt(durableQueues);
        int size = checked(payloadAt + payload);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, RecordHeader.MaxRecord, nameof(body));
        lock (_lock)
        {
            ThrowIfClosed();
            Span<byte> record = Reserve(size, out int offset);
            MessageRecord.WriteHead(record, durableQueues);
            int place = 0;
            for (int i = 0; i < queues.Length; i++)
            {
                StoredQueue queue = queues[i];
                long sequence = queue.Sequences.Next(); // taken under the lock, so that sequence numbers ascend in the log
                if (queue.IsDurable)
                {
                    MessageRecord.WritePlace(record, place++, queue.Number, sequence);
                    queue.Sequences.LastPersistent = sequence;
                }
                messages[i] = new StoredMessage(
                    sequence, _block.Number, offset + payloadAt, payload, queue.IsDurable ? MessageFlags.Persistent : MessageFlags.None);
            }
            head.CopyTo(record[payloadAt..]);
            body.CopyTo(record[(payloadAt + head.Length)..]);
            _references += queues.Length;
            _messages++;
            _segment.MessageBytes += MessageRecord.Cost(queues.Length, (long)payload * queues.Length);
            _block.HasUnloggedQueues |= durableQueues < queues.Length;
            return Advance(size);
        }
    }

    /// <summary>Appends a record that lists settled messages of a queue. Does nothing if the store is closed or has failed.</summary>
    /// <param name="queue">A durable queue.</param>
    /// <param name="ranges">Sequence numbers of the messages.</param>
    /// <param name="oldestSegment">Id of the oldest segment that contains one of the messages.</param>
    public void AppendSettle(StoredQueue queue, ReadOnlySpan<SequenceRange> ranges, long oldestSegment)
    {
        int size = SettleRecord.Size(ranges.Length);
        lock (_lock)
        {
            if (_failure is not null || _closed)
                return;
            SettleRecord.Write(Reserve(size, out _), queue.Number, ranges);
            _segment.OldestSettled = Math.Min(_segment.OldestSettled, oldestSegment);
            Volatile.Write(ref _settledPosition, Advance(size));
        }
    }

    /// <summary>
    /// Appends a delivered mark: a record that marks a queue's messages up to a sequence number as delivered. Does nothing if an earlier
    /// mark has the same or a higher sequence number.
    /// </summary>
    public void AppendDelivered(StoredQueue queue, long upTo)
    {
        lock (_lock)
        {
            if (upTo <= queue.Delivered.UpTo || _failure is not null || _closed)
                return;
            queue.Delivered.UpTo = upTo;
            AppendDeliveredMark(queue);
        }
    }

    /// <summary>Called before a segment is deleted. Appends copies of its delivered marks that are the latest of their queues.</summary>
    public void RepeatDelivered(IEnumerable<StoredQueue> queues, Segment segment)
    {
        lock (_lock)
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

    /// <summary>Returns true if some queue has its latest durable delivered mark in this segment.</summary>
    public bool HasDelivered(IEnumerable<StoredQueue> queues, Segment segment)
    {
        lock (_lock)
            return queues.Any(queue => !queue.IsDeleted && IsLostWith(segment.Id, queue.Delivered));
    }

    /// <summary>Collects all unwritten bytes of the log, in order.</summary>
    /// <param name="unwritten">
    /// Receives the bytes. Unwritten bytes of the open block are received again at the next call, unless they have been written.
    /// </param>
    /// <returns>The position after the bytes.</returns>
    public long TakeUnwritten(List<UnwrittenBytes> unwritten)
    {
        lock (_lock)
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

    /// <summary>Announces that the committer will sleep. Returns false if the log has bytes that the committer has not written.</summary>
    public bool TryPrepareSleep(long written)
    {
        lock (_lock)
        {
            if (_position != written)
                return false;
            signal.Prepare(sleep: true); // under the lock, so that the next append sees the announcement and wakes the committer
            return true;
        }
    }

    /// <summary>Closes the open segment if none of its messages is live and it is larger than this size. It can then be deleted.</summary>
    public void SealDeadSegment(long largerThan)
    {
        lock (_lock)
        {
            if (_segment is null || _segment.Length - _segment.RepeatedBytes <= largerThan)
                return;
            bool isDead = _segment.NeededWhileOpen == (_block is null ? 0 : 1)
                && (_block is null || _block.State.LiveWhileOpen(_references) == 0);
            if (isDead)
                SealSegment();
        }
    }

    /// <summary>Closes the open segment, so that its index can be written.</summary>
    /// <returns>The closed segment; null if none was open.</returns>
    public Segment? TrySealSegment()
    {
        lock (_lock)
        {
            Segment? last = _segment;
            if (last is not null)
                SealSegment();
            return last;
        }
    }

    /// <summary>Rejects further appends.</summary>
    /// <param name="failure">The reason, or null if the store is being closed.</param>
    public void Close(StoreFailedException? failure)
    {
        lock (_lock)
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

    /// <summary>Reserves space for a record. If the record does not fit into the open block, opens a new block.</summary>
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
        if (_segment is not null
            && _segment.Length > FileHeader.Size
            && _segment.Length + Math.Max(size, options.BlockSize) > options.SegmentSize)
            SealSegment();
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
        space.Close(block, references); // the committer pins the block until its bytes are written
        signal.Wake();
    }

    private void SealSegment()
    {
        CloseBlock();
        _segment!.Seal();
        _segment = null;
    }
}
