using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Compaction;

/// <summary>
/// Compacted segments whose old files are still in use. The housekeeper adds segments, and the committer replaces their files. Thread-safe.
/// </summary>
internal sealed class CompactedSegments(CommitSignal signal)
{
    private readonly ConcurrentQueue<CompactedSegment> _compacted = new();

    public bool IsEmpty => _compacted.IsEmpty;

    /// <summary>Adds a segment whose new files can replace the old ones.</summary>
    public void Add(CompactedSegment compacted)
    {
        _compacted.Enqueue(compacted);
        signal.Wake();
    }

    public bool TryTake([NotNullWhen(true)] out CompactedSegment? compacted) => _compacted.TryDequeue(out compacted);
}
