using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Inspection;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>An inspection of a data directory reports its queues and messages, and changes no file.</summary>
public sealed class InspectionTests
{
    private static readonly HashSet<uint> _both = [1, 2];

    private TestFolder _folder = null!;

    [SetUp]
    public async Task Leave_what_a_killed_broker_leaves()
    {
        using var living = new TestFolder();
        await using var run = new StoreRun(living.Path, StoreRun.Deep);
        for (int i = 0; i < 900; i++)
            run.Store.Publish(
                new byte[i % 100], Persistent, (i % 3) switch { 0 => [run.First], 1 => [run.Second], _ => [run.First, run.Second] });
        for (int i = 0; i < 100; i++)
            run.Store.Consume(run.First);
        StoredMessage[] some = [.. Enumerable.Range(0, 40).Select(_ => run.Second.Take())];
        run.Store.NoteDelivered(run.Second, some[^1]);
        foreach (StoredMessage message in some.Where((_, i) => i % 2 == 0))
            run.Store.Settle(run.Second, message);
        await run.SettleDownAsync();
        _folder = living.Copy();
        Assume.That(_folder.IndexFiles, Has.Length.EqualTo(_folder.SegmentFiles.Length - 1).And.Length.GreaterThan(2));
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Queues_have_the_counts_that_a_start_finds()
    {
        IReadOnlyList<QueueContents> queues = Inspect().Queues;

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(queues.Select(queue => (queue.Number, queue.Messages, queue.Bytes, queue.RedeliveredUpTo)), Is.EqualTo(new[]
        {
            (1u, (long)run.First.Count, run.First.Bytes, run.First.Delivered.UpTo),
            (2u, run.Second.Count, run.Second.Bytes, run.Second.Delivered.UpTo),
        }));
        Assert.That(queues.Select(queue => queue.Messages), Is.EqualTo(new[] { 500, 580 }));
        Assert.That(queues[1].RedeliveredUpTo, Is.EqualTo(40));
        Assert.That(queues.Select(queue => queue.LastSequence), Is.EqualTo(new[] { 600, 600 }));
    }

    [Test]
    public void Segments_have_all_messages_and_the_live_ones()
    {
        IReadOnlyList<SegmentContents> segments = Inspect().Segments;

        Assert.That(segments.Sum(segment => segment.Messages), Is.EqualTo(1_200));
        Assert.That(segments.Sum(segment => segment.LiveMessages), Is.EqualTo(1_080));
        Assert.That(segments.Sum(segment => segment.Settles), Is.EqualTo(120));
    }

    [Test]
    public void Bytes_of_a_message_in_two_queues_count_once()
    {
        long live = 0;
        var settled = new Dictionary<int, int>(); // for each queue: the number of its messages so far
        for (int i = 0; i < 900; i++)
        {
            bool first = i % 3 != 1 && Next(1) > 100;
            bool second = i % 3 != 0 && Next(2) is var sequence && (sequence > 40 || sequence % 2 == 0);
            if (first || second)
                live += MessageRecord.PayloadAt(i % 3 == 2 ? 2 : 1) + i % 100;
        }

        IReadOnlyList<SegmentContents> segments = Inspect().Segments;
        Assert.That(segments.Sum(segment => segment.LiveBytes), Is.EqualTo(live));
        Assert.That(
            segments.SkipLast(1).Select(segment => FileHeader.Size + segment.LiveBytes + segment.DeadBytes),
            Is.EqualTo(segments.SkipLast(1).Select(segment => segment.LogBytes)));
        Assert.That(segments[^1].LiveBytes + segments[^1].DeadBytes, Is.InRange(1, segments[^1].LogBytes - FileHeader.Size));

        int Next(int queue) => settled[queue] = settled.GetValueOrDefault(queue) + 1;
    }

    [Test]
    public void Segments_have_the_sizes_of_their_files_and_the_last_one_is_the_tail()
    {
        new AcknowledgementFiles(new DiskFiles()).Write(_folder.SegmentFiles[1], 2, []);

        IReadOnlyList<SegmentContents> segments = Inspect().Segments;
        Assert.That(
            segments.Select(segment => (segment.File, segment.LogBytes)),
            Is.EqualTo(_folder.SegmentFiles.Select(path => (path, SizeOf(path)))));
        Assert.That(segments.SkipLast(1).Select(segment => segment.IndexBytes), Is.EqualTo(_folder.IndexFiles.Select(SizeOf)));
        Assert.That(segments.Select(segment => segment.HasIndex), Is.EqualTo(segments.Select(segment => segment != segments[^1])));
        Assert.That(segments.Select(segment => segment.IsTail), Is.EqualTo(segments.Select(segment => segment == segments[^1])));
        Assert.That(
            segments.Select(segment => segment.HasAcknowledgements),
            Is.EqualTo(segments.Select(segment => segment == segments[1])));
        Assert.That(segments[1].AcknowledgementBytes, Is.EqualTo(SizeOf(Path.ChangeExtension(_folder.SegmentFiles[1], ".acks"))));
    }

    [Test]
    public void The_last_segment_of_a_broker_that_was_stopped_is_sealed_at_the_next_start()
    {
        DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose();
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, StoreRun.Deep))
            directory.OpenStore(_both);

        Assert.That(Inspect().Segments.Select(segment => segment.IsTail), Has.All.False);
    }

    [Test]
    public void Messages_of_a_queue_that_was_deleted_are_dead()
    {
        DataDirectoryContents contents = Inspect([1]);

        Assert.That(
            contents.Queues.Select(queue => (queue.Number, queue.Exists, queue.Messages)),
            Is.EqualTo(new[] { (1u, true, 500L), (2u, false, 580L) }));
        Assert.That(contents.Segments.Sum(segment => segment.LiveMessages), Is.EqualTo(500));
    }

    [Test]
    public void A_queue_without_messages_is_there() =>
        Assert.That(Inspect([1, 2, 7]).Queues[^1], Is.EqualTo(new QueueContents(7, Exists: true, 0, 0, 0, 0)));

    [Test]
    public void Acknowledgements_of_segments_that_are_gone_count()
    {
        var settled = new SequenceRanges();
        // the log already settles message 100, so the acknowledgement file settles ten more messages
        settled.Add(new SequenceRange(100, 110));
        new AcknowledgementFiles(new DiskFiles()).Write(_folder.SegmentFiles[0], 1, new Dictionary<uint, SequenceRanges> { [1] = settled });

        Assert.That(Inspect().Queues[0].Messages, Is.EqualTo(490));
    }

    [Test]
    public void Without_indexes_the_counts_are_the_same()
    {
        DataDirectoryContents before = Inspect();
        Array.ForEach(_folder.IndexFiles, File.Delete);

        DataDirectoryContents contents = Inspect();
        Assert.That(contents.Queues, Is.EqualTo(before.Queues));
        Assert.That(
            contents.Segments.Select(
                segment => (segment.Messages, segment.LiveMessages, segment.LiveBytes, segment.DeadBytes, segment.Settles)),
            Is.EqualTo(before.Segments.Select(
                segment => (segment.Messages, segment.LiveMessages, segment.LiveBytes, segment.DeadBytes, segment.Settles))));
    }

    [TestCase(30, TestName = "Damage_in_an_index_is_reported_and_changes_no_count(summary)")]
    [TestCase(-1, TestName = "Damage_in_an_index_is_reported_and_changes_no_count(entries)")]
    public void Damage_in_an_index_is_reported_and_changes_no_count(int at)
    {
        DataDirectoryContents before = Inspect();
        TestFolder.Flip(_folder.IndexFiles[1], at);

        DataDirectoryContents contents = Inspect();
        Assert.That(contents.Queues, Is.EqualTo(before.Queues));
        Assert.That(contents.Segments, Is.EqualTo(before.Segments));
        Assert.That(
            contents.Findings.Select(finding => (finding.File, finding.IsDamage, finding.Message)),
            Is.EqualTo(new[] { (_folder.IndexFiles[1], true, InspectionFinding.DamagedIndex) }));
    }

    [Test]
    public void The_catalog_is_read_as_it_stands()
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, StoreRun.Deep))
        {
            directory.Catalog.Put("b", "1"u8);
            directory.Catalog.Put("a", "2"u8);
            directory.Catalog.Put("b", "3"u8);
            directory.Catalog.Remove("a");
        }

        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        CatalogEntry entry = folder.Catalog.Single();
        Assert.That((entry.Key, entry.Value), Is.EqualTo(("b", "3"u8.ToArray())));
        Assert.That((entry.Offset, entry.Length), Is.EqualTo((FileHeader.Size + 2 * CatalogRecord.Size(1, 1), CatalogRecord.Size(1, 1))));
    }

    [Test]
    public void Sizes_are_those_of_the_files()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "pages"));
        File.WriteAllBytes(Path.Combine(_folder.Path, "pages", "1"), new byte[123]);

        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        DiskUsage size = folder.Size;
        Assert.That(
            (size.Log, size.Indexes, size.Pages),
            Is.EqualTo((_folder.SegmentFiles.Sum(SizeOf), _folder.IndexFiles.Sum(SizeOf), 123)));
        Assert.That(size.Total, Is.EqualTo(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Sum(SizeOf)));
    }

    [Test]
    public void Each_kind_of_file_counts_as_what_it_is_and_all_others_in_the_total_only()
    {
        using var folder = new TestFolder();
        File.WriteAllText(Path.Combine(folder.Path, "version"), "2");
        Directory.CreateDirectory(folder.Segments);
        Directory.CreateDirectory(folder.Pages);
        int[] sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
        string[] names =
        [
            "segments/0000000000000001.log", "segments/0000000000000002.settles", "segments/0000000000000001.idx",
            "segments/0000000000000001.acks",
            "pages/0000000000000001.page", "reserve", "segments/0000000000000001.compacted", "other.log", "pages.idx", "segments/reserve",
            "catalog.log",
        ];
        foreach ((string name, int size) in names.Zip(sizes))
            File.WriteAllBytes(Path.Combine(folder.Path, name), new byte[size]);

        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(folder.Path);
        Assert.That(inspection.Size, Is.EqualTo(
            new DiskUsage(Total: 1 + sizes.Sum(), Log: 1 + 2, Indexes: 4, Acknowledgements: 8, Catalog: 1_024, Pages: 16, Reserve: 32)));
    }

    [Test]
    public void Of_one_queue_the_same_is_counted_and_a_file_of_settles_only_has_no_messages()
    {
        using var folder = new TestFolder();
        File.WriteAllText(Path.Combine(folder.Path, "version"), "2");
        Directory.CreateDirectory(folder.Segments);
        WrittenSegment first = new WrittenSegment(folder.Segments, 1).Messages(1, first: 1, count: 5, bytes: 100).Settled(1, 2, 3).Save();
        WrittenSegment second = new WrittenSegment(folder.Segments, 2).Message(10, (1, 5)).Settled(1, 1, 1).Save();
        WrittenSegment third = new WrittenSegment(folder.Segments, 3).Messages(1, first: 6, count: 2, bytes: 7).Save();
        string settles = Path.ChangeExtension(second.Path, ".settles");
        File.Move(second.Path, settles);

        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(folder.Path);
        DataDirectoryContents contents = inspection.Inspect(_both);

        long live = MessageRecord.PayloadAt(1) + 100, last = 2 * (MessageRecord.PayloadAt(1) + 7);
        Assert.That(contents.Segments, Is.EqualTo(new[]
        {
            new SegmentContents(
                1, first.Path, first.Length, 0, 0, Messages: 5, LiveMessages: 1, live, first.Length - FileHeader.Size - live, Settles: 2,
                false, false, IsTail: false),
            new SegmentContents(
                2, settles, second.Length, 0, 0, Messages: 0, LiveMessages: 0, 0, second.Length - FileHeader.Size, Settles: 2, false, false,
                IsTail: false),
            new SegmentContents(
                3, third.Path, third.Length, 0, 0, Messages: 2, LiveMessages: 2, last, 0, Settles: 0, false, false, IsTail: true),
        }));
        Assert.That(
            contents.Queues,
            Is.EqualTo(new[] { new QueueContents(1, Exists: true, 3, 100 + 2 * 7, 0, 7), new QueueContents(2, Exists: true, 0, 0, 0, 0) }));
    }

    [TestCase("a/1.log", 30, 5, true, false, InspectionFinding.TornTail)]
    [TestCase("a/1.idx", 0, 5, false, true, InspectionFinding.DamagedIndex)]
    [TestCase("a/1.log", 0, FileHeader.Size, false, false, InspectionFinding.DamagedHeader)]
    [TestCase("a/1.log", 0, FileHeader.Size + 1, false, false, "no record can be read here; the contents are lost")]
    [TestCase("a/1.log", 24, FileHeader.Size, false, false, "no record can be read here; the contents are lost")]
    [TestCase("a/1.acks", 0, 100, false, false, InspectionFinding.DamagedAcknowledgements)]
    [TestCase("a/catalog.log", 24, 5, false, false, InspectionFinding.DamagedCatalog)]
    public void What_a_start_would_find_is_told_by_what_it_costs(
        string file, long offset, long length, bool isTorn, bool isRebuilt, string message) => Assert.That(
        InspectionFinding.Of(new RecoveryFinding(file, offset, length, isTorn, isRebuilt)),
        Is.EqualTo(new InspectionFinding(file, offset, length, IsDamage: !isTorn, message)));

    [Test]
    public void Progress_of_an_inspection_is_about_indexes_and_the_logs_that_have_none()
    {
        File.Delete(_folder.IndexFiles[0]);
        var reports = new List<InspectionProgress>();
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);

        folder.Inspect(_both, new Collected(reports));

        long expected = _folder.IndexFiles.Sum(SizeOf) + SizeOf(_folder.SegmentFiles[0]) + SizeOf(_folder.SegmentFiles[^1]);
        Assert.That(reports.Select(report => report.BytesToRead), Is.All.EqualTo(expected));
        Assert.That(reports.Select(report => report.BytesRead), Is.Ordered.And.All.LessThanOrEqualTo(expected));
    }

    [Test]
    public void A_folder_that_was_refused_is_let_go()
    {
        DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose();
        string version = Path.Combine(_folder.Path, "version");
        File.WriteAllText(version, "3");
        Assert.That(() => DataDirectoryInspection.Open(_folder.Path), Throws.TypeOf<DataDirectoryException>());
        Assert.That(
            () => DataDirectory.Open(_folder.Path, StoreRun.Deep),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("newer"),
            "the refused inspection has released its lock on the directory");
        File.WriteAllText(version, "2");

        Assert.That(() => DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose(), Throws.Nothing, "its lock is released, too");
    }

    [Test]
    public void Nothing_on_disk_is_changed()
    {
        LeaveEverythingToRepair();
        File.WriteAllText(Path.Combine(_folder.Path, "lock"), "12345 some process that is gone");
        string[] before = _folder.Snapshot();

        Inspect();
        Verify();

        Assert.That(_folder.Snapshot(), Is.EqualTo(before));
    }

    [Test]
    public void Files_are_listed_and_read_and_nothing_else()
    {
        LeaveEverythingToRepair();

        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path, new ReadOnlyFiles());
        Assert.That(() => folder.Inspect(_both), Throws.Nothing);
        Assert.That(() => folder.Verify(), Throws.Nothing);
    }

    [Test]
    public void Progress_ends_with_everything_read()
    {
        var reports = new List<InspectionProgress>();
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);

        DataDirectoryVerdict verdict = folder.Verify(new Collected(reports));
        Assert.That(reports[^1], Is.EqualTo(new InspectionProgress(verdict.Bytes, verdict.Bytes)));
        Assert.That(verdict.Bytes, Is.EqualTo(folder.Size.Log + folder.Size.Indexes + folder.Size.Catalog));
        Assert.That(reports.Select(report => report.BytesRead), Is.Ordered);
    }

    [Test]
    public void A_folder_in_use_is_refused_and_its_process_named()
    {
        using DataDirectory directory = DataDirectory.Open(_folder.Path, StoreRun.Deep);

        string expected = OperatingSystem.IsWindows() ? "running broker" : $"(process {Environment.ProcessId})";
        Assert.That(
            () => DataDirectoryInspection.Open(_folder.Path),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains(expected));
    }

    [Test]
    public void A_broker_does_not_start_on_a_folder_that_is_looked_at_and_others_can_look_too()
    {
        DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose();
        using (DataDirectoryInspection.Open(_folder.Path))
        {
            Assert.That(() => DataDirectoryInspection.Open(_folder.Path).Dispose(), Throws.Nothing);
            Assert.That(
                () => DataDirectory.Open(_folder.Path, StoreRun.Deep),
                Throws.TypeOf<DataDirectoryException>().With.Message.Contains("inspected"));
        }

        Assert.That(() => DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_broker_that_took_a_folder_without_a_lock_meanwhile_is_noticed()
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        DataDirectory.Open(_folder.Path, StoreRun.Deep).Dispose();

        Assert.That(() => folder.Inspect(_both), Throws.TypeOf<DataDirectoryException>());
    }

    [Test]
    public void A_newer_format_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "version"), "3");

        Assert.That(
            () => DataDirectoryInspection.Open(_folder.Path),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("newer broker"));
    }

    [Test]
    public void What_is_no_data_folder_is_refused_and_not_made_one()
    {
        using var empty = new TestFolder();
        string missing = Path.Combine(empty.Path, "missing");

        Assert.That(
            () => DataDirectoryInspection.Open(empty.Path),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("not a data directory"));
        Assert.That(
            () => DataDirectoryInspection.Open(missing),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("no directory"));
        Assert.That(
            () => DataDirectoryInspection.Open(_folder.Catalog),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("is a file"));
        Assert.That(Directory.GetFileSystemEntries(empty.Path), Is.Empty);
    }

    [Test]
    public void A_folder_that_was_never_used_is_empty()
    {
        using var folder = new TestFolder();
        File.WriteAllText(Path.Combine(folder.Path, "version"), "2");

        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(folder.Path);
        Assert.That(inspection.Inspect(_both).Segments, Is.Empty);
        Assert.That(inspection.Verify().IsSound, Is.True);
    }

    /// <summary>
    /// Damages some files, and puts other files into the state after a crash. Opening the store would change, rename and delete files.
    /// </summary>
    private void LeaveEverythingToRepair()
    {
        File.Delete(_folder.IndexFiles[0]);
        TestFolder.Flip(_folder.IndexFiles[0], -1);
        TestFolder.Flip(_folder.Catalog, 3);
        File.AppendAllText(_folder.Catalog, "torn");
        File.AppendAllText(_folder.SegmentFiles[^1], "torn");
        File.WriteAllText(Path.Combine(_folder.Segments, "00000000000000aa.idx"), "no log");
        File.WriteAllText(Path.Combine(_folder.Segments, "00000000000000ab.idx.new"), "unfinished");
        File.Copy(_folder.SegmentFiles[0], Path.Combine(_folder.Segments, "00000000000000ff.settles"));
        File.WriteAllText(Path.Combine(_folder.Path, "version"), "1");
    }

    private static long SizeOf(string path) => new FileInfo(path).Length;

    private DataDirectoryContents Inspect(HashSet<uint>? queues = null)
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        return folder.Inspect(queues ?? _both);
    }

    private DataDirectoryVerdict Verify()
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(_folder.Path);
        return folder.Verify();
    }

    private sealed class Collected(List<InspectionProgress> reports) : IProgress<InspectionProgress>
    {
        public void Report(InspectionProgress value) => reports.Add(value);
    }
}
