using System.Runtime.InteropServices;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Indexes;

/// <summary>Builds the index of one segment. The records of the segment must be added in order. Used by one thread.</summary>
/// <param name="segment">Id of the segment.</param>
/// <param name="blockSize">Maximum bytes of a block with more than one record.</param>
/// <param name="isSettlesOnly">True for a segment of format 1 whose messages count as settled.</param>
internal sealed class SegmentIndexBuilder(long segment, int blockSize, bool isSettlesOnly = false) : IDisposable
{
    private readonly Dictionary<uint, QueueEntries> _queues = [];
    private readonly Dictionary<uint, SequenceRanges> _settled = [];
    private readonly Dictionary<uint, long> _delivered = [];
    private readonly List<BlockExtent> _blocks = [];
    // Entries of the previous message's queue. Saves a look-up if the next message is in the same queue.
    private QueueEntries? _latest;

    /// <summary>Adds an intact record. Call in the order of the records.</summary>
    /// <returns>False if the type of the record does not occur in segments.</returns>
    public bool TryAdd(ReadOnlySpan<byte> record, long offset)
    {
        Extend(offset, record.Length);
        switch (RecordHeader.ReadType(record))
        {
            case RecordType.Message:
                AddMessage(record, offset);
                return true;
            case RecordType.Settle:
                AddSettled(record);
                return true;
            case RecordType.Delivered:
                (uint queue, long upTo) = DeliveredRecord.Read(record);
                ref long mark = ref CollectionsMarshal.GetValueRefOrAddDefault(_delivered, queue, out _);
                mark = Math.Max(mark, upTo);
                return true;
            default:
                return false;
        }
    }

    public void Dispose()
    {
        foreach (QueueEntries entries in _queues.Values)
            entries.Dispose();
    }

    /// <summary>Returns the summary of the index. Call after the last record is added.</summary>
    public SegmentSummary Summarize(long logLength)
    {
        QueueEntries[] queues = Ordered();
        SegmentSummary summary = Summarize(logLength, queues, 0);
        return Summarize(logLength, queues, FileHeader.Size + summary.Size);
    }

    /// <summary>Writes the index into an empty file.</summary>
    public void Write(IStoreFile file, SegmentSummary summary)
    {
        byte[] head = new byte[FileHeader.Size + summary.Size];
        FileHeader.Write(head, FileHeader.IndexMagic, segment);
        Span<byte> record = head.AsSpan(FileHeader.Size);
        summary.Write(record);
        RecordHeader.WriteChecksum(record, segment, FileHeader.Size);
        file.Write(head, 0);
        foreach (QueueRow row in summary.Rows)
            file.Write(_queues[row.Queue].Seal(segment, row.At), row.At);
    }

    private void AddMessage(ReadOnlySpan<byte> record, long offset)
    {
        int queues = MessageRecord.ReadQueues(record);
        int length = record.Length - MessageRecord.PayloadAt(queues);
        for (int i = 0; i < queues; i++)
        {
            (uint queue, long sequence) = MessageRecord.ReadPlace(record, i);
            if (isSettlesOnly)
                SettledOf(queue).Add(new SequenceRange(sequence, sequence));
            else
                EntriesOf(queue).Add(new IndexEntry(sequence, offset, length, queues));
        }
    }

    private void AddSettled(ReadOnlySpan<byte> record)
    {
        SequenceRanges settled = SettledOf(SettleRecord.ReadQueue(record));
        int ranges = SettleRecord.ReadRanges(record);
        for (int i = 0; i < ranges; i++)
            settled.Add(SettleRecord.ReadRange(record, i));
    }

    private QueueEntries EntriesOf(uint queue)
    {
        if (_latest?.Queue == queue)
            return _latest;
        if (!_queues.TryGetValue(queue, out QueueEntries? entries))
            _queues.Add(queue, entries = new QueueEntries(queue));
        return _latest = entries;
    }

    private SequenceRanges SettledOf(uint queue)
    {
        ref SequenceRanges? settled = ref CollectionsMarshal.GetValueRefOrAddDefault(_settled, queue, out _);
        return settled ??= new SequenceRanges();
    }

    private void Extend(long offset, int length)
    {
        if (_blocks.Count > 0)
        {
            ref BlockExtent last = ref CollectionsMarshal.AsSpan(_blocks)[^1];
            if (last.Offset + last.Length == offset && last.Length + length <= blockSize)
            {
                last = last with { Length = last.Length + length };
                return;
            }
        }
        _blocks.Add(new BlockExtent(offset, length));
    }

    private QueueEntries[] Ordered()
    {
        QueueEntries[] queues = [.. _queues.Values.OrderBy(entries => entries.Queue)];
        foreach (QueueEntries entries in queues)
            entries.CloseGroup();
        return queues;
    }

    private SegmentSummary Summarize(long logLength, QueueEntries[] queues, long at)
    {
        var rows = new QueueRow[queues.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            QueueEntries entries = queues[i];
            rows[i] = new QueueRow(entries.Queue, entries.Count, entries.First, entries.Last, entries.Bytes, at, entries.Size);
            at += entries.Size;
        }
        return new SegmentSummary { LogLength = logLength, Rows = rows, Blocks = [.. _blocks], Settled = _settled, Delivered = _delivered };
    }
}
