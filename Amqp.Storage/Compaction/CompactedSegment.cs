using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>A segment whose compacted file and index are written beside the old ones and synced, ready to replace them.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Summary">Summary in the new index.</param>
/// <param name="Relocation">New offsets of the records.</param>
internal sealed record CompactedSegment(Segment Segment, SegmentSummary Summary, Relocation Relocation);

/// <summary>
/// The files of a compacted segment before they replace the old ones. If a crash leaves such files, the next start deletes them.
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
