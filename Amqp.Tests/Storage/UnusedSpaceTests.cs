using Amqp.Storage.Configuration;
using Amqp.Storage.Inspection;
using Amqp.Storage.Records;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The open segment's file has unused space after its records. The next start removes it, and nobody reports it.</summary>
[Platform("Linux")] // other systems do not allocate space ahead of the writes
public sealed class UnusedSpaceTests
{
    private const int Step = 1 << 20;
    private static readonly StoreOptions _large = new() { SyncInterval = TimeSpan.FromMinutes(10) };

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_start_after_a_kill_cuts_it_off_and_finds_nothing()
    {
        await using var run = new StoreRun(_folder.Path, _large);
        long written = FileHeader.Size + run.Store.Publish("text", Persistent, run.First);
        await run.CommitAsync();
        Assert.That(SizeOf(_folder.SegmentFiles.Single()), Is.EqualTo(FileHeader.Size + Step));

        using TestFolder killed = _folder.Copy();
        await using var next = new StoreRun(killed.Path, _large);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "text" }));
        Assert.That((next.Report.Findings.Count, next.Report.Bytes), Is.EqualTo((0, written)));
        Assert.That(SizeOf(killed.SegmentFiles[0]), Is.EqualTo(written));
    }

    [Test]
    public async Task A_store_that_stops_cuts_it_off()
    {
        long written;
        await using (var run = new StoreRun(_folder.Path, _large))
            written = FileHeader.Size + run.Store.Publish("text", Persistent, run.First);

        Assert.That(SizeOf(_folder.SegmentFiles.Single()), Is.EqualTo(written));
    }

    [Test]
    public async Task Only_the_last_file_has_it_when_the_process_is_killed()
    {
        var files = new FaultyFiles();
        var lengths = new List<(string Created, long[] Before)>();
        await using var run = new StoreRun(_folder.Path, StoreRun.Small, files);
        files.Before = (call, name) =>
        {
            if (call == "create" && name.EndsWith(".log", StringComparison.Ordinal))
                lengths.Add((name, [.. _folder.SegmentFiles.Select(SizeOf)]));
        };
        for (int i = 0; i < 200; i++)
            run.Store.Publish(new byte[400], Persistent, run.First);
        await run.SettleDownAsync();
        files.Before = (_, _) => { };

        long[] sizes = [.. _folder.SegmentFiles.Select(SizeOf)];
        Assert.That(lengths, Has.Count.EqualTo(sizes.Length).And.Count.GreaterThan(3));
        for (int i = 0; i < lengths.Count; i++)
            Assert.That(lengths[i].Before, Is.EqualTo(sizes[..i]), "the files are cut before the next one is created");
        Assert.That(
            files.Calls.Count(call => call.StartsWith("allocate", StringComparison.Ordinal)), Is.GreaterThan(sizes.Length));
        using TestFolder killed = _folder.Copy();
        await using var next = new StoreRun(killed.Path);
        Assert.That((next.First.Count, next.Report.Findings.Count, next.Report.SegmentsIndexed), Is.EqualTo((200, 0, 1)));
    }

    [Test]
    public async Task An_inspection_of_what_a_kill_leaves_reports_nothing_and_counts_no_dead_bytes()
    {
        await using var run = new StoreRun(_folder.Path, _large);
        run.Store.Publish("text", Persistent, run.First);
        await run.CommitAsync();

        using TestFolder killed = _folder.Copy();
        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(killed.Path);
        Assert.That(inspection.Verify().Findings, Is.Empty);
        DataDirectoryContents contents = inspection.Inspect(new HashSet<uint> { 1, 2 });
        Assert.That(contents.Findings, Is.Empty);
        SegmentContents segment = contents.Segments.Single();
        Assert.That((segment.LiveMessages, segment.DeadBytes, segment.IsTail), Is.EqualTo((1, 0, true)));
        Assert.That(segment.LogBytes, Is.EqualTo(SizeOf(killed.SegmentFiles[0])));
    }

    [Test]
    public async Task A_verification_reports_a_torn_write_without_it()
    {
        await using var run = new StoreRun(_folder.Path, _large);
        int end = (int)run.Store.Publish("text", Persistent, run.First) + FileHeader.Size;
        await run.CommitAsync();

        using TestFolder killed = _folder.Copy();
        byte[] bytes = await File.ReadAllBytesAsync(killed.SegmentFiles[0]);
        bytes[end] = 92; // the length of a record that has 100 bytes with the first eight
        await File.WriteAllBytesAsync(killed.SegmentFiles[0], bytes);
        using DataDirectoryInspection inspection = DataDirectoryInspection.Open(killed.Path);
        Assert.That(
            inspection.Verify().Findings,
            Is.EqualTo(new[] { new InspectionFinding(killed.SegmentFiles[0], end, 100, IsDamage: false, InspectionFinding.TornTail) }));
    }

    [Test]
    public async Task A_segment_that_cannot_be_deleted_has_none()
    {
        var files = new FaultyFiles();
        await using var run = new StoreRun(_folder.Path, new StoreOptions(), files);
        files.Fail((call, name) => call == "delete" && name.EndsWith(".log", StringComparison.Ordinal));
        run.Store.Publish(new byte[Step], Persistent, run.First);
        run.Store.Publish(new byte[Step / 2], Persistent, run.First);
        await run.CommitAsync(); // otherwise the purge is part of a large write, which allocates nothing
        run.Store.Purge(run.First);
        await run.CommitAsync();

        // An idle store closes a segment without live messages, and tries to delete it.
        await Eventually.Holds(() => files.Calls.Contains("truncate 0000000000000001.log"), () => "the file is not cut");
        Assert.That(SizeOf(_folder.SegmentFiles.Single()), Is.EqualTo(FileHeader.Size + run.Store.AppendedPosition));
    }

    [TestCase(UnsyncedBytes.Zeroed)]
    [TestCase(UnsyncedBytes.Kept)]
    public async Task A_start_after_a_power_cut_cuts_it_off_and_finds_nothing(UnsyncedBytes unsynced)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var files = new PowerCutFiles();
            await using (var run = new StoreRun(_folder.Path, _large, files))
            {
                run.Store.Publish("durable", Persistent, run.First);
                await run.CommitAsync();
                run.Store.Publish("not durable", Persistent, run.First);
                files.TurnOff();
            }
            files.CutPower(new Random(seed), unsynced);

            await using var next = new StoreRun(_folder.Path, _large, files);
            Assert.That(next.Store.Texts(next.First)[0], Is.EqualTo("durable"));
            Assert.That(next.Report.Findings, Is.Empty);
        }
    }

    [Test]
    public async Task A_start_after_a_power_cut_before_the_sync_of_a_full_segment_cuts_it_off_and_finds_nothing()
    {
        var options = new StoreOptions { BlockSize = 4 << 10, SegmentSize = 16 << 10, SyncInterval = TimeSpan.FromMinutes(10) };
        for (int seed = 0; seed < 20; seed++)
        {
            var files = new PowerCutFiles();
            await using (var run = new StoreRun(_folder.Path, options, files))
            {
                run.Store.Publish("durable", Persistent, run.First);
                await run.CommitAsync(); // makes the length of the allocated file durable, so a cut can restore it
                for (int i = 0; i < 50; i++)
                    run.Store.Publish(new byte[400], Persistent, run.First);
                await Eventually.Holds(
                    () => files.List(_folder.Segments).Count(name => name.EndsWith(".log", StringComparison.Ordinal)) == 2,
                    () => "the first segment is not full");
                files.TurnOff();
            }
            files.CutPower(new Random(seed), UnsyncedBytes.Zeroed);

            await using var next = new StoreRun(_folder.Path, options, files);
            Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "durable" }), $"seed {seed}");
            Assert.That(next.Report.Findings, Is.Empty, $"seed {seed}");
        }
    }

    private static long SizeOf(string path) => new FileInfo(path).Length;
}
