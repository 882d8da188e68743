using System.Buffers;
using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>
/// Replaces segments that consist mostly of dead records by smaller files with the live records. Used by the housekeeper only.
/// </summary>
/// <remarks>
/// A record is dead if each of its queues is deleted or has settled the message. Only settles in synced files count. A segment keeps its
/// id, so its messages keep their order, and later settle records still apply.
/// </remarks>
internal sealed class SegmentCompactor(
    IStoreFiles files, SegmentIndexes indexes, SegmentSet segments, BlockSpace space, StoreOptions options,
    DurableQueues durableQueues, CompactedSegments ready)
{
    // Maximum number of segments that are compacted together. The settled ranges of all these segments are in memory at the same time.
    private const int MaxCandidates = 16;

    // Limits a settle record to 64 KiB: the record must fit into the buffers for reading and writing segments.
    private const int RangesPerRecord = 4096;

    private const int ReadSize = 256 << 10;

    // If compaction gains too little, the segment is tried again once N / 2 further segments have an index. N begins at 2, and doubles with
    // each such attempt, up to this maximum.
    private const int MaxPatience = 64;

    private readonly AcknowledgementFiles _acknowledgements = new(files);
    // live bytes of each mostly dead segment in the last run, by segment id
    private readonly Dictionary<long, long> _seen = [];
    // by segment id; NotBefore is the id that the newest indexed segment must reach before the next attempt
    private readonly Dictionary<long, (long NotBefore, int Patience)> _tried = [];

    /// <summary>
    /// True if the last run left a mostly dead segment as it is. The settles of its messages may be in a segment without an index.
    /// </summary>
    public bool AwaitsSettles { get; private set; }

    /// <summary>Compacts the segments that are mostly dead, if enough space is gained.</summary>
    /// <param name="isIdle">
    /// True if the store is idle. Then segments that lose messages fast are compacted too. Segments whose last attempt gained too little
    /// are tried again.
    /// </param>
    /// <param name="isStopping">Called before each segment. Returns true to stop.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Run(bool isIdle, Func<bool> isStopping)
    {
        Segment[] present = segments.Present;
        long newest = present.LastOrDefault(segment => segment.IsIndexed)?.Id ?? 0;
        Segment[] chosen = [.. present.Where(segment => IsCandidate(segment, newest, isIdle) && (isIdle || IsSteady(segment)))];
        foreach (Segment[] some in chosen.Chunk(MaxCandidates))
            Run(some, present, newest, isStopping);
        AwaitsSettles = chosen.Any(segment => !segment.IsBeingCompacted && IsMostlyDead(segment));
        Remember(present);
    }

    /// <summary>
    /// Allows new attempts for segments whose last attempt gained too little. Call when more messages of the segments are settled.
    /// </summary>
    public void Reconsider(IEnumerable<Segment> folded)
    {
        foreach (Segment segment in folded)
            _tried.Remove(segment.Id);
    }

    /// <summary>
    /// True if the segment lost less than an eighth of its live bytes since the last run. A segment that loses more may soon be empty.
    /// </summary>
    private bool IsSteady(Segment segment) => _seen.TryGetValue(segment.Id, out long live) && segment.LiveBytes > live - live / 8;

    private void Remember(Segment[] present)
    {
        _seen.Clear();
        foreach (Segment segment in present.Where(IsMostlyDead))
            _seen.Add(segment.Id, segment.LiveBytes);
        foreach (long gone in _tried.Keys.Except(present.Select(segment => segment.Id)).ToArray())
            _tried.Remove(gone);
    }

    private bool IsMostlyDead(Segment segment) =>
        segment.IsIndexed && !segment.IsDead && segment.Length - segment.LiveBytes >= Math.Max(options.BlockSize, segment.Length / 2);

    private bool IsCandidate(Segment segment, long newest, bool isIdle)
    {
        if (segment.IsBeingCompacted || !IsMostlyDead(segment))
            return false;
        (long notBefore, int patience) = _tried.GetValueOrDefault(segment.Id);
        return newest >= notBefore || (isIdle && patience < MaxPatience);
    }

    private void Run(Segment[] chosen, Segment[] present, long newest, Func<bool> isStopping)
    {
        // Numbers of the queues that exist now. Messages of a queue that is deleted later may be copied; recovery ignores them.
        HashSet<uint> queues = [.. durableQueues.All.Select(queue => queue.Number)];
        List<CompactionCandidate> candidates = [.. chosen.Select(TryChoose).OfType<CompactionCandidate>()];
        if (candidates.Count == 0)
            return;
        ReadSettled(candidates, present);
        foreach (CompactionCandidate candidate in candidates)
        {
            if (isStopping())
                return;
            if (!TryCompact(candidate, queues))
                Postpone(candidate.Segment, newest);
        }
    }

    private CompactionCandidate? TryChoose(Segment segment)
    {
        try
        {
            return new CompactionCandidate(segment, indexes.ReadSummary(segment));
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure) && segment.IsDead)
        {
            return null; // the segment may have been deleted in the meantime
        }
    }

    private void Postpone(Segment segment, long newest)
    {
        int patience = Math.Min(MaxPatience, 2 * Math.Max(1, _tried.GetValueOrDefault(segment.Id).Patience));
        _tried[segment.Id] = (newest + patience / 2, patience);
    }

    /// <summary>
    /// Finds the settled messages of the candidates, and the settles that the candidates must keep. Reads each index once.
    /// </summary>
    private void ReadSettled(List<CompactionCandidate> candidates, Segment[] present)
    {
        long oldest = candidates.Min(candidate => Math.Min(candidate.Segment.Id, candidate.Segment.OldestSettled));
        foreach (Segment segment in present.Where(segment => segment.Id >= oldest))
        {
            if (!segment.IsIndexed)
            {
                // The segment has no index: it is new, or its last live message was settled first. Its settles and messages are unknown.
                foreach (CompactionCandidate candidate in candidates.Where(candidate => candidate.Segment.Id > segment.Id))
                    candidate.AddUnknownTarget();
                continue;
            }
            SegmentSummary summary;
            try
            {
                summary = indexes.ReadSummary(segment);
            }
            catch (FileNotFoundException)
            {
                continue; // the segment was deleted, and its settles are now in the acknowledgements of older segments
            }
            foreach (CompactionCandidate candidate in candidates)
            {
                if (segment.Id >= candidate.Segment.Id)
                    candidate.AddSettled(summary.Settled);
                if (segment.Id <= candidate.Segment.Id && segment.Id >= candidate.Segment.OldestSettled)
                    candidate.AddTarget(summary);
            }
        }
        foreach (CompactionCandidate candidate in candidates)
        {
            if (candidate.Segment.HasAcknowledgements
                && _acknowledgements.TryRead(candidate.Segment.Path, candidate.Segment.Id) is { } folded)
                candidate.AddSettled(folded);
        }
    }

    /// <returns>False if a compacted file would save too little space, or if the index or a live record is damaged.</returns>
    private bool TryCompact(CompactionCandidate candidate, HashSet<uint> queues)
    {
        Segment segment = candidate.Segment;
        try
        {
            BlockPiece[] staying = FindUnloggedPieces(segment);
            List<IndexEntry> live = candidate.FindLive(indexes, queues, staying);
            if (segment.Length - live.Sum(entry => (long)entry.RecordLength) < Math.Max(options.BlockSize, segment.Length / 4))
                return false;
            if (segment.IsDead)
                return true; // a dead segment needs no compaction, because the committer deletes it
            CompactedSegment compacted = Write(candidate, queues, live);
            segment.IsBeingCompacted = true;
            ready.Add(compacted);
            return true;
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure) && segment.IsDead)
        {
            CompactedFiles.Delete(files, segment.Path);
            return true; // the segment may have been deleted in the meantime
        }
        catch (InvalidDataException)
        {
            CompactedFiles.Delete(files, segment.Path);
            return false;
        }
        catch
        {
            CompactedFiles.Delete(files, segment.Path);
            throw;
        }
    }

    /// <summary>
    /// Returns, in order, the pieces that must stay whole. They are the pieces of blocks with messages that are also in transient queues.
    /// </summary>
    private BlockPiece[] FindUnloggedPieces(Segment segment) =>
        [.. space.BlocksOf(segment)
            .Where(block => block.HasUnloggedQueues)
            .SelectMany(block => block.AllPieces)
            .OrderBy(piece => piece.FileOffset)];

    private CompactedSegment Write(CompactionCandidate candidate, HashSet<uint> queues, List<IndexEntry> live)
    {
        Segment segment = candidate.Segment;
        using var target = new CompactedLog(files, segment, options.BlockSize);
        foreach ((uint queue, SequenceRanges ranges) in candidate.Kept)
        {
            if (queues.Contains(queue))
                AppendSettled(target, queue, ranges.All);
        }
        byte[] mark = new byte[DeliveredRecord.Size];
        foreach ((uint queue, long upTo) in candidate.Summary.Delivered)
        {
            if (!queues.Contains(queue))
                continue;
            DeliveredRecord.Write(mark, queue, upTo);
            target.Append(mark);
        }
        var relocation = new Relocation();
        using (IStoreFile source = files.Open(segment.Path, FileAccess.Read))
        {
            for (int next = 0; next < live.Count;)
                next = CopyRun(source, target, segment, live, next, relocation);
        }
        return new CompactedSegment(segment, target.Finish(), relocation);
    }

    private static void AppendSettled(CompactedLog target, uint queue, ReadOnlySpan<SequenceRange> ranges)
    {
        byte[] record = new byte[SettleRecord.Size(Math.Min(ranges.Length, RangesPerRecord))];
        while (!ranges.IsEmpty)
        {
            ReadOnlySpan<SequenceRange> some = ranges[..Math.Min(ranges.Length, RangesPerRecord)];
            Span<byte> bytes = record.AsSpan(0, SettleRecord.Size(some.Length));
            SettleRecord.Write(bytes, queue, some);
            target.Append(bytes);
            ranges = ranges[some.Length..];
        }
    }

    /// <summary>Copies live records that are contiguous in the old file, with one read.</summary>
    /// <returns>Index of the first record that was not copied.</returns>
    private static int CopyRun(
        IStoreFile source, CompactedLog target, Segment segment, List<IndexEntry> live, int first, Relocation relocation)
    {
        int end = first + 1;
        long begin = live[first].Offset;
        while (end < live.Count && live[end].Offset == live[end - 1].End && live[end].End - begin <= ReadSize)
            end++;
        int length = (int)(live[end - 1].End - begin);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> bytes = buffer.AsSpan(0, length);
            bytes[source.Read(bytes, begin)..].Clear();
            for (int i = first; i < end; i++)
            {
                Span<byte> record = bytes.Slice((int)(live[i].Offset - begin), live[i].RecordLength);
                if (RecordHeader.ReadSize(record) != record.Length || !RecordHeader.IsIntact(record, segment.Id, live[i].Offset))
                    throw new InvalidDataException($"{segment.Path}: the record at {live[i].Offset} is damaged");
                relocation.Add(live[i].Offset, target.Length, record.Length);
                target.Append(record);
            }
            return end;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
