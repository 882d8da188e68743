using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// A segment without live messages is deleted, after its settle records were copied to the acknowledgement files of older segments.
/// </summary>
public sealed class AcknowledgementFileTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    // These messages stay live and fill more than half a segment. So the store does not compact the segment, but writes an acknowledgement
    // file for it.
    private static readonly string[] _kept = [.. Enumerable.Range(0, 30).Select(i => $"kept {i} {new string('k', 300)}")];

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    private string[] AcknowledgementPaths => Directory.GetFiles(_folder.Segments, "*.acks");

    [Test]
    public async Task Segments_go_though_they_settle_messages_of_an_old_one_that_stays()
    {
        await FoldAsync();

        Assert.That(AcknowledgementPaths, Has.Length.EqualTo(1));
        for (int restart = 0; restart < 3; restart++)
        {
            await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
            Assert.That(next.Report.Findings, Is.Empty);
            Assert.That(next.First.Count, Is.Zero);
            Assert.That(next.Store.Texts(next.Second), Is.EqualTo(_kept));
        }
    }

    [Test]
    public async Task They_go_with_the_segment_they_speak_of()
    {
        await FoldAsync();

        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            run.Store.Purge(run.Second);
        await using (new StoreRun(_folder.Path, StoreRun.Deep))
        {
            // The store deletes dead segments when it is opened.
        }
        Assert.That(AcknowledgementPaths, Is.Empty);
    }

    [Test]
    public async Task They_go_at_once_when_their_segment_does_in_the_same_run()
    {
        await FoldAsync();

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(AcknowledgementPaths, Has.Length.EqualTo(1));
        run.Store.Purge(run.Second);
        await run.CommitAsync();

        await Support.Eventually.Holds(() => AcknowledgementPaths.Length == 0, () => "acknowledgements stay beside a deleted log");
    }

    [Test]
    public async Task Those_of_a_log_that_is_gone_settle_nothing_of_the_next_with_its_number()
    {
        await using (new StoreRun(_folder.Path))
        {
            // Opening the store creates the folder.
        }
        var settled = new SequenceRanges();
        settled.Add(new SequenceRange(1, 100));
        new AcknowledgementFiles(new DiskFiles())
            .Write(
                SegmentSet.PathOf(_folder.Segments, 1, SegmentSet.LogExtension), 1, new Dictionary<uint, SequenceRanges> { [1] = settled });
        var files = new FaultyFiles();

        await using (var run = new StoreRun(_folder.Path, files: files))
        {
            run.Store.Publish("new", Persistent, run.First);
            await run.CommitAsync();
        }

        string[] calls = [.. files.Calls.SkipWhile(call => call != "delete 0000000000000001.acks")];
        Assert.That(
            calls.TakeWhile(call => call != "create 0000000000000001.log"),
            Does.Contain("sync segments"),
            "a power cut may leave the old acknowledgements beside the new log");
        Assert.That(Path.GetFileName(_folder.SegmentFiles.Single()), Is.EqualTo("0000000000000001.log"));
        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "new" }));
    }

    [Test]
    public async Task A_damaged_one_is_reported_and_its_messages_come_again()
    {
        await FoldAsync();
        byte[] bytes = File.ReadAllBytes(AcknowledgementPaths.Single());
        bytes[^1] ^= 1;
        File.WriteAllBytes(AcknowledgementPaths.Single(), bytes);

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(
            run.Report.Findings,
            Is.EqualTo(new[] { new RecoveryFinding(AcknowledgementPaths.Single(), 0, bytes.Length, IsTornTail: false) }));
        Assert.That(run.First.Count, Is.InRange(1, 100));
        Assert.That(run.Store.Texts(run.Second), Is.EqualTo(_kept));
    }

    [Test]
    public async Task One_that_is_cut_anywhere_is_reported_as_a_whole()
    {
        await FoldAsync();
        byte[] bytes = File.ReadAllBytes(AcknowledgementPaths.Single());
        for (int cut = 0; cut < bytes.Length; cut += cut < 60 ? 1 : 13)
        {
            using TestFolder copy = _folder.Copy();
            string path = Path.Combine(copy.Segments, Path.GetFileName(AcknowledgementPaths.Single()));
            File.WriteAllBytes(path, bytes[..cut]);

            await using var run = new StoreRun(copy.Path, StoreRun.Deep);
            Assert.That(run.Report.Findings, Is.EqualTo(new[] { new RecoveryFinding(path, 0, cut, IsTornTail: false) }), $"cut at {cut}");
            Assert.That(run.First.Count, Is.InRange(1, 100), $"cut at {cut}");
            Assert.That(run.Store.Texts(run.Second), Is.EqualTo(_kept), $"cut at {cut}");
        }
    }

    /// <summary>
    /// Creates a log, and deletes the segments that settle messages of the first segment. So the first segment gets an acknowledgement
    /// file.
    /// </summary>
    private async Task FoldAsync()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        foreach (string text in _kept)
            run.Store.Publish(text, Persistent, run.Second);
        var random = new Random(1);
        var unsettled = new List<StoredMessage>();
        for (int i = 0; i < 300; i++)
        {
            run.Store.Publish(new byte[300], Persistent, run.First);
            unsettled.Add(run.First.Take());
            if (unsettled.Count < 60)
                continue;
            int any = random.Next(unsettled.Count);
            run.Store.Settle(run.First, unsettled[any]);
            unsettled.RemoveAt(any);
        }
        run.Store.Settle(run.First, [.. unsettled]);
        using var timeout = new CancellationTokenSource(_soon);
        while (AcknowledgementPaths.Length == 0 || _folder.SegmentFiles.Length > 3)
        {
            timeout.Token.ThrowIfCancellationRequested();
            // Fills the last segment, so that the store begins a new segment. The last segment contains settle records.
            run.Store.Publish(new byte[300], Persistent, run.First);
            run.Store.Consume(run.First);
            await run.CommitAsync();
        }
    }
}
