using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;

namespace Amqp.Storage.Inspection;

/// <summary>A whole index in memory. Lists the damage that can be found without reading the segment.</summary>
internal sealed class SegmentIndexImage
{
    private readonly List<InspectionFinding> _findings = [];

    private SegmentIndexImage(string path, long segment, MemoryFile file) => (Path, Segment, File) = (path, segment, file);

    public string Path { get; }

    public long Segment { get; }

    public MemoryFile File { get; }

    /// <summary>The summary of the index; null if the summary cannot be read.</summary>
    public SegmentSummary? Summary { get; private set; }

    /// <summary>True if the header and all records are intact.</summary>
    public bool IsIntact => _findings.Count == 0;

    public IReadOnlyList<InspectionFinding> Findings => _findings;

    public static SegmentIndexImage Read(IStoreFiles files, in SegmentFile segment)
    {
        string path = IndexFiles.PathOf(segment.Path);
        var image = new SegmentIndexImage(path, segment.Id, MemoryFile.Of(files, path));
        image.Check();
        return image;
    }

    /// <summary>Opens a cursor over the entries of a queue. Call only if the index is intact.</summary>
    public EntryCursor OpenEntries(in QueueRow row) => new(File, Segment, row, row.At, from: 0);

    private void Check()
    {
        ReadOnlySpan<byte> bytes = File.Bytes;
        int start = Math.Min(bytes.Length, FileHeader.Size);
        if (!FileHeader.IsIntact(bytes, FileHeader.IndexMagic, Segment))
            Report(0, start);
        var records = new RecordScanner(bytes[start..], Segment, start);
        while (true)
        {
            bool hasRecord = records.MoveNext();
            // This one check finds damage before a record and after the last record. CatalogScan.Read explains why it is one check.
            if (records.Skipped.Length > 0)
                Report(records.Skipped.Offset, records.Skipped.Length);
            if (!hasRecord)
                break;
            RecordType expected = records.Offset == FileHeader.Size ? RecordType.Summary : RecordType.Entries;
            if (RecordHeader.ReadType(records.Record) != expected)
                Report(records.Offset, records.Record.Length);
            else if (expected == RecordType.Summary)
                Summary = SegmentSummary.Read(records.Record);
        }
        CheckEnd(bytes.Length);
    }

    private void CheckEnd(long length)
    {
        if (Summary is null && IsIntact)
            Report(length, 0);
        if (Summary is null || Summary.Rows.Length == 0)
            return;
        long end = Summary.Rows[^1].At + Summary.Rows[^1].Size;
        if (end != length && IsIntact)
            Report(Math.Min(end, length), Math.Abs(end - length));
    }

    private void Report(long offset, long length) =>
        _findings.Add(new InspectionFinding(Path, offset, length, IsDamage: true, InspectionFinding.DamagedIndex));
}
