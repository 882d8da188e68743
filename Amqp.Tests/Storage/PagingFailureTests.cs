using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.PagingTests;

namespace Amqp.Tests.Storage;

/// <summary>Transient messages survive a failing disk, and can be used while they are paged out.</summary>
public sealed class PagingFailureTests
{
    private const int Count = 3_000;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private readonly List<Exception> _failures = []; // access it under a lock on the list itself
    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        _failures.Clear();
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("create")]
    [TestCase("write")]
    public async Task Messages_stay_in_memory_while_the_disk_fails_and_are_paged_when_it_is_well_again(string call)
    {
        FailPages(call);
        await using StoreRun run = Open();
        string[] texts = Fill(run, Count, run.First);
        await run.SettleDownAsync();
        Assert.That(Failures, Has.Length.EqualTo(1));
        Assert.That(run.Store.MemoryInUse, Is.GreaterThan(texts.Sum(text => text.Length)));
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));

        _files.Before = (_, _) => { };

        await Eventually.Holds(() => run.Store.MemoryInUse < 64 << 10, () => $"{run.Store.MemoryInUse} bytes are in memory");
        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
        Assert.That(run.Store.Failure, Is.Null);
    }

    [Test]
    public async Task It_is_tried_again_and_again_but_said_once()
    {
        using var attempts = new CountdownEvent(5);
        _files.Before = (call, name) =>
        {
            if (call != "create" || !name.EndsWith(".page", StringComparison.Ordinal))
                return;
            if (!attempts.IsSet)
                attempts.Signal();
            throw new IOException("injected");
        };
        await using StoreRun run = Open();
        Fill(run, Count, run.First);

        Assert.That(attempts.Wait(_soon), Is.True);
        await run.SettleDownAsync();

        Assert.That(Failures, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_write_that_fails_among_others_harms_no_message()
    {
        int writes = 0;
        _files.Before = (call, name) =>
        {
            if (call == "write" && name.EndsWith(".page", StringComparison.Ordinal) && ++writes % 3 == 0)
                throw new IOException("injected");
        };
        await using StoreRun run = Open();
        string[] texts = Fill(run, Count, run.First);
        await Eventually.Holds(() => run.Store.MemoryInUse < 64 << 10, () => $"{run.Store.MemoryInUse} bytes are in memory");

        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
        await run.SettleDownAsync();
        Assert.That(_folder.PageFiles, Is.Empty);
    }

    [Test]
    public async Task A_page_file_that_cannot_be_deleted_goes_when_it_can_be()
    {
        FailPages("delete");
        await using StoreRun run = Open();
        Fill(run, Count, run.First);
        await Eventually.Holds(() => run.Store.MemoryInUse < 64 << 10, () => $"{run.Store.MemoryInUse} bytes are in memory");
        run.Store.Purge(run.First);
        await Eventually.Holds(() => Failures.Length > 0, () => "no failure was reported");
        Assert.That(_folder.PageFiles, Is.Not.Empty);

        _files.Before = (_, _) => { };

        await Eventually.Holds(() => _folder.PageFiles.Length == 0, () => $"{_folder.PageFiles.Length} page files are left");
    }

    [Test]
    public async Task A_disk_that_is_nearly_full_is_not_filled()
    {
        _files.Free = StoreRun.Paged.MinFreeDiskBytes;
        await using StoreRun run = Open(
            new StoreOptions { BlockSize = 4 << 10, MaxTransientBytesInMemory = 8 << 10, MinFreeDiskBytes = _files.Free.Value + 1 });
        string[] texts = Fill(run, Count, run.First);
        await run.SettleDownAsync();

        Assert.That(PageWrites(_files), Is.Zero);
        Assert.That(Failures.Single().Message, Does.Contain("free"));
        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
    }

    [TestCase("changed")]
    [TestCase("cut off")]
    [TestCase("deleted")]
    public async Task Messages_whose_page_is_damaged_are_said_to_be_and_can_be_let_go(string damage)
    {
        await using StoreRun run = Open();
        string[] texts = Fill(run, Count, run.First);
        await run.SettleDownAsync();
        Harm(_folder.PageFiles[0], damage);

        var read = new List<string>();
        int damaged = 0;
        while (run.First.TryTake(out StoredMessage message))
        {
            try
            {
                read.Add(run.Store.Text(message));
            }
            catch (StoreDamagedException found)
            {
                Assert.That(found.File, Is.EqualTo(Path.Combine(_folder.Pages, "0000000000000001.page")));
                damaged++;
            }
            run.Store.Settle(run.First, message);
        }
        await run.SettleDownAsync();

        Assert.That(damaged, Is.GreaterThan(0));
        Assert.That(read, Has.Count.EqualTo(Count - damaged));
        Assert.That(read, Is.EqualTo(texts.Intersect(read)), "the other messages come in order");
        Assert.That(run.Store.MemoryInUse, Is.LessThan(64 << 10));
    }

    [Test]
    public async Task Who_reads_a_message_while_it_is_written_keeps_it_and_its_memory_goes_afterwards()
    {
        using var writing = new PausedWrite(_files);
        await using StoreRun run = Open();
        string[] texts = Fill(run, Count, run.First);
        await writing.Begun.WaitAsync(_soon);

        ReadWhilePaged(run, writing, texts[0]);

        await run.SettleDownAsync();
        Assert.That(run.Store.MemoryInUse, Is.LessThan(64 << 10));
        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task Messages_that_are_settled_while_they_are_written_leave_nothing_behind()
    {
        using var writing = new PausedWrite(_files);
        await using StoreRun run = Open();
        Fill(run, Count, run.First);
        await writing.Begun.WaitAsync(_soon);

        run.Store.Purge(run.First);
        writing.GoOn();
        await run.SettleDownAsync();
        await run.SettleDownAsync(); // the first call only requests deletions; the second one waits for them

        Assert.That(_folder.PageFiles, Is.Empty);
        Assert.That(run.Store.MemoryInUse, Is.LessThan(64 << 10));
    }

    private static void ReadWhilePaged(StoreRun run, PausedWrite writing, string text)
    {
        StoredMessage first = run.First.Take();
        using (PayloadLease lease = run.Store.Read(first))
        {
            writing.GoOn();
            ((FileMessageStore)run.Store).WhenIdleAsync().Wait(_soon);
            Assert.That(System.Text.Encoding.UTF8.GetString(lease.Payload), Is.EqualTo(text));
            using PayloadLease again = run.Store.Read(first);
            Assert.That(lease.Payload.Overlaps(again.Payload), Is.True, "the memory of the leased payload was freed");
        }
        run.First.Add(first);
    }

    private static void Harm(string path, string damage)
    {
        switch (damage)
        {
            case "changed":
                using (FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                {
                    file.Position = 10_000;
                    int was = file.ReadByte();
                    file.Position = 10_000;
                    file.WriteByte((byte)(was ^ 1));
                }
                break;
            case "cut off":
                using (FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                    file.SetLength(10_000);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private Exception[] Failures
    {
        get
        {
            lock (_failures)
                return [.. _failures];
        }
    }

    private StoreRun Open(StoreOptions? options = null)
    {
        var run = new StoreRun(_folder.Path, options ?? StoreRun.Paged, _files);
        run.Store.BackgroundWorkFailed += (_, failure) =>
        {
            lock (_failures)
                _failures.Add(failure);
        };
        return run;
    }

    private void FailPages(string failing) => _files.Before = (call, name) =>
    {
        if (call == failing && name.EndsWith(".page", StringComparison.Ordinal))
            throw new IOException("injected");
    };

    /// <summary>Pauses the first write to a page file until the test calls <see cref="GoOn"/>.</summary>
    private sealed class PausedWrite : IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayGoOn = new();

        public PausedWrite(FaultyFiles files) => files.Before = (call, name) =>
        {
            if (call != "write" || !name.EndsWith(".page", StringComparison.Ordinal))
                return;
            _begun.TrySetResult();
            _mayGoOn.Wait();
        };

        public Task Begun => _begun.Task;

        public void GoOn() => _mayGoOn.Set();

        public void Dispose()
        {
            _mayGoOn.Set(); // the event itself is not disposed, because the store may still wait for it
        }
    }
}
