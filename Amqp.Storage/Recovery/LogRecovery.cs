using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Amqp.Storage;

/// <summary>Reads the log of the last run: what was appended less what was settled, in the log's order. Used once, by one thread.</summary>
internal sealed unsafe class LogRecovery(IStoreFiles files, IReadOnlySet<uint> durableQueues, StoreOptions options)
{
    private readonly Dictionary<uint, RecoveredQueue> _queues = [];
    private readonly RecoveredBlocks _blocks = new(options.BlockSize);
    private readonly List<RecoveryFinding> _findings = [];
    private RecoveredQueue? _latest; // records of a queue come in runs
    private byte* _buffer; // one for all segments: fresh pages cost as much as reading into them
    private int _bufferLength;

    /// <summary>Reads everything. Segments without messages are reported to the set as dead.</summary>
    public RecoveredLog Run(SegmentSet segments)
    {
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<SegmentFile> found = SegmentFile.In(files, segments.Directory);
        var read = new List<Segment>();
        long bytes = 0;
        try
        {
            foreach (SegmentFile file in found)
                bytes += ReadSegment(file, segments, isLast: file == found[^1], read);
        }
        finally
        {
            NativeMemory.Free(_buffer);
        }

        var space = new BlockSpace(options, new BlockLoader(files));
        var chunks = new MessageChunkPool();
        List<StoredQueue> queues = Fill(space, chunks);
        read.ForEach(segment => segment.Seal());
        var report = new RecoveryReport
        {
            Messages = queues.Sum(queue => queue.Count),
            Segments = found.Count,
            Bytes = bytes,
            Elapsed = Stopwatch.GetElapsedTime(started),
            Findings = _findings,
        };
        return new RecoveredLog(space, chunks, segments, queues, report);
    }

    private long ReadSegment(SegmentFile file, SegmentSet segments, bool isLast, List<Segment> read)
    {
        int length;
        using (IStoreFile source = files.Open(file.Path, FileAccess.Read))
        {
            length = checked((int)source.Length);
            if (length > _bufferLength)
            {
                _buffer = (byte*)NativeMemory.Realloc(_buffer, (nuint)length);
                _bufferLength = length;
            }
            length = source.Read(new Span<byte>(_buffer, length), 0);
        }
        Segment segment = segments.Recover(file.Id, file.Path, file.IsSettlesOnly);
        segment.Length = length;
        read.Add(segment);
        Scan(segment, new ReadOnlySpan<byte>(_buffer, length), isLast);
        return length;
    }

    private void Scan(Segment segment, ReadOnlySpan<byte> bytes, bool isLast)
    {
        bool hasHeader = FileHeader.IsIntact(bytes, FileHeader.SegmentMagic, segment.Id);
        int start = Math.Min(bytes.Length, FileHeader.Size);
        var records = new RecordScanner(bytes[start..], segment.Id, start);
        bool any = false;
        while (records.MoveNext())
        {
            Report(segment, records.Skipped);
            Apply(segment, records.Record, records.Offset);
            any = true;
        }

        long end = records.Skipped.Offset;
        if (isLast && !hasHeader && !any)
            end = 0; // not even the header was written
        else if (!hasHeader)
            Report(segment, new DamagedBytes(0, start));
        var tail = new DamagedBytes(end, bytes.Length - end);
        if (isLast)
            CutOff(segment, tail, hasHeader || any);
        else
            Report(segment, tail);
    }

    private void Apply(Segment segment, ReadOnlySpan<byte> record, long offset)
    {
        switch (RecordHeader.ReadType(record))
        {
            case RecordType.Message:
                AddMessage(segment, record, offset);
                break;
            case RecordType.Settle:
                _blocks.Extend(segment, offset, record.Length);
                if (Find(SettleRecord.ReadQueue(record)) is { } settling)
                    Settle(segment, settling, record);
                break;
            case RecordType.Delivered:
                _blocks.Extend(segment, offset, record.Length);
                (uint queue, long upTo) = DeliveredRecord.Read(record);
                Find(queue)?.MarkDelivered(upTo, segment.Id);
                break;
            default:
                Report(segment, new DamagedBytes(offset, record.Length));
                break;
        }
    }

    private void AddMessage(Segment segment, ReadOnlySpan<byte> record, long offset)
    {
        (int block, int blockOffset) = _blocks.Extend(segment, offset, record.Length);
        int queues = MessageRecord.ReadQueues(record);
        int payloadAt = MessageRecord.PayloadAt(queues);
        for (int i = 0; i < queues; i++)
        {
            (uint number, long sequence) = MessageRecord.ReadPlace(record, i);
            if (Find(number) is not { } queue)
                continue;
            if (segment.IsSettlesOnly)
                queue.See(sequence);
            else
                queue.Add(new StoredMessage(sequence, block, blockOffset + payloadAt, record.Length - payloadAt, MessageFlags.Persistent));
        }
    }

    private void Settle(Segment segment, RecoveredQueue queue, ReadOnlySpan<byte> record)
    {
        int ranges = SettleRecord.ReadRanges(record);
        for (int i = 0; i < ranges; i++)
        {
            if (queue.Settle(SettleRecord.ReadRange(record, i)) is { } block)
                segment.OldestSettled = Math.Min(segment.OldestSettled, _blocks.SegmentOf(block).Id);
        }
    }

    /// <summary>The queue with a number, or null when it is not there any more.</summary>
    private RecoveredQueue? Find(uint number)
    {
        if (_latest?.Number == number)
            return _latest;
        if (!_queues.TryGetValue(number, out RecoveredQueue? queue))
        {
            if (!durableQueues.Contains(number))
                return null;
            _queues.Add(number, queue = new RecoveredQueue(number));
        }
        return _latest = queue;
    }

    private List<StoredQueue> Fill(BlockSpace space, MessageChunkPool chunks)
    {
        foreach (RecoveredQueue queue in _queues.Values)
        {
            foreach (ref readonly StoredMessage message in queue.TakeStock())
                _blocks.AddReference(message.Block);
        }
        int[] numbers = _blocks.Recover(space);

        var filled = new List<StoredQueue>(_queues.Count);
        foreach (RecoveredQueue queue in _queues.Values)
        {
            var target = new StoredQueue(queue.Number, isDurable: true, chunks)
            {
                LastSequence = queue.LastSequence,
                LastPersistentSequence = queue.LastSequence,
                DeliveredMark = queue.DeliveredMark,
                DeliveredSegment = queue.Count > 0 ? queue.DeliveredSegment : 0,
            };
            foreach (ref readonly StoredMessage message in queue.TakeStock())
            {
                MessageFlags flags = message.Sequence <= queue.DeliveredMark ? message.Flags | MessageFlags.Redelivered : message.Flags;
                target.Add(message with { Block = numbers[message.Block], Flags = flags });
            }
            filled.Add(target);
        }
        return filled;
    }

    private void Report(Segment segment, DamagedBytes damage)
    {
        if (damage.Length > 0)
            _findings.Add(new RecoveryFinding(segment.Path, damage.Offset, damage.Length, IsTornTail: false));
    }

    /// <summary>Drops what an unfinished write left at the end of the log. A file without anything else stays, empty, until it is swept as dead.</summary>
    private void CutOff(Segment segment, DamagedBytes tail, bool hasContents)
    {
        if (tail.Length == 0 && hasContents)
            return;
        _findings.Add(new RecoveryFinding(segment.Path, tail.Offset, tail.Length, IsTornTail: true));
        using IStoreFile file = files.Open(segment.Path, FileAccess.ReadWrite);
        file.Truncate(tail.Offset);
        file.Sync();
        segment.Length = tail.Offset;
    }
}
