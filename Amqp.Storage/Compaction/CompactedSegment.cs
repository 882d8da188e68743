using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>A segment of which a smaller log and its index stand beside the old ones, synced, to take their place.</summary>
/// <param name="Segment">Which.</param>
/// <param name="Summary">Of the new index.</param>
/// <param name="Relocation">Where the records went.</param>
internal sealed record CompactedSegment(Segment Segment, SegmentSummary Summary, Relocation Relocation);

/// <summary>The files of a compacted segment until they take the place of the old. What a crash leaves of them is deleted at the next start.</summary>
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
