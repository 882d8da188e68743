using Amqp.Storage.Commits;
using Amqp.Storage.Compaction;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>The compactor selects segments, retries after failures, and keeps the records that are still needed.</summary>
public sealed class SegmentCompactorTests
{
    private const int Bytes = 1_000;

    // Messages in each segment. A record takes 1,025 bytes, so six records and the file header are just over half of a segment.
    private const int PerSegment = 12;

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;
    private RecoveredLog _log = null!;
    private SegmentCompactor _compactor = null!;
    private CompactedSegments _compacted = null!;
    private int _indexesRead;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        Directory.CreateDirectory(_folder.Segments);
        _files = new FaultyFiles();
        _indexesRead = 0;
    }

    [TearDown]
    public void Delete()
    {
        _log.Space.Dispose();
        _folder.Dispose();
    }

    [TestCase(PerSegment, 5, false)]
    [TestCase(PerSegment, 6, true)]
    [TestCase(4, 3, false)]
    [TestCase(5, 4, true)]
    public void A_segment_is_worth_it_when_half_of_it_and_a_block_are_dead(int messages, int settled, bool isWorthIt)
    {
        New(1).Messages(queue: 1, first: 1, messages, Bytes).Save();
        New(2).Settled(queue: 1, 1, settled).Save();
        Recover();

        Assert.That(Run(isIdle: true), Is.EqualTo(isWorthIt ? new long[] { 1 } : []));
    }

    [Test]
    public void Of_a_busy_broker_only_those_shrink_that_were_as_dead_before()
    {
        FillHalfDead(segments: 2);
        Recover();
        Assert.That(Run(isIdle: false), Is.Empty, "all messages may soon be dead");

        Settle(segment: 2, messages: 1);

        Assert.That(Run(isIdle: false), Is.EqualTo(new[] { 1 }));
        Assert.That(Run(isIdle: false), Is.EqualTo(new[] { 2 }), "segment 2 has not changed since; segment 1 is not retried");
        Assert.That(_compactor.AwaitsSettles, Is.False);
    }

    [Test]
    public void One_of_which_the_log_does_not_know_yet_that_it_is_dead_is_tried_less_and_less()
    {
        New(1).Messages(queue: 1, first: 1, PerSegment, Bytes).Save();
        Recover();
        Settle(segment: 1, messages: 8);

        Assert.That(Tries(isIdle: true), Is.EqualTo(1));
        Assert.That(_compactor.AwaitsSettles, Is.True);

        int[] tried = [.. Enumerable.Range(0, 9).Select(_ => Tries(isIdle: true))];

        Assert.That(tried, Is.EqualTo(new[] { 1, 1, 1, 1, 1, 0, 0, 0, 0 }));
        Assert.That(_compactor.AwaitsSettles, Is.False, "a segment that is given up waits for no settles");
        Assert.That(Tries(isIdle: false), Is.Zero);
        _compactor.Reconsider([_log.Segments.Present[0]]);
        Assert.That(Tries(isIdle: false), Is.EqualTo(1), "more of the segment's messages are known to be settled");
        Assert.That(Tries(isIdle: false), Is.Zero, "a busy broker waits for the next segment");
    }

    [Test]
    public void A_store_that_stops_begins_with_no_other()
    {
        FillHalfDead(segments: 3);
        Recover();
        int asked = 0;

        Assert.That(Run(isIdle: true, () => asked++ == 2), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void What_it_settles_of_others_stays_as_long_as_they_are_there_or_nobody_knows_what_they_have()
    {
        New(2).Messages(queue: 1, first: 11, count: 10, Bytes).Messages(queue: 2, first: 1, count: 1, Bytes).Save();
        New(3).Messages(queue: 2, first: 2, count: 10, Bytes).Save();
        // Segment 1 does not exist, as if it had been deleted.
        New(4).Settled(queue: 1, 1, 15).Settled(queue: 2, 1, 3).Messages(queue: 1, first: 21, PerSegment, Bytes).Save();
        New(5).Settled(queue: 1, 21, 31).Save();
        Recover();
        Assert.That(Settled(4), Is.EquivalentTo(new[] { (1u, 11L, 15L), (2u, 1L, 3L) }));

        _log.Space.Dispose();
        Recover();
        _log.Segments.Present[1].Blocks = null;
        Assert.That(Settled(4), Is.EquivalentTo(new[] { (1u, 1L, 15L), (2u, 1L, 3L) }), "all settles are kept");
    }

    private WrittenSegment New(long id) => new(_folder.Segments, id);

    /// <summary>
    /// Writes the given number of segments with messages. Then writes a segment that settles half of the messages of each segment.
    /// </summary>
    private void FillHalfDead(int segments)
    {
        WrittenSegment last = New(segments + 1);
        for (int i = 0; i < segments; i++)
        {
            New(i + 1).Messages(queue: 1, first: i * PerSegment + 1, PerSegment, Bytes).Save();
            last.Settled(queue: 1, i * PerSegment + 1, i * PerSegment + PerSegment / 2);
        }
        last.Save();
    }

    private void Recover()
    {
        _log = new LogRecovery(_files, new HashSet<uint> { 1, 2 }, StoreRun.Small)
            .Run(new SegmentSet(_folder.Segments, new CommitSignal()));
        _compacted = new CompactedSegments(new CommitSignal());
        _compactor = new SegmentCompactor(
            _files, _log.Indexes, _log.Segments, _log.Space, StoreRun.Small, new DurableQueues(_log.Queues), _compacted);
    }

    /// <summary>Marks messages of a segment as settled in memory only. Writes no settle record.</summary>
    private void Settle(int segment, int messages) => _log.Segments.Present[segment - 1].Settle(messages, messages * Bytes);

    private List<long> Run(bool isIdle, Func<bool>? isStopping = null)
    {
        _compactor.Run(isIdle, isStopping ?? (() => false));
        var compacted = new List<long>();
        while (_compacted.TryTake(out CompactedSegment? one))
            compacted.Add(one.Segment.Id);
        return compacted;
    }

    /// <summary>
    /// Runs the compactor, which must compact no segment. Returns 1 if the compactor read the index of the first segment, otherwise 0.
    /// </summary>
    private int Tries(bool isIdle)
    {
        _indexesRead = 0;
        _files.BeforeRead = name => _indexesRead += name == "0000000000000001.idx" ? 1 : 0;
        Assert.That(Run(isIdle), Is.Empty);
        return Math.Min(1, _indexesRead);
    }

    private List<(uint Queue, long From, long To)> Settled(long segment)
    {
        _compactor.Run(isIdle: true, () => false);
        var settled = new List<(uint Queue, long From, long To)>();
        while (_compacted.TryTake(out CompactedSegment? one))
        {
            if (one.Segment.Id != segment)
                continue;
            foreach ((uint queue, SequenceRanges ranges) in one.Summary.Settled)
                settled.AddRange(ranges.All.ToArray().Select(range => (queue, range.From, range.To)));
        }
        return settled;
    }
}
