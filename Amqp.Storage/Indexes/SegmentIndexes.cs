using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Indexes;

/// <summary>Creates, rebuilds and reads the indexes of segments. Thread-safe.</summary>
/// <remarks>A thread that reads entries holds the lock <see cref="Layout"/> while it uses an index.</remarks>
internal sealed class SegmentIndexes(IStoreFiles files, StoreOptions options, SegmentLayout layout)
{
    private readonly IndexFiles _indexes = new(files);

    /// <summary>The lock that prevents the replacement of a segment's files while a thread reads them.</summary>
    public SegmentLayout Layout { get; } = layout;

    /// <summary>Writes the index of a full segment. The segment must have been written in this run of the store.</summary>
    /// <exception cref="InvalidDataException">The segment is damaged.</exception>
    /// <exception cref="IOException">The segment cannot be read, or the index cannot be written.</exception>
    public void Create(Segment segment)
    {
        if (segment.IsDead)
            return;
        using var builder = new SegmentIndexBuilder(segment.Id, options.BlockSize);
        SegmentScan.ReadSound(files, segment, builder);
        SegmentSummary summary = builder.Summarize(segment.Length);
        _indexes.WriteUnfinished(segment.Path, builder, summary);
        lock (segment)
        {
            if (segment.IsDeleted)
            {
                _indexes.DeleteUnfinished(segment.Path);
                return;
            }
            _indexes.Finish(segment.Path);
            segment.Blocks = summary.Blocks;
        }
    }

    /// <summary>Returns the summary of a segment's index. If the index is damaged or missing, rebuilds it first.</summary>
    public SegmentSummary ReadSummary(Segment segment)
    {
        using SegmentLayout.Reading reading = Layout.Read();
        try
        {
            if (_indexes.TryRead(segment.Path, segment.Id, out _) is { } summary)
                return summary;
        }
        catch (FileNotFoundException)
        {
            // A missing index is rebuilt below, like a damaged one.
        }
        return Rebuild(segment);
    }

    /// <inheritdoc cref="IndexFiles.OpenEntries"/>
    public EntryCursor OpenEntries(Segment segment, uint queue, long at, long from) =>
        _indexes.OpenEntries(segment.Path, segment.Id, queue, at, from);

    /// <summary>Rebuilds an index from the intact records of its segment.</summary>
    public SegmentSummary Rebuild(Segment segment)
    {
        lock (segment)
            return RebuildAlone(segment);
    }

    private SegmentSummary RebuildAlone(Segment segment)
    {
        using var builder = new SegmentIndexBuilder(segment.Id, options.BlockSize);
        ScannedLog log = SegmentScan.ReadAny(files, segment.Path, segment.Id, builder, _ => { });
        SegmentSummary summary = builder.Summarize(log.Length);
        _indexes.Write(segment.Path, builder, summary);
        segment.Blocks = summary.Blocks;
        return summary;
    }
}
