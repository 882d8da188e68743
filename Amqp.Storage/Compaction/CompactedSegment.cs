using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>A segment that has been compacted. Its new file and new index are synced under temporary names.</summary>
internal sealed record CompactedSegment(Segment Segment, SegmentSummary Summary, Relocation Relocation);

/// <summary>
/// The new files of a compacted segment, before they replace the old files. After a crash, the next start deletes the new files.
/// </summary>
internal static class CompactedFiles
{
    public const string LogExtension = ".compacted";
    public const string IndexExtension = ".compacted.idx";

    public static string LogPathOf(string log) => Path.ChangeExtension(log, LogExtension);

    public static string IndexPathOf(string log) => Path.ChangeExtension(log, IndexExtension);

    public static void Delete(IStoreFiles files, string log)
    {
        files.Delete(LogPathOf(log));
        files.Delete(IndexPathOf(log));
    }
}
