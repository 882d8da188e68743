using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The store commits its log up to a position. Some failures prevent all further commits.</summary>
public sealed class CommitTests
{
    private const string FirstSegment = "0000000000000001.log";
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        DataDirectory.Open(_folder.Path, StoreRun.Small).Dispose(); // creates the catalog and the other files of an empty data directory
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_position_is_durable_only_after_its_file_and_folder_were_synced()
    {
        var syncing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayGoOn = new ManualResetEventSlim();
        _files.Before = (call, name) =>
        {
            if (call == "sync" && name == FirstSegment)
            {
                syncing.TrySetResult();
                mayGoOn.Wait();
            }
        };
        await using var run = new StoreRun(_folder.Path, files: _files);
        long position = run.Store.Publish("text", Persistent, run.First);
        Task durable = run.Store.WaitForCommitAsync(position);

        await syncing.Task.WaitAsync(_soon);
        Assert.That(durable.IsCompleted, Is.False);
        Assert.That(run.Store.DurablePosition, Is.Zero);

        mayGoOn.Set();
        await durable.WaitAsync(_soon);
        Assert.That(run.Store.DurablePosition, Is.EqualTo(position));
        Assert.That(_files.Calls, Does.Contain($"sync {FirstSegment}"));
        Assert.That(_files.Calls.SkipWhile(call => call != $"create {FirstSegment}"), Does.Contain("sync segments"));
    }

    [Test]
    public async Task The_catalog_is_synced_before_the_log_that_may_need_it()
    {
        await using var run = new StoreRun(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) }, _files);
        int before = _files.Calls.Length;
        run.Catalog.Put("queue", "definition"u8);
        run.Store.Publish("text", Persistent, run.First);

        await run.CommitAsync();

        string[] syncs = [.. _files.Calls[before..].Where(call => call.StartsWith("sync", StringComparison.Ordinal))];
        Assert.That(syncs, Is.EqualTo(new[] { "sync catalog.log", $"sync {FirstSegment}", "sync segments" }));
    }

    [Test]
    public async Task What_nobody_waits_for_is_synced_all_the_same()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Store.Committed += () => committed.TrySetResult();

        long position = run.Store.Publish("text", Persistent, run.First);

        await committed.Task.WaitAsync(_soon);
        Assert.That(run.Store.DurablePosition, Is.EqualTo(position));
    }

    [Test]
    public async Task A_catalog_change_is_synced_without_any_message()
    {
        var synced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = new StoreRun(_folder.Path, files: _files);
        _files.Before = (call, name) =>
        {
            if (call == "sync" && name == "catalog.log")
                synced.TrySetResult();
        };

        run.Catalog.Put("key", "value"u8);

        await synced.Task.WaitAsync(_soon);
    }

    [Test]
    public async Task One_sync_commits_everyone_who_waited_for_it()
    {
        await using var run = new StoreRun(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) }, _files);
        using var mayGoOn = new ManualResetEventSlim();
        var syncing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _files.Before = (call, _) =>
        {
            if (call == "sync")
            {
                syncing.TrySetResult();
                mayGoOn.Wait();
            }
        };
        Task first = run.Store.WaitForCommitAsync(run.Store.Publish("first", Persistent, run.First));
        await syncing.Task.WaitAsync(_soon);
        Task[] waiting =
            [.. Enumerable.Range(0, 100).Select(i => run.Store.WaitForCommitAsync(run.Store.Publish($"{i}", Persistent, run.First)))];

        mayGoOn.Set();
        await Task.WhenAll([first, .. waiting]).WaitAsync(_soon);

        Assert.That(_files.Calls.Count(call => call == $"sync {FirstSegment}"), Is.EqualTo(2));
    }

    [TestCase("sync")]
    [TestCase("write")]
    public async Task A_failed_call_is_fatal_for_everything_persistent_and_for_nothing_else(string failing)
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        run.Store.Publish("durable", Persistent, run.First);
        await run.CommitAsync();
        long durable = run.Store.DurablePosition;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Store.Committed += () => told.TrySetResult();
        int failures = 0;
        _files.Before = (call, _) =>
        {
            if (call == failing && Interlocked.Increment(ref failures) > 0)
                throw new IOException("the disk is gone");
        };

        Task lost = run.Store.WaitForCommitAsync(run.Store.Publish("lost", Persistent, run.First));
        Assert.That(
            async () => await lost.WaitAsync(_soon),
            Throws.TypeOf<StoreFailedException>().With.Message.Contains("the disk is gone"));
        await told.Task.WaitAsync(_soon);

        Assert.That(run.Store.Failure, Is.Not.Null);
        Assert.That(run.Store.DurablePosition, Is.EqualTo(durable));
        Assert.That(() => run.Store.Publish("refused", Persistent, run.First), Throws.TypeOf<StoreFailedException>());
        Assert.That(() => run.Catalog.Put("key", "value"u8), Throws.TypeOf<StoreFailedException>());
        Assert.That(async () => await run.Store.WaitForCommitAsync(durable + 1), Throws.TypeOf<StoreFailedException>());
        Assert.That(run.Store.IsBehind, Is.False);
        Assert.That(failures, Is.EqualTo(1), "nothing is retried");

        run.Store.Publish("transient", Transient, run.First);
        Assert.That(run.Store.Consume(run.First), Is.EqualTo("durable"));
        Assert.That(run.Store.Consume(run.First), Is.EqualTo("lost"));
        Assert.That(run.Store.Consume(run.First), Is.EqualTo("transient"));
    }

    [Test]
    public async Task A_store_that_cannot_write_keeps_up_with_nobody_until_it_can()
    {
        using var mayGoOn = new ManualResetEventSlim();
        _files.Before = (call, name) =>
        {
            if (call == "write" && name == FirstSegment)
                mayGoOn.Wait();
        };
        var options = new StoreOptions { BlockSize = 4 << 10, MaxUnwrittenBytes = 10_000 };
        await using var run = new StoreRun(_folder.Path, options, _files);
        while (run.Store.AppendedPosition <= options.MaxUnwrittenBytes)
            run.Store.Publish(new byte[1_000], Persistent, run.First);

        Assert.That(run.Store.IsBehind, Is.True);
        Task room = run.Store.WaitForRoomAsync();
        Assert.That(room.IsCompleted, Is.False);

        mayGoOn.Set();
        await room.WaitAsync(_soon);
        Assert.That(run.Store.IsBehind, Is.False);
    }

    [Test]
    public async Task A_store_that_fails_lets_those_go_who_wait_for_room_and_gives_memory_back_with_its_messages()
    {
        using var mayGoOn = new ManualResetEventSlim();
        _files.Before = (call, name) =>
        {
            if (call != "write" || name != FirstSegment)
                return;
            mayGoOn.Wait();
            throw FaultyFiles.Broken;
        };
        var options = new StoreOptions { BlockSize = 4 << 10, MaxUnwrittenBytes = 10_000 };
        await using var run = new StoreRun(_folder.Path, options, _files);
        while (run.Store.AppendedPosition <= 3 * options.MaxUnwrittenBytes)
            run.Store.Publish(new byte[1_000], Persistent, run.First);
        Task room = run.Store.WaitForRoomAsync();
        Assert.That(room.IsCompleted, Is.False);

        mayGoOn.Set();
        await room.WaitAsync(_soon);
        await Support.Eventually.Holds(() => run.Store.Failure is not null, () => "the store has not failed");
        run.Store.Purge(run.First);

        // After the purge, the committer releases the last block although no commit is requested.
        await Support.Eventually.Holds(() => run.Store.MemoryInUse == 0, () => $"{run.Store.MemoryInUse} bytes are in memory");
    }

    [Test]
    public async Task Who_asks_for_more_than_there_is_has_nothing_synced_that_comes_later()
    {
        await using var run = new StoreRun(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) }, _files);
        await run.CommitAsync();
        run.Store.RequestCommit(long.MaxValue);

        for (int written = 1; written <= 2; written++)
        {
            run.Store.Publish("text", Persistent, run.First);
            // The first write contains only the file header. Each message needs one more write.
            await Support.Eventually.Holds(
                () => _files.Calls.Count(call => call == $"write {FirstSegment}") > written, () => "the message is not written");
        }

        Assert.That(_files.Calls, Does.Not.Contain($"sync {FirstSegment}"));
        Assert.That(run.Store.DurablePosition, Is.Zero);
    }

    [Test]
    public async Task Disposing_makes_everything_durable()
    {
        long position;
        IMessageStore store;
        await using (var run = new StoreRun(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) }, _files))
        {
            store = run.Store;
            position = store.Publish("text", Persistent, run.First);
        }

        Assert.That(store.DurablePosition, Is.EqualTo(position));
        Assert.That(_files.Calls, Does.Contain($"sync {FirstSegment}"));
    }
}
