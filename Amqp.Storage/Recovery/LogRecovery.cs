using System.Diagnostics;
using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>Finds the unsettled messages that the last run left in the log. Used once, by one thread.</summary>
/// <remarks>
/// For most segments, recovery reads only the summary. It also reads the entries of single messages if some messages of a
/// queue in the segment are settled and others are not, or if messages of the segment are set aside.
/// </remarks>
/// <param name="files">Access to the log. Recovery writes missing indexes and cuts off unfinished writes.</param>
/// <param name="durableQueues">Numbers of the queues that still exist. Null keeps the messages of all queues.</param>
/// <param name="options">Options of the store.</param>
/// <param name="aside">Messages to set aside: they are not delivered until a caller takes them one by one.</param>
internal sealed class LogRecovery(
    IStoreFiles files, IReadOnlySet<uint>? durableQueues, StoreOptions options, IReadOnlyCollection<MessagePlace>? aside = null)
{
    private readonly Dictionary<uint, RecoveredQueue> _queues = [];
    private readonly HashSet<MessagePlace> _aside = [.. aside ?? []]; // messages to set aside that recovery has not found yet
    private readonly ILookup<uint, long> _asideOf = (aside ?? []).ToLookup(message => message.Queue, message => message.Sequence);
    private readonly List<RecoveryFinding> _findings = [];
    private uint _highestQueue;
    private readonly SegmentIndexes _indexes = new(files, options, new SegmentLayout());

    public IReadOnlyCollection<RecoveredQueue> Queues => _queues.Values;

    public IReadOnlyList<RecoveryFinding> Findings => _findings;

    public SegmentIndexes Indexes => _indexes;

    private SegmentRecovery Reader => field ??= new SegmentRecovery(files, options, _findings);

    /// <summary>
    /// Reads all segments, and fills the queues with their unsettled messages. Reports segments without unsettled messages as dead.
    /// </summary>
    public RecoveredLog Run(SegmentSet segments)
    {
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<RecoveredSegment> read = Read(segments);
        if (options.CountsRecoveredAsDelivered)
            foreach (RecoveredQueue queue in _queues.Values)
                queue.MarkDelivered(queue.LastSequence, queue.DeliveredSegment);
        var space = new BlockSpace(options, new BlockLoader(files, _indexes.Layout));
        var chunks = new MessageChunkPool();
        var loader = new StretchLoader(files, space, _indexes);
        List<StoredQueue> queues = [.. _queues.Values.Select(queue => Fill(queue, chunks, loader))];
        foreach (RecoveredSegment segment in read)
            segment.Segment.Seal();
        var report = new RecoveryReport
        {
            Messages = queues.Sum(queue => queue.Count),
            AsideMissing = [.. _aside],
            HighestQueue = _highestQueue,
            Segments = read.Count,
            SegmentsIndexed = Reader.Indexed,
            Bytes = Reader.BytesRead,
            Elapsed = Stopwatch.GetElapsedTime(started),
            Findings = _findings,
        };
        return new RecoveredLog(space, chunks, _indexes, loader, segments, queues, report);
    }

    /// <summary>Reads all segments in order. If a store will use the segments, the caller must seal them.</summary>
    public IReadOnlyList<RecoveredSegment> Read(SegmentSet segments)
    {
        IReadOnlyList<SegmentFile> found = SegmentFile.In(files, segments.Directory);
        var read = new List<RecoveredSegment>();
        for (int i = 0; i < found.Count; i++)
        {
            read.Add(Reader.Read(found[i], segments, SegmentFile.EndOf(found, i)));
            Apply(read[^1]);
        }
        return read;
    }

    /// <summary>Returns the unsettled messages of a queue, in order. Call after all segments are read.</summary>
    public IEnumerable<Stretch> Unsettled(RecoveredQueue queue)
    {
        foreach ((RecoveredSegment recovered, QueueRow row) in queue.Rows)
        {
            SequenceRanges? folded = recovered.Folded.GetValueOrDefault(row.Queue);
            if (queue.Settled.Covers(row.First, row.Last) || folded?.Covers(row.First, row.Last) == true)
                continue;
            if (queue.Settled.Overlaps(row.First, row.Last)
                || folded?.Overlaps(row.First, row.Last) == true
                || queue.Aside.Overlaps(row.First, row.Last))
            {
                foreach (Stretch stretch in Unsettled(queue, recovered, row, folded))
                    yield return stretch;
            }
            else
            {
                yield return new Stretch(recovered.Segment, row.First, row.Last, row.Count, row.Bytes, row.At, queue.DeliveredMark);
            }
        }
    }

    /// <inheritdoc cref="SegmentRecovery.Rebuild"/>
    public SegmentSummary Rebuild(RecoveredSegment recovered) => Reader.Rebuild(recovered);

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

    /// <summary>Returns the queue with this number; null if the queue is deleted.</summary>
    private RecoveredQueue? Find(uint number)
    {
        _highestQueue = Math.Max(_highestQueue, number);
        if (!_queues.TryGetValue(number, out RecoveredQueue? queue) && durableQueues?.Contains(number) != false)
            _queues.Add(number, queue = new RecoveredQueue(number, _asideOf[number]));
        return queue;
    }

    private StoredQueue Fill(RecoveredQueue queue, MessageChunkPool chunks, StretchLoader loader)
    {
        var target = new StoredQueue(queue.Number, isDurable: true, chunks, new DeepMessages(loader, chunks, queue.Number));
        target.Sequences.Last = queue.LastSequence;
        target.Sequences.LastPersistent = queue.LastSequence;
        target.Delivered.UpTo = queue.DeliveredMark;
        foreach (Stretch stretch in Unsettled(queue))
        {
            stretch.Segment.Hold(stretch.Count);
            stretch.Segment.MessageBytes += MessageRecord.Cost(stretch.Count, stretch.Bytes);
            if (_aside.Remove(new MessagePlace(queue.Number, stretch.From)))
                target.KeepAside(stretch);
            else
                target.Restore(stretch);
        }
        target.Delivered.Segment = target.Count > 0 || target.Aside.Count > 0 ? queue.DeliveredSegment : 0;
        return target;
    }

    private List<Stretch> Unsettled(RecoveredQueue queue, RecoveredSegment recovered, in QueueRow row, SequenceRanges? folded)
    {
        try
        {
            return FindUnsettled(queue, recovered.Segment, row.Queue, row.At, folded);
        }
        catch (InvalidDataException)
        {
            SegmentSummary summary = Rebuild(recovered);
            return Array.Exists(summary.Rows, found => found.Queue == queue.Number)
                ? FindUnsettled(queue, recovered.Segment, row.Queue, at: 0, folded)
                : [];
        }
    }

    private List<Stretch> FindUnsettled(RecoveredQueue queue, Segment segment, uint number, long at, SequenceRanges? folded)
    {
        var stretches = new List<Stretch>();
        bool isContiguous = false;
        using EntryCursor cursor = _indexes.OpenEntries(segment, number, at, from: 0);
        while (cursor.MoveNext())
        {
            IndexEntry entry = cursor.Current;
            bool isSettled = queue.Settled.Contains(entry.Sequence) || folded?.Contains(entry.Sequence) == true;
            bool isAside = queue.Aside.Contains(entry.Sequence); // a message set aside gets its own stretch
            isContiguous &= !isAside;
            if (!isSettled && isContiguous)
                stretches[^1] =
                    stretches[^1] with { To = entry.Sequence, Count = stretches[^1].Count + 1, Bytes = stretches[^1].Bytes + entry.Length };
            else if (!isSettled)
                stretches.Add(new Stretch(segment, entry.Sequence, entry.Sequence, 1, entry.Length, cursor.GroupAt, queue.DeliveredMark));
            isContiguous = !isSettled && !isAside;
        }
        return stretches;
    }
}
