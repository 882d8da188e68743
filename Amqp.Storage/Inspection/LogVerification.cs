using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>Reads all segments, indexes and acknowledgements, and verifies every record. Used once.</summary>
/// <param name="files">Access to the log.</param>
/// <param name="findings">Receives the problems.</param>
internal sealed class LogVerification(IStoreFiles files, List<InspectionFinding> findings)
{
    private readonly AcknowledgementFiles _acknowledgements = new(files);

    /// <returns>Number of segments read.</returns>
    public int Run(string directory)
    {
        IReadOnlyList<SegmentFile> found = SegmentFile.In(files, directory);
        for (int i = 0; i < found.Count; i++)
        {
            SegmentFile file = found[i];
            Verify(file, SegmentFile.EndOf(found, i));
            if (file.HasAcknowledgements && _acknowledgements.TryRead(file.Path, file.Id) is null)
                Report(
                    AcknowledgementFiles.PathOf(file.Path),
                    0,
                    SizeOf(AcknowledgementFiles.PathOf(file.Path)),
                    InspectionFinding.DamagedAcknowledgements);
        }
        return found.Count;
    }

    private void Verify(in SegmentFile file, LogEnd end)
    {
        // A block in an index may consist of any number of consecutive whole records. For the comparison, each record is a block of its
        // own.
        var builder = new SegmentIndexBuilder(file.Id, blockSize: 1, file.IsSettlesOnly);
        var damaged = new List<DamagedBytes>();
        ScannedLog log = SegmentScan.ReadAny(files, file.Path, file.Id, builder, damaged.Add);
        SegmentIndexImage? index = file.HasIndex && !file.IsSettlesOnly ? SegmentIndexImage.Read(files, file) : null;
        var lost = new LostRecords(files, file, index);

        if (log.LacksHeader(end))
            Report(file.Path, 0, FileHeader.Size, InspectionFinding.DamagedHeader);
        foreach (DamagedBytes bytes in damaged)
            ReportLost(file.Path, bytes.Offset, bytes.Length, "the log is damaged here", lost);
        VerifyEnd(file, log, isTail: log.MayBeUnfinished(end) && !file.HasIndex, index?.Summary, lost);

        if (index is null)
            return;
        findings.AddRange(index.Findings);
        if (index.Summary is { } summary && damaged.Count == 0 && log.End == log.Length && summary.LogLength == log.Length)
            new IndexComparison(index, builder, log.Length, findings).Run(summary);
    }

    private void VerifyEnd(in SegmentFile file, in ScannedLog log, bool isTail, SegmentSummary? summary, LostRecords lost)
    {
        if (isTail)
        {
            long torn = log.Written - log.Kept; // without unused space
            if (torn > 0)
                findings.Add(new InspectionFinding(file.Path, log.Kept, torn, IsDamage: false, InspectionFinding.TornTail));
            return;
        }
        if (summary?.LogLength > log.Length)
            ReportLost(file.Path, log.End, summary.LogLength - log.End, $"the log is cut off at {log.Length}", lost);
        else if (log.End < log.Length)
            ReportLost(file.Path, log.End, log.Length - log.End, "the log is damaged here", lost);
        if (summary?.LogLength < log.Length)
            Report(
                file.Path,
                summary.LogLength,
                log.Length - summary.LogLength,
                "the log is longer than its index says; a start reads the whole log");
    }

    private void ReportLost(string path, long offset, long length, string what, LostRecords lost) =>
        Report(path, offset, length, $"{what}; {lost.In(new DamagedBytes(offset, length))}");

    private void Report(string path, long offset, long length, string message) =>
        findings.Add(new InspectionFinding(path, offset, length, IsDamage: true, message));

    private long SizeOf(string path)
    {
        using IStoreFile file = files.Open(path, FileAccess.Read);
        return file.Length;
    }
}
