using System.Globalization;
using Amqp.Storage.Compaction;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>A segment, as the names of its files describe it.</summary>
/// <param name="Id">Id of the segment.</param>
/// <param name="Path">Path of the segment's file.</param>
/// <param name="IsSettlesOnly">
/// True for a segment of format 1 whose messages all count as settled. Its settle records are still valid.
/// </param>
/// <param name="HasIndex">True if the index exists.</param>
/// <param name="HasAcknowledgements">True if the acknowledgement file exists.</param>
internal readonly record struct SegmentFile(long Id, string Path, bool IsSettlesOnly, bool HasIndex, bool HasAcknowledgements)
{
    private bool IsKnownToBeSynced => IsSettlesOnly || HasIndex || HasAcknowledgements;

    /// <summary>Lists the segments in a folder, in order. Deletes unfinished files, and files that belong to a missing segment.</summary>
    public static IReadOnlyList<SegmentFile> In(IStoreFiles files, string directory)
    {
        var named = new Dictionary<long, HashSet<string>>();
        foreach (string name in files.List(directory))
        {
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 || !long.TryParse(name.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long id))
                continue;
            if (!named.TryGetValue(id, out HashSet<string>? extensions))
                named.Add(id, extensions = []);
            extensions.Add(name[dot..]);
        }
        var found = new List<SegmentFile>();
        foreach ((long id, HashSet<string> extensions) in named.OrderBy(entry => entry.Key))
        {
            bool isSettlesOnly = extensions.Contains(SegmentSet.SettlesOnlyExtension);
            bool isSegment = isSettlesOnly || extensions.Contains(SegmentSet.LogExtension);
            Delete(
                files, directory, id, extensions, IndexFiles.UnfinishedExtension, AcknowledgementFiles.UnfinishedExtension,
                CompactedFiles.LogExtension, CompactedFiles.IndexExtension);
            if (!isSegment)
            {
                Delete(files, directory, id, extensions, IndexFiles.Extension, AcknowledgementFiles.Extension);
                continue;
            }
            string path = SegmentSet.PathOf(directory, id, isSettlesOnly ? SegmentSet.SettlesOnlyExtension : SegmentSet.LogExtension);
            found.Add(new SegmentFile(
                id, path, isSettlesOnly, extensions.Contains(IndexFiles.Extension), extensions.Contains(AcknowledgementFiles.Extension)));
        }
        // A new segment may get the id of a deleted segment. After the sync, a power cut cannot bring back files of the deleted segment.
        files.SyncDirectory(directory);
        return found;
    }

    /// <summary>Returns which bytes may follow the last record of a segment's file without being damage.</summary>
    public static LogEnd EndOf(IReadOnlyList<SegmentFile> found, int at)
    {
        if (at == found.Count - 1)
            return LogEnd.Unfinished;
        // Segments are synced in order. A segment gets an index or acknowledgements only after it was synced.
        return at == found.Count - 2 && !found[at].IsKnownToBeSynced && !found[at + 1].IsKnownToBeSynced
            ? LogEnd.SyncedOrZeros
            : LogEnd.Synced;
    }

    private static void Delete(IStoreFiles files, string directory, long id, HashSet<string> present, params string[] extensions)
    {
        foreach (string extension in extensions.Where(present.Contains))
            files.Delete(SegmentSet.PathOf(directory, id, extension));
    }
}
