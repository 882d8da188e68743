using Amqp.Storage.Catalog;
using Amqp.Storage.Indexes;
using Amqp.Storage.Log;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>What the message log of a data folder holds. Counts are what a start would find.</summary>
/// <param name="Segments">In order of their ids.</param>
/// <param name="Queues">In order of their numbers.</param>
/// <param name="Findings">What was wrong on the way, in the catalog first. Not everything was looked at.</param>
public sealed record DataDirectoryContents(
    IReadOnlyList<SegmentContents> Segments, IReadOnlyList<QueueContents> Queues, IReadOnlyList<InspectionFinding> Findings);

/// <summary>What a segment holds. A message that is in several queues counts in each; its bytes count once.</summary>
/// <param name="Id">Also in the names of its files.</param>
/// <param name="File">Path of its log.</param>
/// <param name="LogBytes">Of the log, as it is on disk.</param>
/// <param name="IndexBytes">Of the index; 0 without one.</param>
/// <param name="AcknowledgementBytes">Of the acknowledgements; 0 without any.</param>
/// <param name="Messages">Written to it, settled or not.</param>
/// <param name="LiveMessages">Those that a queue which still exists has not settled.</param>
/// <param name="LiveBytes">Of the log that these take, with the records' heads.</param>
/// <param name="DeadBytes">All other bytes of the log but for its header: settled messages, and records that settle.</param>
/// <param name="Settles">Numbers of messages that its settle records name, of this or older segments.</param>
/// <param name="HasIndex">Whether an index stands beside it.</param>
/// <param name="HasAcknowledgements">Whether a file of acknowledgements stands beside it.</param>
/// <param name="IsTail">True for the last segment when it is not sealed: the one that was being written when the last run ended.</param>
public sealed record SegmentContents(
    long Id,
    string File,
    long LogBytes,
    long IndexBytes,
    long AcknowledgementBytes,
    long Messages,
    long LiveMessages,
    long LiveBytes,
    long DeadBytes,
    long Settles,
    bool HasIndex,
    bool HasAcknowledgements,
    bool IsTail);

/// <summary>What the log holds of a queue.</summary>
/// <param name="Number">The queue's.</param>
/// <param name="Exists">False for a queue that was deleted: a start lets its messages go.</param>
/// <param name="Messages">Not settled.</param>
/// <param name="Bytes">Of their payload.</param>
/// <param name="RedeliveredUpTo">Messages up to this sequence went out to a consumer before; 0 when none did.</param>
/// <param name="LastSequence">The highest that any record speaks of.</param>
public sealed record QueueContents(uint Number, bool Exists, long Messages, long Bytes, long RedeliveredUpTo, long LastSequence);

/// <summary>What reading every byte of a data folder showed.</summary>
/// <param name="Segments">Of the log, all of them read.</param>
/// <param name="Bytes">That were read.</param>
/// <param name="Findings">What is damaged, and what a crash left, file by file.</param>
public sealed record DataDirectoryVerdict(int Segments, long Bytes, IReadOnlyList<InspectionFinding> Findings)
{
    /// <summary>True when nothing is damaged.</summary>
    public bool IsSound => Findings.All(finding => !finding.IsDamage);
}

/// <summary>An entry of the catalog and the record that it was read from.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Value">What is said of it.</param>
/// <param name="Offset">Where in the file the record begins, in bytes.</param>
/// <param name="Length">Bytes of the record.</param>
public sealed record CatalogEntry(string Key, byte[] Value, long Offset, long Length);

/// <summary>Bytes that a data folder takes on disk, by what they are for.</summary>
/// <param name="Total">All files, whatever they are.</param>
/// <param name="Log">Segments of the message log.</param>
/// <param name="Indexes">Their indexes.</param>
/// <param name="Acknowledgements">Their files of acknowledgements.</param>
/// <param name="Catalog">The catalog.</param>
/// <param name="Pages">Transient messages that left the memory of the last run: nothing of them is read again.</param>
/// <param name="Reserve">Room that is kept for a full disk.</param>
public sealed record DiskUsage(long Total, long Log, long Indexes, long Acknowledgements, long Catalog, long Pages, long Reserve)
{
    /// <summary>The folder of transient messages, in the data folder.</summary>
    private const string PagesFolder = "pages";

    internal static DiskUsage Of(string directory)
    {
        FileInfo[] files = [.. new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories)];
        string segments = Path.Combine(directory, SegmentSet.FolderName);
        string pages = Path.Combine(directory, PagesFolder) + Path.DirectorySeparatorChar;
        return new DiskUsage(
            files.Sum(file => file.Length),
            SizeOf(file => IsSegmentFile(file, SegmentSet.LogExtension) || IsSegmentFile(file, SegmentSet.SettlesOnlyExtension)),
            SizeOf(file => IsSegmentFile(file, IndexFiles.Extension)),
            SizeOf(file => IsSegmentFile(file, AcknowledgementFiles.Extension)),
            SizeOf(file => file.FullName == Path.Combine(directory, CatalogFile.Name)),
            SizeOf(file => file.FullName.StartsWith(pages, StringComparison.Ordinal)),
            SizeOf(file => file.FullName == Path.Combine(directory, DiskReserve.FileName)));

        long SizeOf(Func<FileInfo, bool> isMeant) => files.Where(isMeant).Sum(file => file.Length);
        bool IsSegmentFile(FileInfo file, string extension) => file.DirectoryName == segments && file.Extension == extension;
    }
}
