using Amqp.Storage.Catalog;
using Amqp.Storage.Indexes;
using Amqp.Storage.Log;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>The contents of the log in a data directory, as the next start would find them.</summary>
/// <param name="Segments">Segments in order of id.</param>
/// <param name="Queues">Queues in order of number.</param>
/// <param name="Findings">
/// Damage and unfinished writes. Findings in the catalog come first. The inspection does not read every byte.
/// </param>
public sealed record DataDirectoryContents(
    IReadOnlyList<SegmentContents> Segments, IReadOnlyList<QueueContents> Queues, IReadOnlyList<InspectionFinding> Findings);

/// <summary>The contents of a segment. A message in several queues counts once for each queue, but its bytes count once.</summary>
/// <param name="Id">Id of the segment, also in its file names.</param>
/// <param name="File">Path of the segment's file.</param>
/// <param name="LogBytes">Bytes of the segment's file.</param>
/// <param name="IndexBytes">Bytes of the index; 0 if none.</param>
/// <param name="AcknowledgementBytes">Bytes of the acknowledgements; 0 if none.</param>
/// <param name="Messages">Number of messages, settled or not.</param>
/// <param name="LiveMessages">Number of unsettled messages in existing queues.</param>
/// <param name="LiveBytes">Bytes of the live messages' records.</param>
/// <param name="DeadBytes">Bytes of all other records.</param>
/// <param name="Settles">Number of settles in this segment. The settled messages are in this segment or in older segments.</param>
/// <param name="HasIndex">True if the index exists.</param>
/// <param name="HasAcknowledgements">True if the file of acknowledgements exists.</param>
/// <param name="IsTail">True for the last segment if it was still being written when the last run ended.</param>
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

/// <summary>The messages of a queue in the log.</summary>
/// <param name="Number">Number of the queue.</param>
/// <param name="Exists">False for a deleted queue, whose messages the next start discards.</param>
/// <param name="Messages">Number of unsettled messages.</param>
/// <param name="Bytes">Bytes of payload of the unsettled messages.</param>
/// <param name="RedeliveredUpTo">Messages up to this sequence number may have been delivered; 0: none.</param>
/// <param name="LastSequence">The highest sequence number of the queue in the log.</param>
public sealed record QueueContents(uint Number, bool Exists, long Messages, long Bytes, long RedeliveredUpTo, long LastSequence);

/// <summary>The result of <see cref="DataDirectoryInspection.Verify"/>.</summary>
/// <param name="Segments">Number of segments.</param>
/// <param name="Bytes">Number of bytes read.</param>
/// <param name="Findings">Damage and unfinished writes, in the order of files.</param>
public sealed record DataDirectoryVerdict(int Segments, long Bytes, IReadOnlyList<InspectionFinding> Findings)
{
    /// <summary>True if nothing is damaged.</summary>
    public bool IsSound => Findings.All(finding => !finding.IsDamage);
}

/// <summary>An entry of the catalog, with the location of its record.</summary>
/// <param name="Key">Key of the entry.</param>
/// <param name="Value">Value of the entry.</param>
/// <param name="Offset">Offset of the record in the catalog file.</param>
/// <param name="Length">Bytes of the record.</param>
public sealed record CatalogEntry(string Key, byte[] Value, long Offset, long Length);

/// <summary>Bytes of a data directory on disk, by purpose.</summary>
/// <param name="Total">All files.</param>
/// <param name="Log">Segments of the log.</param>
/// <param name="Indexes">Indexes of the segments.</param>
/// <param name="Acknowledgements">Acknowledgements of the segments.</param>
/// <param name="Catalog">The catalog.</param>
/// <param name="Pages">Transient messages that the last run paged out. The next start does not read them.</param>
/// <param name="Reserve">Disk space in reserve for acknowledgements on a full disk.</param>
public sealed record DiskUsage(long Total, long Log, long Indexes, long Acknowledgements, long Catalog, long Pages, long Reserve)
{
    /// <summary>Name of the folder of page files in the data directory.</summary>
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
