using System.Globalization;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>When transient messages exceed the memory limit, the store moves messages to page files without changing them.</summary>
public sealed class PagingTests
{
    // Total size of the blocks that writers are still filling, one block for each writer. They do not count towards the memory limit.
    private const int OpenBytes = 8 * (4 << 10);

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Memory_stays_at_the_bound_and_messages_come_back_in_order([Values] bool durable)
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        StoredQueue queue = durable ? run.First : run.Store.OpenQueue(3, durable: false);
        string[] texts = Fill(run, 3_000, queue);
        await run.SettleDownAsync();

        Assert.That(run.Store.MemoryInUse, Is.LessThanOrEqualTo(StoreRun.Paged.MaxTransientBytesInMemory + OpenBytes));
        Assert.That(Consume(run.Store, queue), Is.EqualTo(texts));
    }

    [Test]
    public async Task A_message_that_was_paged_out_is_in_memory_again_when_it_is_read_and_reads_are_counted()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        for (int i = 0; i < 40; i++)
            run.Store.Publish(new byte[1_000], Transient, run.First);
        await run.SettleDownAsync();
        StoredMessage[] all = run.First.TakeAll();

        Assert.That(
            (run.Store.IsInMemory(all[0]), run.Store.IsInMemory(all[^1]), run.Store.Counts.PayloadReads),
            Is.EqualTo((false, true, 0)));
        Assert.That((run.Store.TryReadInMemory(all[0], out _), run.Store.ArePayloadsInMemory), Is.EqualTo((false, false)));
        Assert.That((IsRead(all[0]), IsRead(all[^1])), Is.EqualTo((true, false)));
        Assert.That((run.Store.IsInMemory(all[0]), run.Store.Counts.PayloadReads), Is.EqualTo((true, 1)));

        bool IsRead(StoredMessage message)
        {
            using PayloadLease lease = run.Store.Read(message);
            return lease.WasRead;
        }
    }

    [Test]
    public async Task A_message_larger_than_a_block_is_paged_too()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        byte[] large = new byte[100_000];
        new Random(1).NextBytes(large);
        run.Store.Publish(large, Transient, run.First);
        await run.SettleDownAsync();

        Assert.That(run.Store.MemoryInUse, Is.Zero);
        using PayloadLease lease = run.Store.Read(run.First.Take());
        Assert.That(lease.Payload.SequenceEqual(large), Is.True);
    }

    [Test]
    public async Task Messages_in_several_queues_come_back_to_each_whatever_became_of_them_in_the_others()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        StoredQueue other = run.Store.OpenQueue(3, durable: false);
        string[] texts = Fill(run, 1_500, run.First, run.Second, other);
        await run.SettleDownAsync();

        StoredMessage[] taken = run.First.TakeAll();
        run.Store.Settle(run.First, taken.AsSpan(0, 500));
        foreach (StoredMessage message in taken.AsSpan(500).ToArray().Reverse())
            run.First.Return(message);
        run.Store.Purge(run.Second);
        texts = [.. texts, .. Fill(run, 1_500, run.First, other)];
        await run.SettleDownAsync();

        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts[500..]));
        Assert.That(Consume(run.Store, other), Is.EqualTo(texts));
    }

    [Test]
    public async Task Persistent_and_paged_messages_share_one_order()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        string[] texts = [.. Enumerable.Range(0, 3_000).Select(Text)];
        for (int i = 0; i < texts.Length; i++)
            run.Store.Publish(texts[i], persistent: i % 3 == 0, run.First);
        await run.SettleDownAsync();

        Assert.That(_folder.PageFiles, Is.Not.Empty);
        Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task What_was_read_back_leaves_memory_again_without_being_written_again()
    {
        var files = new FaultyFiles();
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged, files);
        string[] texts = Fill(run, 3_000, run.First);
        await run.SettleDownAsync();
        int written = PageWrites(files);

        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));
        await run.SettleDownAsync();

        Assert.That(PageWrites(files), Is.EqualTo(written));
        Assert.That(run.Store.MemoryInUse, Is.LessThanOrEqualTo(StoreRun.Paged.MaxTransientBytesInMemory + OpenBytes));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Page_files_go_when_their_messages_have_gone(bool purge)
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        string[] texts = Fill(run, 3_000, run.First);
        await run.SettleDownAsync();
        Assert.That(_folder.PageFiles, Is.Not.Empty);

        if (purge)
            run.Store.Purge(run.First);
        else
            Assert.That(Consume(run.Store, run.First), Is.EqualTo(texts));
        await run.SettleDownAsync();

        Assert.That(_folder.PageFiles, Is.Empty);
    }

    [Test]
    public async Task A_page_file_stays_as_long_as_one_message_in_it()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        Fill(run, 3_000, run.First);
        await run.SettleDownAsync();
        StoredMessage first = run.First.Take();
        run.Store.Purge(run.First);
        await run.SettleDownAsync();

        Assert.That(_folder.PageFiles, Has.Length.EqualTo(1));
        Assert.That(run.Store.Text(first), Is.EqualTo(Text(0)));
        run.Store.Settle(run.First, first);
        await run.SettleDownAsync();
        Assert.That(_folder.PageFiles, Is.Empty);
    }

    [Test]
    public async Task Page_files_of_a_run_that_was_killed_are_deleted_at_the_start()
    {
        using TestFolder killed = await FillAndKillAsync();
        Assert.That(killed.PageFiles, Is.Not.Empty);

        await using var run = new StoreRun(killed.Path, StoreRun.Paged);

        Assert.That(killed.PageFiles, Is.Empty);
        Assert.That(run.First.Count, Is.Zero);
        Assert.That(run.Report.Findings, Is.Empty);
    }

    [Test]
    public async Task A_stop_in_order_leaves_no_page_files()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Paged))
        {
            Fill(run, 3_000, run.First);
            await run.SettleDownAsync();
        }

        Assert.That(_folder.PageFiles, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_paged_below_the_bound()
    {
        await using var run = new StoreRun(_folder.Path);
        Fill(run, 3_000, run.First);
        await run.SettleDownAsync();

        Assert.That(_folder.PageFiles, Is.Empty);
    }

    [Test]
    public async Task A_store_without_a_disk_keeps_everything_in_memory()
    {
        await using var store = new MemoryMessageStore(StoreRun.Paged);
        StoredQueue queue = store.OpenQueue(1, durable: false);
        for (int i = 0; i < 1_000; i++)
            store.Publish(new byte[1_000], Transient, queue);

        Assert.That(store.MemoryInUse, Is.GreaterThan(1_000_000));
    }

    internal static string[] Fill(StoreRun run, int count, params StoredQueue[] queues)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(Text)];
        foreach (string text in texts)
            run.Store.Publish(text, Transient, queues);
        return texts;
    }

    internal static string[] Consume(IMessageStore store, StoredQueue queue)
    {
        var texts = new List<string>();
        while (queue.Count > 0)
            texts.Add(store.Consume(queue));
        return [.. texts];
    }

    /// <summary>Returns the text of a message. The texts differ in length, so that blocks end at different offsets.</summary>
    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(5 + number % 97, '.');

    internal static int PageWrites(FaultyFiles files) =>
        files.Calls.Count(call => call.StartsWith("write", StringComparison.Ordinal) && call.EndsWith(".page", StringComparison.Ordinal));

    private async Task<TestFolder> FillAndKillAsync()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Paged);
        Fill(run, 3_000, run.First);
        await run.SettleDownAsync();
        return _folder.Copy();
    }
}
