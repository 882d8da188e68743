using Amqp.Storage.Configuration;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The store deletes segments without live messages, and keeps those whose settle records are still needed.</summary>
public sealed class SegmentTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

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

    [Test]
    public async Task A_log_grows_by_segments_of_about_their_size()
    {
        await using (var run = new StoreRun(_folder.Path))
            Fill(run, 100_000);

        Assert.That(_folder.SegmentFiles, Has.Length.InRange(6, 10));
        Assert.That(
            _folder.SegmentFiles.Max(file => new FileInfo(file).Length),
            Is.LessThanOrEqualTo(StoreRun.Small.SegmentSize + FileHeader.Size));
    }

    [Test]
    public async Task Segments_whose_messages_are_all_settled_are_deleted()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            Fill(run, 200_000);
            run.Store.Purge(run.First);
            await run.CommitAsync();
        }
        await Reopen();

        Assert.That(_folder.SegmentFiles.Sum(file => new FileInfo(file).Length), Is.LessThan(StoreRun.Small.SegmentSize));
    }

    [Test]
    public async Task Disk_use_stays_flat_while_messages_come_and_go()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        for (int i = 0; i < 3_000; i++)
        {
            run.Store.Publish(new byte[1_000], Persistent, run.First);
            run.Store.Consume(run.First);
            if (i % 10 == 0)
                await run.CommitAsync();
        }

        await Until(() => _folder.SegmentFiles.Length <= 3);
    }

    [Test]
    public async Task An_idle_broker_gives_a_large_dead_segment_back_though_it_is_not_full()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _files.Before = (call, _) =>
        {
            if (call == "delete")
                gone.TrySetResult();
        };
        await using var run = new StoreRun(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromMilliseconds(5) }, _files);
        Fill(run, 3_000_000);
        run.Store.Purge(run.First);

        await gone.Task.WaitAsync(_soon);
    }

    [Test]
    public async Task Messages_settled_in_a_later_segment_stay_settled_while_their_own_segment_lives()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish("kept", Persistent, run.Second);
            run.Store.Publish("settled", Persistent, run.First);
            Fill(run, 100_000);
            run.Store.Purge(run.First); // writes the settle record to a later segment than the messages
            Fill(run, 100_000); // fills the segment with the settle record, so that a new segment begins
            run.Store.Purge(run.First);
            Fill(run, 100_000);
            run.Store.Purge(run.First);
            await run.CommitAsync();
        }
        for (int restart = 0; restart < 3; restart++)
        {
            await using var next = new StoreRun(_folder.Path);
            Assert.That(next.First.Count, Is.Zero);
            Assert.That(next.Store.Texts(next.Second), Is.EqualTo(new[] { "kept" }));
        }
    }

    [Test]
    public async Task One_old_message_does_not_keep_everything_behind_it()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Store.Publish("kept", Persistent, run.Second);
            for (int i = 0; i < 3_000; i++)
            {
                run.Store.Publish(new byte[1_000], Persistent, run.First);
                if (i > 20)
                    run.Store.Consume(run.First); // so each segment settles messages of the segment before it
            }
            await run.CommitAsync();
            await Until(() => _folder.SegmentFiles.Length <= 8);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.First.Count, Is.EqualTo(21));
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(new[] { "kept" }));
        Assert.That(
            _files.Calls.Any(call =>
                call.StartsWith("rename", StringComparison.Ordinal)
                    && call.EndsWith(AcknowledgementFiles.Extension, StringComparison.Ordinal)),
            Is.True);
    }

    [Test]
    public async Task A_deletion_relies_only_on_what_the_folders_sync_made_durable()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            for (int i = 0; i < 500; i++)
            {
                run.Store.Publish(new byte[1_000], Persistent, run.First);
                if (i > 20)
                    run.Store.Consume(run.First);
            }
            run.Store.Purge(run.First);
        }

        // Each segment settles messages of the segment before it. So the store must sync the folder between two deletions of segments.
        string[] calls =
        [
            .. _files.Calls.Where(call =>
                (call.StartsWith("delete", StringComparison.Ordinal) && call.EndsWith(SegmentSet.LogExtension, StringComparison.Ordinal))
                    || call == "sync segments")
        ];
        string[] deletions = [.. calls.Where(call => call.StartsWith("delete", StringComparison.Ordinal))];
        Assert.That(deletions, Has.Length.GreaterThan(10).And.Ordered);
        for (int i = 1; i < calls.Length; i++)
            Assert.That(
                calls[i].StartsWith("delete", StringComparison.Ordinal)
                    && calls[i - 1].StartsWith("delete", StringComparison.Ordinal)
                    && calls[i - 1].EndsWith(SegmentSet.LogExtension, StringComparison.Ordinal),
                Is.False,
                $"{calls[i - 1]}, {calls[i]}");
    }

    [Test]
    public async Task A_delivered_mark_outlives_the_segment_it_was_noted_in()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Store.Publish("went out", Persistent, run.Second);
            Fill(run, 20_000);
            run.Store.NoteDelivered(run.Second, run.Second.Take());
            Fill(run, 100_000);
            run.Store.Purge(run.First);
            await run.CommitAsync();
            await Until(() => _files.Calls.Contains("delete 0000000000000002.log") || _folder.SegmentFiles.Length < 4);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Second.Take().IsRedelivered, Is.True);
    }

    [Test]
    public async Task A_queue_that_is_deleted_lets_its_segments_go()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            Fill(run, 200_000);
            run.Store.DeleteQueue(run.First);
        }
        await Reopen();

        Assert.That(_folder.SegmentFiles.Sum(file => new FileInfo(file).Length), Is.LessThan(StoreRun.Small.SegmentSize));
    }

    private static void Fill(StoreRun run, int bytes)
    {
        byte[] payload = new byte[500];
        for (int i = 0; i < bytes / payload.Length; i++)
            run.Store.Publish(payload, Persistent, run.First);
    }

    /// <summary>Opens and closes the store. The start deletes the segments that died in the last run.</summary>
    private async Task Reopen()
    {
        await using var run = new StoreRun(_folder.Path);
    }

    /// <summary>Waits until the committer has made a condition true.</summary>
    private static async Task Until(Func<bool> isSo)
    {
        using var timeout = new CancellationTokenSource(_soon);
        while (!isSo())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
