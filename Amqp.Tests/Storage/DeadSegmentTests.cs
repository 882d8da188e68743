using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// A dead segment is deleted only after its delivered marks are copied to another segment. If it has settle records for messages of older
/// dead segments, those segments are deleted first. The tests pause the threads that delete segments.
/// </summary>
public sealed class DeadSegmentTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    // A segment has the size of one block. So a message that does not fit into the rest of the segment begins the next segment.
    private static readonly StoreOptions _options = new() { BlockSize = 4 << 10, SegmentSize = 4 << 10 };

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
    public async Task A_dead_segment_stays_while_a_dead_one_that_it_settles_is_still_there()
    {
        using var indexing = new Stop(_files, "create 0000000000000004.idx.new");
        using var folding = new Stop(_files, "create 0000000000000001.acks.new");
        await using var run = new StoreRun(_folder.Path, _options, _files);
        string[] kept = [Text("in 1", 3_000), Text("in 4", 3_000), Text("in 5", 3_000)];

        run.Store.Publish(kept[0], Persistent, run.Second);
        run.Store.Publish("settled in 2", Persistent, run.First);
        run.Store.Publish(Text("in 2, settled in 3", 1_500), Persistent, run.First);
        run.Store.Consume(run.First); // the settle record is in segment 2, so segment 2 is needed as long as segment 1 exists
        run.Store.Publish(Text("in 2, settled in 5", 1_500), Persistent, run.First);
        run.Store.Publish(Text("in 3, settled in 5", 2_000), Persistent, run.First);
        run.Store.Consume(run.First); // the settle record is in segment 3, so segment 3 is needed as long as segment 2 exists
        run.Store.Publish(kept[1], Persistent, run.Second);
        await run.SettleDownAsync(); // waits until segments 1 to 3 have indexes
        StoredMessage inSecond = run.First.Take();
        StoredMessage inThird = run.First.Take();

        run.Store.Publish(kept[2], Persistent, run.Second);
        await run.CommitAsync();
        await indexing.Reached; // the housekeeper thread is paused until GoOn is called
        run.Store.Settle(run.First, inThird); // segment 3 is now dead: its settle records will be copied to segment 2, which is live
        await SweepAsync(run);
        run.Store.Settle(run.First, inSecond); // segment 2 is now dead: its settle records will be copied to segment 1
        await SweepAsync(run);
        indexing.GoOn();
        await folding.Reached; // the housekeeper has finished segment 3, and is copying the settle records of segment 2
        await SweepAsync(run);

        using TestFolder crashed = _folder.Copy();
        folding.GoOn();
        await using var next = new StoreRun(crashed.Path, _options);
        Assert.That(next.Store.Texts(next.First), Is.Empty, "all messages were settled durably");
        Assert.That(next.Store.Texts(next.Second).Where(text => text.Length > 1), Is.EqualTo(kept));
    }

    [Test]
    public async Task A_delivered_mark_stays_until_the_one_that_replaced_it_is_durable()
    {
        var options = new StoreOptions { BlockSize = 4 << 10, SegmentSize = 4 << 10, SyncInterval = TimeSpan.FromHours(1) };
        await using var run = new StoreRun(_folder.Path, options, _files);
        run.Store.Publish(Text("in 1", 3_000), Persistent, run.First);
        run.Store.Publish(Text("went out", 1_500), Persistent, run.Second);
        run.Store.Publish(Text("goes out", 1_500), Persistent, run.Second);
        run.Store.Publish(Text("in 3", 3_000), Persistent, run.First);
        run.Store.NoteDelivered(run.Second, run.Second.Take()); // the delivered mark is in segment 3
        run.Store.Publish(Text("in 4", 3_000), Persistent, run.Second);
        await run.CommitAsync();
        StoredMessage[] settled = run.First.TakeAll();

        using var syncing = new Stop(_files, "sync 0000000000000004.log");
        using var deleting = new Stop(_files, "delete 0000000000000001.log");
        run.Store.RequestCommit(run.Store.Publish("-", Persistent, run.Second));
        await syncing.Reached;
        run.Store.Settle(run.First, settled); // segments 1 and 3 are dead
        syncing.GoOn();
        await deleting.Reached; // the thread that deletes segment 1 is paused; segment 3 is deleted next
        run.Store.NoteDelivered(run.Second, run.Second.Take());
        using var deleted = new Stop(_files, "sync segments");
        deleting.GoOn();
        await deleted.Reached;

        using TestFolder crashed = _folder.Copy();
        deleted.GoOn();
        await using var next = new StoreRun(crashed.Path, options);
        Assert.That(next.Second.Take().IsRedelivered, Is.True);
    }

    private static string Text(string what, int length) => what.PadRight(length);

    /// <summary>Waits until the committer has deleted all segments that are dead now, or has handed them to the housekeeper.</summary>
    private static async Task SweepAsync(StoreRun run)
    {
        // A sweep follows each commit, so the first sweep has ended when the second commit is done.
        for (int commit = 0; commit < 2; commit++)
        {
            run.Store.Publish("-", Persistent, run.Second);
            await run.CommitAsync();
        }
    }

    /// <summary>Pauses the thread that makes the given file call. The test resumes the thread.</summary>
    private sealed class Stop : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayGoOn = new();

        public Stop(FaultyFiles files, string call)
        {
            Action<string, string> before = files.Before;
            files.Before = (kind, name) =>
            {
                before(kind, name);
                if ($"{kind} {name}" != call)
                    return;
                _reached.TrySetResult();
                _mayGoOn.Wait(_soon);
            };
        }

        public Task Reached => _reached.Task.WaitAsync(_soon);

        public void GoOn() => _mayGoOn.Set();

        public void Dispose() => _mayGoOn.Dispose();
    }
}
