using Amqp.Storage;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Inspection;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// A verification reports all damage in a data directory, with file, offset and consequence. It ignores the usual traces of a crash.
/// </summary>
public sealed class VerificationTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public async Task Fill_some_segments()
    {
        using var living = new TestFolder();
        await using var run = new StoreRun(living.Path, StoreRun.Deep);
        run.Catalog.Put("a", "1"u8);
        run.Catalog.Put("b", "2"u8);
        for (int i = 0; i < 600; i++)
        {
            run.Store.Publish(new byte[100], Persistent, i % 2 == 0 ? [run.First] : [run.First, run.Second]);
            if (i % 10 != 0)
                continue;
            StoredMessage message = run.Second.Count > 0 ? run.Second.Take() : default;
            if (message.Sequence == 0)
                continue;
            run.Store.NoteDelivered(run.Second, message);
            run.Store.Settle(run.Second, message);
            await run.CommitAsync(); // commits after each settle, so that each settle gets its own record
        }
        await run.SettleDownAsync();
        _folder = living.Copy();
        Assume.That(_folder.IndexFiles, Has.Length.EqualTo(_folder.SegmentFiles.Length - 1).And.Length.GreaterThan(2));
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    private string Log => _folder.SegmentFiles[1];

    private string Index => _folder.IndexFiles[1];

    private string Tail => _folder.SegmentFiles[^1];

    [Test]
    public void What_a_killed_broker_leaves_is_sound() =>
        Assert.That(Verify().Findings, Is.Empty);

    [Test]
    public async Task What_a_stopped_broker_leaves_is_sound()
    {
        for (int restart = 0; restart < 2; restart++)
        {
            await using (var run = new StoreRun(_folder.Path, StoreRun.Small))
                run.Store.Publish("one more", Persistent, run.First);
            Assert.That(Verify().Findings, Is.Empty);
        }
    }

    [Test]
    public void A_missing_index_is_no_damage()
    {
        File.Delete(Index);

        Assert.That(Verify().Findings, Is.Empty);
    }

    [TestCase(1)]
    [TestCase(40)]
    [TestCase(300)]
    public void A_torn_end_of_the_tail_is_no_damage(int bytes)
    {
        (long offset, long length) = (Records(Tail)[^1].Offset, Records(Tail)[^1].Length);
        Cut(Tail, offset + Math.Min(bytes, length - 1));

        DataDirectoryVerdict verdict = Verify();
        Assert.That(verdict.IsSound, Is.True);
        Assert.That(
            verdict.Findings.Select(finding => (finding.File, finding.Offset, finding.Length)),
            Is.EqualTo(new[] { (Tail, offset, Math.Min(bytes, length - 1)) }));
    }

    [Test]
    public void A_tail_that_got_not_even_its_header_is_no_damage([Values(0, 10)] int bytes)
    {
        Cut(Tail, bytes);

        Assert.That(Verify().IsSound, Is.True);
    }

    [Test]
    public void A_torn_end_of_the_catalog_is_no_damage()
    {
        long length = new FileInfo(_folder.Catalog).Length;
        Cut(_folder.Catalog, length - 3);

        DataDirectoryVerdict verdict = Verify();
        Assert.That(verdict.IsSound, Is.True);
        Assert.That(verdict.Findings.Single().File, Is.EqualTo(_folder.Catalog));
    }

    [Test]
    public void A_flipped_byte_in_a_message_names_the_message_by_the_index()
    {
        (long offset, long length, _) = Records(Log).First(record => record.Type == RecordType.Message);
        (uint queue, long sequence) = PlaceAt(Log, offset);
        TestFolder.Flip(Log, offset + length - 1);

        Expect(Log, offset, length, $"of queue {queue} messages {sequence}");
    }

    [Test]
    public void A_message_between_others_is_named_alone()
    {
        var records = Records(Log);
        int at = Enumerable.Range(1, records.Length - 2)
            .First(at => records[(at - 1)..(at + 2)].All(record => record.Type == RecordType.Message)
                && MessageRecord.ReadQueues(File.ReadAllBytes(Log).AsSpan((int)records[at].Offset)) == 1);
        (long offset, long length, _) = records[at];
        (uint queue, long sequence) = PlaceAt(Log, offset);
        TestFolder.Flip(Log, offset + length - 1);

        Assert.That(Verify().Findings.Single().Message, Does.EndWith($"lost, unless settled before: of queue {queue} messages {sequence}"));
    }

    [Test]
    public void A_flipped_byte_in_a_message_without_index_says_that_it_was_one()
    {
        (long offset, long length, _) = Records(Tail).First(record => record.Type == RecordType.Message);
        TestFolder.Flip(Tail, offset + length - 1);

        Expect(Tail, offset, length, "a message is lost");
    }

    [Test]
    public void A_flipped_byte_in_a_settle_record_costs_nothing_while_the_index_knows_it()
    {
        (long offset, long length, _) = Records(Log).First(record => record.Type == RecordType.Settle);
        TestFolder.Flip(Log, offset + length - 1);

        Expect(Log, offset, length, "nothing is lost as long as the index exists");
    }

    [Test]
    public void A_flipped_byte_in_a_settle_record_without_index_lets_messages_come_again()
    {
        File.Delete(Index);
        (long offset, long length, _) = Records(Log).First(record => record.Type == RecordType.Settle);
        TestFolder.Flip(Log, offset + length - 1);

        Expect(Log, offset, length, "delivered again");
    }

    [Test]
    public void A_flipped_byte_in_a_delivered_record_is_named()
    {
        File.Delete(Index);
        (long offset, long length, _) = Records(Log).First(record => record.Type == RecordType.Delivered);
        TestFolder.Flip(Log, offset + length - 1);

        Expect(Log, offset, length, "redelivered flag");
    }

    [Test]
    public void A_damaged_header_of_a_log_is_named()
    {
        TestFolder.Flip(Log, 2);

        Expect(Log, 0, FileHeader.Size, "header");
    }

    [Test]
    public void Every_piece_of_damage_is_reported()
    {
        (long Offset, long Length, RecordType Type)[] records = Records(Log);
        foreach (int i in new[] { 3, 9, 20 })
            TestFolder.Flip(Log, records[i].Offset + RecordHeader.Size);
        TestFolder.Flip(_folder.IndexFiles[0], 30);

        Assert.That(Verify().Findings.Select(finding => finding.File), Is.EqualTo(new[] { _folder.IndexFiles[0], Log, Log, Log }));
    }

    [Test]
    public void A_log_that_is_cut_within_a_record_is_named()
    {
        long whole = new FileInfo(Log).Length;
        (long offset, _, _) = Records(Log)[^20];
        Cut(Log, offset + 5);

        Expect(Log, offset, whole - offset, $"cut off at {offset + 5}; lost");
    }

    [Test]
    public void A_log_that_is_cut_between_records_is_known_by_its_index()
    {
        long whole = new FileInfo(Log).Length;
        (long offset, _, _) = Records(Log)[^20];
        Cut(Log, offset);

        Expect(Log, offset, whole - offset, "cut off");
    }

    [Test]
    public void A_log_without_index_that_is_cut_and_not_the_last_is_damaged()
    {
        File.Delete(Index);
        (long offset, _, _) = Records(Log)[^1];
        Cut(Log, offset + 5);

        Expect(Log, offset, 5, "damaged");
    }

    [Test]
    public void A_log_that_grew_behind_its_index_is_named()
    {
        long whole = new FileInfo(Log).Length;
        (long offset, long length, _) = Records(Log)[^1];
        byte[] again = File.ReadAllBytes(Log)[(int)offset..(int)(offset + length)];
        RecordHeader.WriteChecksum(again, 2, whole);
        using (FileStream file = new(Log, FileMode.Append))
            file.Write(again);

        Expect(Log, whole, length, "longer than its index says");
    }

    [TestCase(RecordHeader.Size + 5)]
    [TestCase(SegmentSummary.HeadSize + 6)]
    public void A_flipped_byte_in_the_summary_of_an_index_is_named(int at)
    {
        (long offset, long length, _) = Records(Index)[0];
        TestFolder.Flip(Index, offset + at);

        Expect(Index, offset, length, "nothing is lost");
    }

    [Test]
    public void A_flipped_byte_in_a_group_of_entries_is_named([Values(1, 2)] int group)
    {
        (long offset, long length, _) = Records(Index)[group];
        TestFolder.Flip(Index, offset + length - 1);

        Expect(Index, offset, length, "nothing is lost");
    }

    [Test]
    public void A_damaged_header_of_an_index_is_named()
    {
        TestFolder.Flip(Index, 2);

        Expect(Index, 0, FileHeader.Size, "nothing is lost");
    }

    [Test]
    public void An_index_that_is_cut_within_a_group_is_named()
    {
        (long offset, long length, _) = Records(Index)[^1];
        Cut(Index, offset + length - 3);

        Expect(Index, offset, length - 3, "nothing is lost");
    }

    [Test]
    public void An_index_that_is_cut_between_groups_is_named()
    {
        (long offset, long length, _) = Records(Index)[^1];
        Cut(Index, offset);

        Expect(Index, offset, length, "nothing is lost");
    }

    [Test]
    public void An_index_without_contents_is_named([Values(0, FileHeader.Size)] int bytes)
    {
        Cut(Index, bytes);

        InspectionFinding finding = Verify().Findings.Single();
        Assert.That((finding.File, finding.IsDamage), Is.EqualTo((Index, true)));
    }

    // The index is built from all records of the log except the last one of the given type. So the index is valid but differs from the log.
    [TestCase((byte)RecordType.Message, "rows")]
    [TestCase((byte)RecordType.Settle, "settled messages")]
    [TestCase((byte)RecordType.Delivered, "delivered marks")]
    public void A_whole_index_that_says_something_else_than_its_log_is_named(byte without, string expected)
    {
        byte[] log = File.ReadAllBytes(Log);
        var builder = new SegmentIndexBuilder(2, StoreRun.Deep.BlockSize);
        (long Offset, long Length, RecordType Type)[] records = Records(Log);
        long left = records.Last(record => (byte)record.Type == without).Offset;
        foreach ((long offset, long length, _) in records.Where(record => record.Offset != left))
            builder.TryAdd(log.AsSpan((int)offset, (int)length), offset);
        new IndexFiles(new DiskFiles()).Write(Log, builder, builder.Summarize(log.Length));

        IReadOnlyList<InspectionFinding> findings = Verify().Findings;
        Assert.That(findings.Select(finding => (finding.File, finding.IsDamage)), Has.All.EqualTo((Index, true)));
        Assert.That(findings.Select(finding => finding.Message), Has.Some.Contains(expected).And.Some.Contains("blocks"));
    }

    [Test]
    public void An_index_whose_entries_lead_elsewhere_is_named()
    {
        (long offset, long length, _) = Records(Index)[1];
        byte[] bytes = File.ReadAllBytes(Index);
        Span<byte> group = bytes.AsSpan((int)offset, (int)length);
        group[EntryGroup.HeadSize + 1] ^= 1; // changes the log offset in the group's first entry
        RecordHeader.WriteChecksum(group, 2, offset);
        File.WriteAllBytes(Index, bytes);

        Expect(Index, offset, 0, "entries of queue 1");
    }

    [Test]
    public void Blocks_of_another_size_are_no_damage()
    {
        byte[] log = File.ReadAllBytes(Log);
        var builder = new SegmentIndexBuilder(2, blockSize: 1_000);
        foreach ((long offset, long length, _) in Records(Log))
            builder.TryAdd(log.AsSpan((int)offset, (int)length), offset);
        new IndexFiles(new DiskFiles()).Write(Log, builder, builder.Summarize(log.Length));

        Assert.That(Verify().Findings, Is.Empty);
    }

    [Test]
    public void Damaged_acknowledgements_are_named()
    {
        var settled = new SequenceRanges();
        settled.Add(new SequenceRange(1, 2));
        new AcknowledgementFiles(new DiskFiles()).Write(Log, 2, new Dictionary<uint, SequenceRanges> { [1] = settled });
        Assert.That(Verify().Findings, Is.Empty);
        string path = Path.ChangeExtension(Log, ".acks");
        TestFolder.Flip(path, -1);

        Expect(path, 0, new FileInfo(path).Length, "delivered again");
    }

    [Test]
    public void A_damaged_catalog_is_named()
    {
        TestFolder.Flip(_folder.Catalog, FileHeader.Size + RecordHeader.Size);

        Expect(_folder.Catalog, FileHeader.Size, CatalogRecord.Size(1, 1), "the catalog is damaged");
    }

    [TestCase(1, "messages 23")]
    [TestCase(2, "messages 21, 23")]
    [TestCase(8, "messages 9, 11, 13, 15, 17, 19, 21, 23")]
    [TestCase(9, "messages 7, 9, 11, 13, 15, 17, 19, 21 and others")]
    public void Of_the_messages_that_are_lost_eight_are_named_and_neighbours_together(int lost, string expected)
    {
        using var folder = new TestFolder();
        using (DataDirectory.Open(folder.Path, StoreRun.Small)) { }
        var odd = new WrittenSegment(folder.Segments, 1);
        for (int i = 0; i < 12; i++)
            odd.Message(10, (1, 2 * i + 1));
        WrittenSegment all = new WrittenSegment(folder.Segments, 2).Messages(2, first: 1, count: 12, bytes: 10);
        odd.Save();
        all.Save();
        new WrittenSegment(folder.Segments, 3).Message(10, (1, 100)).Save();
        using (DataDirectory directory = DataDirectory.Open(folder.Path, StoreRun.Small))
            directory.OpenStore(new HashSet<uint> { 1, 2 });
        long size = MessageRecord.PayloadAt(1) + 10;
        Cut(odd.Path, odd.Length - lost * size);
        Cut(all.Path, all.Length - lost * size);

        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(folder.Path);
        string together = lost == 1 ? "messages 12" : $"messages {13 - lost} to 12";
        Assert.That(
            inspection.Verify().Findings.Select(finding => finding.Message.Split("lost, unless settled before: ")[^1]),
            Is.EqualTo(new[] { $"of queue 1 {expected}", $"of queue 2 {together}" }));
    }

    private void Expect(string file, long offset, long length, string message)
    {
        DataDirectoryVerdict verdict = Verify();
        Assert.That(verdict.IsSound, Is.False);
        Assert.That(
            verdict.Findings.Select(finding => (finding.File, finding.Offset, finding.Length, finding.IsDamage)),
            Is.EqualTo(new[] { (file, offset, length, true) }));
        Assert.That(verdict.Findings[0].Message, Does.Contain(message));
    }

    private DataDirectoryVerdict Verify()
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        return folder.Verify();
    }

    private static (uint Queue, long Sequence) PlaceAt(string log, long offset) =>
        MessageRecord.ReadPlace(File.ReadAllBytes(log).AsSpan((int)offset), 0);

    private static void Cut(string path, long length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static (long Offset, long Length, RecordType Type)[] Records(string path)
    {
        long id = Convert.ToInt64(Path.GetFileNameWithoutExtension(path), 16);
        var found = new List<(long, long, RecordType)>();
        var records = new RecordScanner(File.ReadAllBytes(path).AsSpan(FileHeader.Size), id, FileHeader.Size);
        while (records.MoveNext())
            found.Add((records.Offset, records.Record.Length, RecordHeader.ReadType(records.Record)));
        return [.. found];
    }
}
