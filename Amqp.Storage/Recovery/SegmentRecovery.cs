using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>
/// Reads the index of a segment. If the index is missing or damaged, reads all records of the segment and writes a new index.
/// </summary>
internal sealed class SegmentRecovery(IStoreFiles files, StoreOptions options, List<RecoveryFinding> findings)
{
    private readonly IndexFiles _indexes = new(files);
    private readonly AcknowledgementFiles _acknowledgements = new(files);

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Number of segments that were read as a whole so far, because they had no intact index.</summary>
    public int Indexed { get; private set; }

    public RecoveredSegment Read(in SegmentFile file, SegmentSet segments, LogEnd end)
    {
        Segment segment = segments.Recover(file.Id, file.Path);
        long indexed = 0;
        SegmentSummary? summary = file.HasIndex && !file.IsSettlesOnly ? TryReadIndex(file, out indexed) : null;
        summary ??= file.IsSettlesOnly ? ReadSettles(file) : Scan(file, indexed, end);
        segment.Length = summary.LogLength;
        segment.Blocks = file.IsSettlesOnly ? null : summary.Blocks;
        segment.HasAcknowledgements = file.HasAcknowledgements;
        return new RecoveredSegment(segment, summary, file.HasAcknowledgements ? ReadAcknowledgements(file) : []);
    }

    /// <summary>Builds a new index from the segment, because the old one is damaged.</summary>
    public SegmentSummary Rebuild(RecoveredSegment recovered)
    {
        Segment segment = recovered.Segment;
        ReportIndex(segment.Path);
        SegmentSummary summary = Scan(
            new SegmentFile(segment.Id, segment.Path, IsSettlesOnly: false, HasIndex: false, HasAcknowledgements: false),
            indexed: 0,
            LogEnd.Synced);
        segment.Blocks = summary.Blocks;
        return summary;
    }

    /// <param name="file">The files of the segment.</param>
    /// <param name="indexed">Length of the segment's file when its index was written; 0 if the index is damaged.</param>
    private SegmentSummary? TryReadIndex(in SegmentFile file, out long indexed)
    {
        SegmentSummary? summary = _indexes.TryRead(file.Path, file.Id, out int bytes);
        BytesRead += bytes;
        if (summary is null)
            ReportIndex(file.Path);
        indexed = summary?.LogLength ?? 0;
        using IStoreFile log = files.Open(file.Path, FileAccess.Read);
        return summary?.LogLength == log.Length ? summary : null; // if the lengths differ, the caller reads all records to find the reason
    }

    private SegmentSummary Scan(SegmentFile file, long indexed, LogEnd end)
    {
        using var builder = new SegmentIndexBuilder(file.Id, options.BlockSize);
        ScannedLog log = ReadLog(file, builder, end);
        long length = log.Length;
        if (log.End < indexed)
            // The file is shorter than when its index was written. An unfinished write cannot be the cause.
            Report(file.Path, new DamagedBytes(log.End, indexed - log.End));
        else if (log.MayBeUnfinished(end))
            length = CutOff(file, log);
        else if (log.Length > log.End)
            Report(file.Path, new DamagedBytes(log.End, log.Length - log.End));
        using (IStoreFile written = files.Open(file.Path, FileAccess.ReadWrite))
            written.Sync(); // an index must not describe unsynced bytes, and the last run may have ended before the sync
        SegmentSummary summary = builder.Summarize(length);
        _indexes.Write(file.Path, builder, summary);
        return summary;
    }

    private SegmentSummary ReadSettles(SegmentFile file)
    {
        using var builder = new SegmentIndexBuilder(file.Id, options.BlockSize, isSettlesOnly: true);
        ScannedLog log = ReadLog(file, builder, LogEnd.Synced);
        if (log.Length > log.End)
            Report(file.Path, new DamagedBytes(log.End, log.Length - log.End));
        return builder.Summarize(log.Length);
    }

    private ScannedLog ReadLog(SegmentFile file, SegmentIndexBuilder builder, LogEnd end)
    {
        int reported = findings.Count;
        ScannedLog log = SegmentScan.ReadAny(files, file.Path, file.Id, builder, damage => Report(file.Path, damage));
        BytesRead += log.Written;
        Indexed++;
        if (log.LacksHeader(end))
            findings.Insert(reported, new RecoveryFinding(file.Path, 0, Math.Min(log.Length, FileHeader.Size), IsTornTail: false));
        return log;
    }

    /// <summary>
    /// Cuts off an unfinished write and unused space at the end of a segment's file. If the file has no intact header and no record, the
    /// file becomes empty. Unused space is not reported, because every kill leaves it.
    /// </summary>
    /// <returns>Length of the file afterwards, in bytes.</returns>
    private long CutOff(SegmentFile file, in ScannedLog log)
    {
        if (log.Written > log.Kept)
            findings.Add(new RecoveryFinding(file.Path, log.Kept, log.Written - log.Kept, IsTornTail: true));
        if (log.Length > log.Kept)
        {
            using IStoreFile cut = files.Open(file.Path, FileAccess.ReadWrite);
            cut.Truncate(log.Kept);
            cut.Sync();
        }
        return log.Kept;
    }

    private Dictionary<uint, SequenceRanges> ReadAcknowledgements(in SegmentFile file)
    {
        Dictionary<uint, SequenceRanges>? folded = _acknowledgements.TryRead(file.Path, file.Id);
        if (folded is not null)
            return folded;
        string path = AcknowledgementFiles.PathOf(file.Path);
        using IStoreFile damaged = files.Open(path, FileAccess.Read);
        Report(path, new DamagedBytes(0, damaged.Length));
        return [];
    }

    private void ReportIndex(string log)
    {
        string path = IndexFiles.PathOf(log);
        using IStoreFile damaged = files.Open(path, FileAccess.Read);
        findings.Add(new RecoveryFinding(path, 0, damaged.Length, IsTornTail: false, IsRebuilt: true));
    }

    private void Report(string path, DamagedBytes damage) =>
        findings.Add(new RecoveryFinding(path, damage.Offset, damage.Length, IsTornTail: false));
}
