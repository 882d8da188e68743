using System.Collections.Concurrent;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// Background work on segments, such as writing an index, fails and is retried. No message is lost, and no settled message returns.
/// </summary>
public sealed class HousekeepingFaultTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    // The store retries failed work after 20 ms instead of 5 s, so that the tests are short.
    private static readonly StoreOptions _retrying = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        BackgroundRetryDelay = TimeSpan.FromMilliseconds(20),
        SyncInterval = TimeSpan.FromMilliseconds(20),
    };

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("create", "0000000000000001.idx.new")]
    [TestCase("write", "0000000000000001.idx.new")]
    [TestCase("sync", "0000000000000001.idx.new")]
    [TestCase("rename", "0000000000000001.idx")]
    public async Task An_index_that_cannot_be_written_is_written_when_the_next_segment_is_full(string call, string name)
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        FailOnce(call, name);

        string[] texts = Fill(run, 120);
        await run.SettleDownAsync();

        Assert.That(_folder.IndexFiles.Select(Path.GetFileName), Does.Contain("0000000000000001.idx").And.Contain("0000000000000002.idx"));
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task One_index_that_never_can_be_written_does_not_keep_the_others_from_it()
    {
        string[] texts;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep, _files))
        {
            _files.Fail((_, name) => name == "0000000000000001.idx.new");
            texts = Fill(run, 200);
            await run.SettleDownAsync();
            Assert.That(
                _folder.IndexFiles.Select(Path.GetFileName),
                Does.Not.Contain("0000000000000001.idx").And.Contain("0000000000000004.idx"));
            Assert.That(run.Store.Failure, Is.Null);
        }

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(_folder.IndexFiles.Select(Path.GetFileName), Does.Contain("0000000000000001.idx"));
        Assert.That(next.Report.Findings, Is.Empty);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(texts));
    }

    [TestCase("create", "0000000000000001.acks.new")]
    [TestCase("sync", "0000000000000001.acks.new")]
    [TestCase("rename", "0000000000000001.acks")]
    public async Task A_segment_that_cannot_be_folded_is_folded_later(string call, string name)
    {
        // These messages stay live and fill more than half a segment. So the store does not compact the segment, but writes an
        // acknowledgement file for it.
        string[] kept = [.. Enumerable.Range(0, 24).Select(i => $"kept {i} {new string('k', 400)}")];
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep, _files))
        {
            FailOnce(call, name);
            foreach (string text in kept)
                run.Store.Publish(text, Persistent, run.Second);
            await ChurnAsync(
                run, () => File.Exists(Path.Combine(_folder.Segments, "0000000000000001.acks")) && _folder.SegmentFiles.Length <= 4);
            Assert.That(run.Store.Failure, Is.Null);
        }

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(next.First.Count, Is.Zero);
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(kept));
    }

    [Test]
    public async Task A_segment_that_can_never_be_folded_stays_and_what_it_settled_stays_settled()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep, _files))
        {
            _files.Fail((_, name) => name.EndsWith(".acks.new", StringComparison.Ordinal));
            run.Store.Publish("kept", Persistent, run.Second);
            await ChurnAsync(run, () => _folder.SegmentFiles.Length >= 2 && run.Store.AppendedPosition > 500_000);
            Assert.That(run.Store.Failure, Is.Null);
        }

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(next.First.Count, Is.Zero);
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public async Task A_segment_that_cannot_be_deleted_is_deleted_with_the_next_that_can()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        FailOnce("delete", "0000000000000001.log");

        await ChurnAsync(
            run,
            () => !File.Exists(_folder.Segments + "/0000000000000001.log") && !File.Exists(_folder.Segments + "/0000000000000003.log"));

        Assert.That(run.Store.Failure, Is.Null, "confirms do not depend on housekeeping");
    }

    [Test]
    public async Task What_never_could_be_deleted_goes_with_the_next_run([Values(".log", ".idx")] string extension)
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            _files.Fail(
                (call, name) => call == "delete" && name.EndsWith(extension, StringComparison.Ordinal), new UnauthorizedAccessException());
            Fill(run, 200);
            await run.SettleDownAsync();
            run.Store.Purge(run.First);
            await run.CommitAsync();
        }
        Assert.That(_folder.IndexFiles, Is.Not.Empty);

        await using (var next = new StoreRun(_folder.Path))
            Assert.That(next.First.Count, Is.Zero);
        Assert.That(_folder.SegmentFiles, Has.Length.LessThanOrEqualTo(1));
        Assert.That(_folder.IndexFiles, Has.Length.LessThanOrEqualTo(1));
    }

    [TestCase(BackgroundWork.Indexing, "sync", "0000000000000001.idx.new")]
    [TestCase(BackgroundWork.Folding, "sync", "0000000000000001.acks.new")]
    [TestCase(BackgroundWork.Compacting, "sync", "0000000000000001.compacted")]
    [TestCase(BackgroundWork.Compacting, "rename", "0000000000000001.log")]
    [TestCase(BackgroundWork.Deleting, "delete", "0000000000000002.log")]
    [TestCase(BackgroundWork.Deleting, "delete", "0000000000000002.idx")]
    public async Task What_fails_in_the_background_is_told_and_done_later_though_nothing_else_happens(
        BackgroundWork work, string call, string name)
    {
        await using var run = new StoreRun(_folder.Path, _retrying, _files);
        var told = new ConcurrentQueue<(BackgroundWork Work, string Reason)>();
        run.Store.BackgroundWorkFailed += (what, failure) => told.Enqueue((what, failure.Message));
        bool isBroken = true;
        _files.Fail((made, of) => Volatile.Read(ref isBroken) && (made, of) == (call, name), new UnauthorizedAccessException("not now"));

        // With one live message, the first segment is compacted. With 28 live messages, the segment gets an acknowledgement file instead.
        string[] kept = [.. Enumerable.Range(0, work == BackgroundWork.Folding ? 28 : 1).Select(i => $"kept {i} {new string('x', 400)}")];
        foreach (string text in kept)
            run.Store.Publish(text, Persistent, run.Second);
        for (int i = 0; i < 400; i++)
        {
            run.Store.Publish(new byte[400], Persistent, run.First);
            if (run.First.Count > 60)
                run.Store.Consume(run.First);
            if (i % 40 == 0)
                await run.SettleDownAsync(); // so that each segment gets an index before all of its messages are settled
        }
        await run.SettleDownAsync();
        await Eventually.Holds(() => told.Count(one => one.Work == work) > 2, () => $"told {told.Count} times");
        Assert.That(told.Select(one => one.Reason), Is.All.EqualTo("not now"));
        Assert.That(run.Store.Failure, Is.Null);

        Volatile.Write(ref isBroken, false);
        int before = Done();
        await Eventually.Holds(() => Done() > before, () => $"no {call} {name}");
        Assert.That(run.Store.Texts(run.Second), Is.EqualTo(kept));

        int Done() => _files.Calls.Count(made => made == $"{call} {name}");
    }

    [Test]
    public async Task An_error_that_nobody_foresaw_is_told_and_ends_no_other_work()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        var told = new ConcurrentQueue<(BackgroundWork Work, string Reason)>();
        run.Store.BackgroundWorkFailed += (what, failure) => told.Enqueue((what, failure.Message));
        _files.Fail(
            (call, name) => (call, name) == ("create", "0000000000000001.idx.new"),
            new InvalidOperationException("a fault of this program"));

        string[] texts = Fill(run, 120);
        await run.SettleDownAsync();

        Assert.That(told, Is.EqualTo(new[] { (BackgroundWork.Housekeeping, "a fault of this program") }));
        Assert.That(_folder.IndexFiles.Select(Path.GetFileName), Does.Contain("0000000000000002.idx"));
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task Nothing_is_tried_again_when_nothing_is_left()
    {
        await using var run = new StoreRun(_folder.Path, _retrying, _files);
        int told = 0;
        run.Store.BackgroundWorkFailed += (_, _) => Interlocked.Increment(ref told);
        FailOnce("sync", "0000000000000001.idx.new");
        Fill(run, 120);
        await Eventually.Holds(() => File.Exists(Path.Combine(_folder.Segments, "0000000000000001.idx")), () => "no index");
        await run.SettleDownAsync();

        Assert.That(told, Is.EqualTo(1));
        Assert.That(_files.Calls.Count(call => call == "create 0000000000000001.idx.new"), Is.EqualTo(2));
    }

    private static string[] Fill(StoreRun run, int messages)
    {
        string[] texts = [.. Enumerable.Range(0, messages).Select(i => $"{i} {new string('x', 400)}")];
        foreach (string text in texts)
            run.Store.Publish(text, Persistent, run.First);
        return texts;
    }

    private void FailOnce(string call, string name)
    {
        int failures = 0;
        _files.Fail((made, of) => (made, of) == (call, name) && Interlocked.Increment(ref failures) == 1);
    }

    /// <summary>
    /// Publishes and consumes until the condition is true, then purges the queue. The settle record of each message is in a later segment.
    /// </summary>
    private static async Task ChurnAsync(StoreRun run, Func<bool> isSo)
    {
        using var timeout = new CancellationTokenSource(_soon);
        while (!isSo())
        {
            timeout.Token.ThrowIfCancellationRequested();
            for (int i = 0; i < 10; i++)
                run.Store.Publish(new byte[400], Persistent, run.First);
            while (run.First.Count > 40)
                run.Store.Consume(run.First);
            await run.SettleDownAsync();
        }
        run.Store.Purge(run.First);
        await run.CommitAsync();
    }
}
