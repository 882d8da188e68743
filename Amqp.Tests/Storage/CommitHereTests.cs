using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>Commits on the thread of a publisher.</summary>
[CancelAfter(60_000)]
public sealed class CommitHereTests
{
    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    [SetUp]
    public void Create() => (_folder, _files) = (new TestFolder(), new FaultyFiles());

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task While_the_disk_is_quick_most_commits_are_made_on_the_thread_of_the_publisher()
    {
        _files.SkipsSyncs = true; // a quick disk
        await using var run = Open();
        int here = 0;

        // The store's thread may happen to work at the same time, and a sync may happen to be interrupted.
        for (int i = 0; here < 10 && i < 5_000; i++)
        {
            long position = run.Store.Publish("text", Persistent, run.First);
            run.Store.CommitHere(position);
            if (run.Store.DurablePosition >= position)
                here++;
            else
                await run.Store.WaitForCommitAsync(position);
        }

        Assert.That(here, Is.EqualTo(10), "commits on this thread");
    }

    [Test]
    public async Task While_the_disk_is_slow_the_thread_of_the_publisher_does_not_wait_for_it()
    {
        await using var run = Open();
        int publisher = Environment.CurrentManagedThreadId;
        bool isSlow = false, waited = false;
        _files.Before = (call, _) =>
        {
            if (call != "sync" || !isSlow)
                return;
            waited |= Environment.CurrentManagedThreadId == publisher;
            Thread.Sleep(5); // a slow disk
        };
        isSlow = true;
        await run.CommitAsync();
        publisher = Environment.CurrentManagedThreadId;
        waited = false;

        for (int i = 0; i < 20; i++)
            run.Store.CommitHere(run.Store.Publish("text", Persistent, run.First));

        Assert.That(waited, Is.False);
        await run.CommitAsync();
    }

    [Test]
    public async Task All_threads_get_their_commits_whoever_makes_them()
    {
        await using var run = Open();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                long position = run.Store.Publish($"{thread}.{i}", Persistent, run.First);
                var durable = run.Store.WaitForCommitAsync(position);
                if (i % 2 == thread % 2)
                    run.Store.CommitHere(position);
                await durable.WaitAsync(TimeSpan.FromSeconds(30));
            }
        })));
    }

    [Test]
    public async Task If_the_disk_fails_the_store_fails_and_the_publisher_goes_on()
    {
        await using var run = Open();
        for (int i = 0; i < 100; i++)
            run.Store.CommitHere(run.Store.Publish("text", Persistent, run.First));
        await run.CommitAsync();
        _files.Before = (call, _) =>
        {
            if (call == "sync")
                throw FaultyFiles.Broken;
        };

        long position = run.Store.Publish("text", Persistent, run.First);
        run.Store.CommitHere(position);

        Assert.That(async () => await run.Store.WaitForCommitAsync(position), Throws.InstanceOf<StoreFailedException>());
        Assert.That(run.Store.Failure, Is.Not.Null);
    }

    private StoreRun Open() => new(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) }, _files);
}
