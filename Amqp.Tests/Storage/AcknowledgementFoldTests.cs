using Amqp.Storage.Compaction;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>
/// Before a dead segment is deleted, its settle records are distributed to the older segments that hold the settled messages.
/// </summary>
public sealed class AcknowledgementFoldTests
{
    private TestFolder _folder = null!;
    private DiskFiles _files = null!;
    private SegmentIndexes _indexes = null!;
    private AcknowledgementFold _fold = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new DiskFiles();
        _indexes = new SegmentIndexes(_files, StoreRun.Small, new SegmentLayout());
        _fold = new AcknowledgementFold(_files, _indexes, StoreRun.Small, _folder.Path);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void A_segment_is_told_what_was_settled_of_its_own_messages_and_of_no_others()
    {
        Segment first = NewSegment(1, messages: [(1, 1, 10), (2, 1, 5), (3, 1, 9)]);
        Segment second = NewSegment(2, messages: [(1, 11, 20)]);
        Segment dead = NewSegment(3, settled: [(1, 8, 30), (2, 3, 3), (4, 1, 9)]);

        Assert.That(_fold.Fold(dead, [first, second]), Is.True);

        Assert.That(Folded(first), Is.EquivalentTo(new[] { (1u, 8L, 10L), (2u, 3L, 3L) }));
        Assert.That(Folded(second), Is.EqualTo(new[] { (1u, 11L, 20L) }));
        Assert.That(dead.FoldedInto, Is.EquivalentTo(new[] { 1, 2 }));
    }

    [Test]
    public void What_it_was_told_before_stays()
    {
        Segment target = NewSegment(1, messages: [(1, 1, 10), (2, 1, 10), (3, 1, 10)]);
        _fold.Fold(NewSegment(2, settled: [(1, 1, 2), (2, 5, 5)]), [target]);

        _fold.Fold(NewSegment(3, settled: [(1, 4, 4), (3, 7, 8)]), [target]);

        Assert.That(Folded(target), Is.EquivalentTo(new[] { (1u, 1L, 2L), (1u, 4L, 4L), (2u, 5L, 5L), (3u, 7L, 8L) }));
    }

    [Test]
    public void A_segment_that_goes_meanwhile_leaves_no_acknowledgements_behind()
    {
        Segment going = NewSegment(1, messages: [(1, 1, 10)]);
        going.IsDeleted = true;

        _fold.Fold(NewSegment(2, settled: [(1, 1, 9)]), [going]);

        Assert.That((File.Exists(AcknowledgementFiles.PathOf(going.Path)), going.HasAcknowledgements), Is.EqualTo((false, false)));
    }

    [Test]
    public void One_that_is_dead_or_has_no_index_yet_is_told_nothing_and_does_not_count()
    {
        Segment dying = NewSegment(1, messages: [(1, 1, 10)]);
        dying.Seal();
        Segment unknown = NewSegment(2, messages: [(1, 11, 20)]);
        unknown.Blocks = null;
        Segment dead = NewSegment(3, settled: [(1, 1, 20)]);

        Assert.That(_fold.Fold(dead, [dying, unknown]), Is.False);

        Assert.That(dead.FoldedInto, Is.Null);
        Assert.That(Directory.GetFiles(_folder.Path, "*.acks*"), Is.Empty);
    }

    /// <summary>Creates a segment that has an index file but no log file.</summary>
    private Segment NewSegment(
        long id, (uint Queue, long From, long To)[]? messages = null, (uint Queue, long From, long To)[]? settled = null)
    {
        var segment = new Segment(id, SegmentSet.PathOf(_folder.Path, id, SegmentSet.LogExtension), _ => { });
        using var builder = new SegmentIndexBuilder(id, StoreRun.Small.BlockSize);
        long offset = FileHeader.Size;
        foreach ((uint queue, long from, long to) in messages ?? [])
        {
            for (long sequence = from; sequence <= to; sequence++)
            {
                byte[] record = new byte[MessageRecord.PayloadAt(1)];
                MessageRecord.WriteHead(record, 1);
                MessageRecord.WritePlace(record, 0, queue, sequence);
                Add(record);
            }
        }
        foreach ((uint queue, long from, long to) in settled ?? [])
        {
            byte[] record = new byte[SettleRecord.Size(1)];
            SettleRecord.Write(record, queue, [new SequenceRange(from, to)]);
            Add(record);
        }
        SegmentSummary summary = builder.Summarize(offset);
        new IndexFiles(_files).Write(segment.Path, builder, summary);
        segment.Blocks = summary.Blocks;
        return segment;

        void Add(byte[] record)
        {
            builder.TryAdd(record, offset);
            offset += record.Length;
        }
    }

    private IEnumerable<(uint Queue, long From, long To)> Folded(Segment segment) =>
        from entry in new AcknowledgementFiles(_files).TryRead(segment.Path, segment.Id)!
        from range in entry.Value.All.ToArray()
        select (entry.Key, range.From, range.To);
}
