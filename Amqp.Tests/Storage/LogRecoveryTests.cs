using Amqp.Storage;
using Amqp.Storage.Commits;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>Recovery finds out which segments can be deleted or compacted.</summary>
public sealed class LogRecoveryTests
{
    private const int Bytes = 1_000;

    private readonly DiskFiles _files = new();
    private TestFolder _folder = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        Directory.CreateDirectory(_folder.Segments);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void It_knows_how_much_of_each_segment_is_needed_and_the_oldest_that_each_settles_messages_of([Values] bool hasIndexes)
    {
        NewSegment(1).Messages(queue: 1, first: 1, count: 4, bytes: Bytes).Save();
        NewSegment(2).Messages(queue: 1, first: 5, count: 4, bytes: Bytes).Messages(queue: 2, first: 1, count: 4, bytes: Bytes).Save();
        NewSegment(3).Message(Bytes, (2, 5)).Settled(queue: 2, 1, 2).Settled(queue: 1, 6, 6).Save();
        NewSegment(4).Settled(queue: 1, 3, 3).Settled(queue: 2, 5, 5).Settled(queue: 9, 1, 1).Save();
        NewSegment(5).Settled(queue: 2, 3, 3).Settled(queue: 1, 2, 2).Message(Bytes, (1, 9), (2, 6)).Save();
        if (hasIndexes)
            Recover().Space.Dispose();

        RecoveredLog log = Recover();

        Segment[] segments = log.Segments.Present;
        Assert.That(
            segments.Select(segment => (segment.Id, segment.OldestSettled)),
            Is.EqualTo(new[] { (1L, 1L), (2, 2), (3, 2), (4, 1), (5, 1) }));
        Assert.That(
            segments.Select(segment => segment.LiveBytes),
            Is.EqualTo(new[] { 2, 4, 0, 0, 2 }.Select(messages => MessageRecord.Cost(messages, messages * Bytes))));
        Assert.That(segments.Select(segment => segment.IsDead), Is.EqualTo(new[] { false, false, true, true, false }));
        Assert.That(segments.Select(segment => segment.Length), Is.EqualTo(_folder.SegmentFiles.Select(file => new FileInfo(file).Length)));
        log.Space.Dispose();
    }

    [Test]
    public void It_tells_how_much_it_found_and_how_much_it_had_to_read()
    {
        WrittenSegment[] written =
        [
            NewSegment(1).Messages(queue: 1, first: 1, count: 4, bytes: Bytes).Save(),
            NewSegment(2).Messages(queue: 2, first: 1, count: 3, bytes: Bytes).Save(),
            NewSegment(4).Settled(queue: 1, 1, 2).Messages(queue: 9, first: 1, count: 3, bytes: Bytes).Save(),
        ];
        Recover().Space.Dispose();
        File.Delete(_folder.IndexFiles[1]);
        long indexes = _folder.IndexFiles.Sum(file => new FileInfo(file).Length);

        RecoveredLog log = Recover();

        Assert.That(
            (log.Report.Messages, log.Report.Segments, log.Report.SegmentsIndexed, log.Report.HighestQueue),
            Is.EqualTo((5L, 3, 1, 9u)));
        Assert.That(log.Report.Bytes, Is.EqualTo(indexes + written[1].Length));
        log.Space.Dispose();
    }

    [Test]
    public void Damage_in_the_catalog_and_in_the_log_is_told_together()
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, StoreRun.Small))
            directory.Catalog.Put("key", "value"u8);
        NewSegment(1).Messages(queue: 1, first: 1, count: 2, bytes: Bytes).Save();
        TestFolder.Flip(_folder.SegmentFiles[0], FileHeader.Size + 100);
        TestFolder.Flip(_folder.Catalog, 3);

        using DataDirectory next = DataDirectory.Open(_folder.Path, StoreRun.Small);
        Assert.That(next.Report.Findings.Select(finding => finding.File), Is.EqualTo(new[] { _folder.Catalog }));
        next.OpenStore(new HashSet<uint> { 1 });
        Assert.That(next.Report.Findings.Select(finding => finding.File), Is.EqualTo(new[] { _folder.Catalog, _folder.SegmentFiles[0] }));
    }

    [TestCase("10-10", 1)]
    [TestCase("11-11", 2)]
    [TestCase("20-25", 2)]
    [TestCase("1-40", 1)]
    [TestCase("5-5 28-28", 1)]
    [TestCase("21-22 26-26", 3)]
    [TestCase("30-30", 3)]
    [TestCase("21-24", 9)]
    [TestCase("31-40", 9)]
    [TestCase("22-22 31-31", 9)] // the range skips a segment in between
    public void The_oldest_segment_that_is_settled_of_is_the_first_that_has_one_of_the_messages(string ranges, int expected)
    {
        var queue = new RecoveredQueue(7, []);
        foreach (var (id, first, last) in new[] { (1, 1, 10), (2, 11, 20), (3, 25, 30) })
            queue.Add(Recovered(id), new QueueRow(7, last - first + 1, first, last, 0, 0, 0));
        var settled = new SequenceRanges();
        foreach (string[] range in ranges.Split(' ').Select(range => range.Split('-')))
            settled.Add(new SequenceRange(long.Parse(range[0], null), long.Parse(range[1], null)));

        Assert.That(queue.OldestSettledBy(settled, otherwise: 9), Is.EqualTo(expected));
    }

    [Test]
    public void The_delivered_mark_that_counts_is_the_highest_and_of_equal_ones_the_last()
    {
        var queue = new RecoveredQueue(7, []);
        queue.MarkDelivered(5, segment: 1);
        queue.MarkDelivered(5, segment: 2); // before the store deletes segment 1, it repeats the mark in segment 2
        Assert.That((queue.DeliveredMark, queue.DeliveredSegment), Is.EqualTo((5, 2)));

        queue.MarkDelivered(3, segment: 3);

        Assert.That((queue.DeliveredMark, queue.DeliveredSegment, queue.LastSequence), Is.EqualTo((5, 2, 5)));
    }

    private static RecoveredSegment Recovered(long id) => new(
        new Segment(id, "", _ => { }), new SegmentSummary { LogLength = 0, Rows = [], Blocks = [], Settled = [], Delivered = [] }, []);

    private WrittenSegment NewSegment(long id) => new(_folder.Segments, id);

    private RecoveredLog Recover() =>
        new LogRecovery(_files, new HashSet<uint> { 1, 2 }, StoreRun.Small).Run(new SegmentSet(_folder.Segments, new CommitSignal()));
}
