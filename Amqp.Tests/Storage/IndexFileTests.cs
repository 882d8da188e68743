using System.Globalization;
using Amqp.Storage.Compaction;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>
/// The store reads and writes logs and indexes in pieces. A record may be longer than a piece, or extend over two pieces.
/// </summary>
public sealed class IndexFileTests
{
    // Size of a piece in bytes. The store reads a log in pieces to build its index, and writes a compacted log in pieces.
    private const int Piece = 256 << 10;

    private readonly DiskFiles _files = new();
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void A_segment_gets_its_index_whatever_the_length_of_a_message_in_it([Values] bool isLast, [Values(-1, 0, 1, Piece)] int beyond)
    {
        int bytes = Piece + beyond - MessageRecord.PayloadAt(1);
        WrittenSegment written =
            new WrittenSegment(_folder.Path, 1).Messages(queue: 7, first: 1, count: 3, bytes: 1_000).Message(bytes, (7, 4));
        if (!isLast)
            written.Messages(queue: 7, first: 5, count: 2, bytes: 1_000);
        Segment segment = written.ToSegment();

        new SegmentIndexes(_files, StoreRun.Small, new SegmentLayout()).Create(segment);

        SegmentSummary summary = new IndexFiles(_files).TryRead(segment.Path, segment.Id, out _)!;
        QueueRow row = summary.Rows.Single();
        int count = isLast ? 4 : 6;
        Assert.That(
            (summary.LogLength, row.Count, row.First, row.Last, row.Bytes),
            Is.EqualTo((written.Length, count, 1L, (long)count, (count - 1) * 1_000L + bytes)));
        Assert.That(segment.IsIndexed, Is.True);
    }

    [Test]
    public void A_segment_that_goes_or_is_dead_while_its_index_is_made_gets_none([Values] bool isDead)
    {
        Segment segment = new WrittenSegment(_folder.Path, 1).Messages(queue: 7, first: 1, count: 3, bytes: 10).ToSegment();
        if (isDead)
            segment.Seal();
        else
            segment.IsDeleted = true;

        new SegmentIndexes(_files, StoreRun.Small, new SegmentLayout()).Create(segment);

        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "0000000000000001.log" }));
        Assert.That(segment.IsIndexed, Is.False);
    }

    [TestCase(1)]
    [TestCase(407)]
    [TestCase(408)] // longer than the first read
    [TestCase(1_000)]
    public void An_index_of_many_queues_is_read_whole_and_each_queue_found_in_it(int queues)
    {
        var written = new WrittenSegment(_folder.Path, 1);
        for (int i = 0; i < queues; i++)
            written.Message(i % 7, ((uint)(3 * i + 1), i + 1));
        Segment segment = written.ToSegment();
        new SegmentIndexes(_files, StoreRun.Small, new SegmentLayout()).Create(segment);
        var indexes = new IndexFiles(_files);

        SegmentSummary? summary = indexes.TryRead(segment.Path, segment.Id, out int bytes);

        Assert.That(
            summary?.Rows.Select(row => (row.Queue, row.Last, row.Bytes)),
            Is.EqualTo(Enumerable.Range(0, queues).Select(i => ((uint)(3 * i + 1), i + 1L, i % 7L))));
        Assert.That(bytes, Is.EqualTo(
            Math.Min(Math.Max(16 << 10, FileHeader.Size + summary!.Size), new FileInfo(IndexFiles.PathOf(segment.Path)).Length)));
        for (int i = 0; i < queues; i++)
        {
            using EntryCursor entries = indexes.OpenEntries(segment.Path, segment.Id, (uint)(3 * i + 1), at: 0, from: 0);
            Assert.That((entries.MoveNext(), entries.Current.Sequence, entries.MoveNext()), Is.EqualTo((true, i + 1L, false)));
        }
        Assert.That(() => indexes.OpenEntries(segment.Path, segment.Id, 3, at: 0, from: 0), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Entries_are_found_from_any_sequence_on_wherever_the_search_begins()
    {
        const int count = 20_000; // these entries take about 80 KiB, so a search for one of them may read several pieces of 32 KiB
        var written = new WrittenSegment(_folder.Path, 1).Message(0, (1, 1));
        for (int i = 0; i < count; i++)
            written.Message(i % 140, (2, 2 * i + 1)); // only odd sequence numbers occur
        Segment segment = written.Message(0, (3, 1)).ToSegment();
        new SegmentIndexes(_files, StoreRun.Small, new SegmentLayout()).Create(segment);
        var indexes = new IndexFiles(_files);
        QueueRow row = indexes.TryRead(segment.Path, segment.Id, out _)!.Rows[1];
        Assume.That(row.Size, Is.GreaterThan(2 * (32 << 10)));
        var (all, groups) = ReadAll();
        Assert.That(
            all.Select(entry => (entry.Sequence, entry.Length)),
            Is.EqualTo(Enumerable.Range(0, count).Select(i => (2L * i + 1, i % 140))));
        Assert.That(groups, Has.Count.EqualTo((count + 255) / 256));

        long[] places =
        [
            0, 1, row.At, row.At + 1, groups[1], groups[^1], groups[^1] + 1, row.At + row.Size - 1, row.At + row.Size,
            row.At + row.Size + 1, long.MaxValue
        ];
        long[] froms = [0, 1, 2, 511, 512, 513, 2 * 256 + 2, 2 * count - 2, 2 * count - 1, 2 * count, 2 * count + 1];
        foreach (long at in places)
        {
            foreach (long from in froms)
            {
                using EntryCursor entries = indexes.OpenEntries(segment.Path, segment.Id, 2, at, from);
                long expected = Math.Max(1, from | 1);
                bool isAny = entries.MoveNext();
                Assert.That(
                    isAny ? entries.Current.Sequence : -1,
                    Is.EqualTo(expected < 2 * count ? expected : -1),
                    string.Create(CultureInfo.InvariantCulture, $"from {from} at {at}"));
            }
        }

        (List<IndexEntry>, List<long>) ReadAll()
        {
            var found = new List<IndexEntry>();
            var begin = new List<long>();
            using EntryCursor entries = indexes.OpenEntries(segment.Path, segment.Id, 2, at: 0, from: 0);
            while (entries.MoveNext())
            {
                found.Add(entries.Current);
                if (begin.Count == 0 || begin[^1] != entries.GroupAt)
                    begin.Add(entries.GroupAt);
            }
            return (found, begin);
        }
    }

    [Test]
    public void A_compacted_log_has_each_record_whole_whatever_their_lengths()
    {
        int[] lengths = [10, Piece - 1_000, 1_000, Piece, 10, Piece - 100, Piece + 1, 3 * Piece, 10, 10];
        var segment = new Segment(1, SegmentSet.PathOf(_folder.Path, 1, SegmentSet.LogExtension), _ => { });
        var offsets = new List<long>();
        SegmentSummary summary;
        using (var log = new CompactedLog(_files, segment, StoreRun.Small.BlockSize))
        {
            for (int i = 0; i < lengths.Length; i++)
            {
                byte[] record = new byte[MessageRecord.PayloadAt(1) + lengths[i]];
                record.AsSpan(MessageRecord.PayloadAt(1)).Fill((byte)i);
                MessageRecord.WriteHead(record, 1);
                MessageRecord.WritePlace(record, 0, queue: 7, sequence: i + 1);
                offsets.Add(log.Length);
                log.Append(record);
            }
            summary = log.Finish();
        }

        byte[] bytes = File.ReadAllBytes(CompactedFiles.LogPathOf(segment.Path));
        Assert.That(
            (bytes.LongLength, summary.LogLength),
            Is.EqualTo((FileHeader.Size + lengths.Sum(length => (long)length + MessageRecord.PayloadAt(1)), bytes.LongLength)));
        var records = new RecordScanner(bytes.AsSpan(FileHeader.Size), segment.Id, FileHeader.Size);
        for (int i = 0; i < lengths.Length; i++)
        {
            Assert.That(
                (records.MoveNext(), records.Offset, records.Record.Length - MessageRecord.PayloadAt(1)),
                Is.EqualTo((true, offsets[i], lengths[i])));
            Assert.That(records.Record[MessageRecord.PayloadAt(1)..].ContainsAnyExcept((byte)i), Is.False);
        }
        Assert.That(records.MoveNext(), Is.False);
    }
}
