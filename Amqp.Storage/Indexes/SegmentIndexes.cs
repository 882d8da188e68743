using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Indexes;

/// <summary>The indexes of the existing segments: creates, rebuilds and reads them. Thread-safe.</summary>
/// <remarks>
/// A reader of entries locks <see cref="Layout"/> before it opens the index, and unlocks it after it has used the entries.
/// </remarks>
internal sealed class SegmentIndexes(IStoreFiles files, StoreOptions options, SegmentLayout layout)
{
    private readonly IndexFiles _indexes = new(files);

    /// <summary>The lock that keeps segments from being compacted while they are read.</summary>
    public SegmentLayout Layout { get; } = layout;

    /// <summary>Writes the index of a segment that was sealed in this run.</summary>
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

    /// <summary>Returns the summary of a segment's index. Rebuilds an index that is damaged or missing.</summary>
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
            // Rebuilt below, like a damaged index.
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
