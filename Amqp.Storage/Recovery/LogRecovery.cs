using System.Diagnostics;

namespace Amqp.Storage;

/// <summary>Finds the messages of the last run: what the indexes know less what was settled. Used once, by one thread.</summary>
/// <remarks>Its cost is per segment and queue. Only what a segment has of a queue of which part is settled is looked at by message.</remarks>
internal sealed class LogRecovery(IStoreFiles files, IReadOnlySet<uint> durableQueues, StoreOptions options)
{
    private readonly Dictionary<uint, RecoveredQueue> _queues = [];
    private readonly List<RecoveryFinding> _findings = [];
    private uint _highestQueue;
    private readonly SegmentIndexes _indexes = new(files, options);

    /// <summary>Reads everything. Segments without messages are reported to the set as dead.</summary>
    public RecoveredLog Run(SegmentSet segments)
    {
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<SegmentFile> found = SegmentFile.In(files, segments.Directory);
        var reader = new SegmentRecovery(files, options, _findings);
        var read = new List<RecoveredSegment>();
        foreach (SegmentFile file in found)
        {
            read.Add(reader.Read(file, segments, isLast: file == found[^1]));
            Apply(read[^1]);
        }

        var space = new BlockSpace(options, new BlockLoader(files));
        var chunks = new MessageChunkPool();
        var loader = new StretchLoader(files, space, _indexes);
        List<StoredQueue> queues = [.. _queues.Values.Select(queue => Fill(queue, reader, chunks, loader))];
        foreach (RecoveredSegment segment in read)
            segment.Segment.Seal();
        var report = new RecoveryReport
        {
            Messages = queues.Sum(queue => queue.Count),
            HighestQueue = _highestQueue,
            Segments = found.Count,
            SegmentsIndexed = reader.Indexed,
            Bytes = reader.BytesRead,
            Elapsed = Stopwatch.GetElapsedTime(started),
            Findings = _findings,
        };
        return new RecoveredLog(space, chunks, _indexes, loader, segments, queues, report);
    }

    private void Apply(RecoveredSegment recovered)
    {
        Segment segment = recovered.Segment;
        foreach (QueueRow row in recovered.Summary.Rows)
            Find(row.Queue)?.Add(recovered, row);
        foreach ((uint number, SequenceRanges settled) in recovered.Summary.Settled)
        {
            if (Find(number) is not { } queue || settled.All.IsEmpty)
                continue;
            queue.Settle(settled);
            segment.OldestSettled = Math.Min(segment.OldestSettled, queue.OldestSettledBy(settled, segment.Id));
        }
        foreach ((uint number, long upTo) in recovered.Summary.Delivered)
            Find(number)?.MarkDelivered(upTo, segment.Id);
    }

    /// <summary>The queue with a number, or null when it is not there any more.</summary>
    private RecoveredQueue? Find(uint number)
    {
        _highestQueue = Math.Max(_highestQueue, number);
        if (!_queues.TryGetValue(number, out RecoveredQueue? queue) && durableQueues.Contains(number))
            _queues.Add(number, queue = new RecoveredQueue(number));
        return queue;
    }

    private StoredQueue Fill(RecoveredQueue queue, SegmentRecovery reader, MessageChunkPool chunks, StretchLoader loader)
    {
        var target = new StoredQueue(queue.Number, isDurable: true, chunks, new DeepMessages(loader, chunks, queue.Number))
        {
            LastSequence = queue.LastSequence,
            LastPersistentSequence = queue.LastSequence,
            DeliveredMark = queue.DeliveredMark,
        };
        foreach ((RecoveredSegment recovered, QueueRow row) in queue.Rows)
        {
            SequenceRanges? folded = recovered.Folded.GetValueOrDefault(row.Queue);
            if (queue.Settled.Covers(row.First, row.Last) || folded?.Covers(row.First, row.Last) == true)
                continue;
            if (queue.Settled.Overlaps(row.First, row.Last) || folded?.Overlaps(row.First, row.Last) == true)
                AddUnsettled(target, queue, recovered, row, folded, reader);
            else
                Add(target, new Stretch(recovered.Segment, row.First, row.Last, row.Count, row.Bytes, row.At, queue.DeliveredMark));
        }
        target.DeliveredSegment = target.Count > 0 ? queue.DeliveredSegment : 0;
        return target;
    }

    private void AddUnsettled(StoredQueue target, RecoveredQueue queue, RecoveredSegment recovered, in QueueRow row, SequenceRanges? folded, SegmentRecovery reader)
    {
        List<Stretch> stretches;
        try
        {
            stretches = FindUnsettled(queue, recovered.Segment, row.Queue, row.At, folded);
        }
        catch (InvalidDataException)
        {
            SegmentSummary summary = reader.Rebuild(recovered);
            if (Array.FindIndex(summary.Rows, found => found.Queue == queue.Number) < 0)
                return;
            stretches = FindUnsettled(queue, recovered.Segment, row.Queue, at: 0, folded);
        }
        foreach (Stretch stretch in stretches)
            Add(target, stretch);
    }

    private List<Stretch> FindUnsettled(RecoveredQueue queue, Segment segment, uint number, long at, SequenceRanges? folded)
    {
        var stretches = new List<Stretch>();
        bool goesOn = false;
        using EntryCursor cursor = _indexes.OpenEntries(segment, number, at, from: 0);
        while (cursor.MoveNext())
        {
            IndexEntry entry = cursor.Current;
            bool isSettled = queue.Settled.Contains(entry.Sequence) || folded?.Contains(entry.Sequence) == true;
            if (!isSettled && goesOn)
                stretches[^1] = stretches[^1] with { To = entry.Sequence, Count = stretches[^1].Count + 1, Bytes = stretches[^1].Bytes + entry.Length };
            else if (!isSettled)
                stretches.Add(new Stretch(segment, entry.Sequence, entry.Sequence, 1, entry.Length, cursor.GroupAt, queue.DeliveredMark));
            goesOn = !isSettled;
        }
        return stretches;
    }

    private static void Add(StoredQueue target, in Stretch stretch)
    {
        stretch.Segment.Hold(stretch.Count);
        target.Restore(stretch);
    }
}
