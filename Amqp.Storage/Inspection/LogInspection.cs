using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>Counts the messages and segments that the next start would find in the log. Used once.</summary>
/// <param name="files">Access to the log. The recovery makes its changes in memory only.</param>
/// <param name="directory">Path of the segments' folder.</param>
/// <param name="durableQueues">Numbers of the existing queues.</param>
internal sealed class LogInspection(OverlayFiles files, string directory, IReadOnlySet<uint> durableQueues)
{
    // Null makes the recovery keep the messages of deleted queues too, so that they can be counted.
    private readonly LogRecovery _log = new(files, durableQueues: null, new StoreOptions());
    private readonly Dictionary<long, List<LiveStretch>> _live = []; // by segment id
    private readonly List<QueueContents> _queues = [];

    /// <summary>
    /// The problems that the inspection found, without duplicates. Recovery may report a damaged index once for each queue.
    /// </summary>
    public IEnumerable<RecoveryFinding> Findings => _log.Findings.DistinctBy(finding => (finding.File, finding.Offset));

    /// <summary>The queues in order of number. Complete once <see cref="Run"/> has returned.</summary>
    public IReadOnlyList<QueueContents> Queues => _queues;

    /// <summary>Reads all segments.</summary>
    public IReadOnlyList<SegmentContents> Run()
    {
        IReadOnlyList<SegmentFile> found = SegmentFile.In(files, directory);
        long[][] sizes = [.. found.Select(SizesOf)]; // read before the recovery, because the recovery creates missing indexes in memory
        IReadOnlyList<RecoveredSegment> read = _log.Read(new SegmentSet(directory, new CommitSignal()));
        foreach (RecoveredQueue queue in _log.Queues.OrderBy(queue => queue.Number))
            _queues.Add(Count(queue));
        foreach (uint empty in durableQueues.Except(_queues.Select(queue => queue.Number)))
            _queues.Add(new QueueContents(empty, Exists: true, 0, 0, 0, 0));
        _queues.Sort((one, other) => one.Number.CompareTo(other.Number));

        var live = new LiveBytes(_log);
        return [.. found.Select((file, i) => Describe(file, read[i], sizes[i], isLast: i == found.Count - 1, live))];
    }

    private QueueContents Count(RecoveredQueue queue)
    {
        bool exists = durableQueues.Contains(queue.Number);
        long messages = 0;
        long bytes = 0;
        foreach (Stretch stretch in _log.Unsettled(queue))
        {
            messages += stretch.Count;
            bytes += stretch.Bytes;
            if (!exists)
                continue;
            if (!_live.TryGetValue(stretch.Segment.Id, out List<LiveStretch>? live))
                _live.Add(stretch.Segment.Id, live = []);
            live.Add(new LiveStretch(queue.Number, stretch));
        }
        return new QueueContents(queue.Number, exists, messages, bytes, queue.DeliveredMark, queue.LastSequence);
    }

    private SegmentContents Describe(in SegmentFile file, RecoveredSegment read, long[] sizes, bool isLast, LiveBytes bytes)
    {
        List<LiveStretch> live = _live.GetValueOrDefault(file.Id, []);
        long liveBytes = live.Count > 0 ? bytes.Of(read, live) : 0;
        return new SegmentContents(
            file.Id,
            file.Path,
            sizes[0],
            sizes[1],
            sizes[2],
            Messages: read.Summary.Rows.Sum(row => (long)row.Count),
            LiveMessages: live.Sum(stretch => (long)stretch.Stretch.Count),
            liveBytes,
            DeadBytes: Math.Max(0, read.Segment.Length - FileHeader.Size - liveBytes),
            Settles: read.Summary.Settled.Values.Sum(CountOf),
            file.HasIndex,
            file.HasAcknowledgements,
            IsTail: isLast && !file.HasIndex);
    }

    private static long CountOf(SequenceRanges settled)
    {
        long count = 0;
        foreach (SequenceRange range in settled.All)
            count += range.To - range.From + 1;
        return count;
    }

    private long[] SizesOf(SegmentFile file) =>
    [
        SizeOf(file.Path),
        file.HasIndex ? SizeOf(IndexFiles.PathOf(file.Path)) : 0,
        file.HasAcknowledgements ? SizeOf(AcknowledgementFiles.PathOf(file.Path)) : 0,
    ];

    private long SizeOf(string path)
    {
        using IStoreFile file = files.Open(path, FileAccess.Read);
        return file.Length;
    }
}

/// <summary>A queue's unsettled messages in a range of sequence numbers of one segment.</summary>
internal readonly record struct LiveStretch(uint Queue, Stretch Stretch);
