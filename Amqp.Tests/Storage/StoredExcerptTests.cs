using System.Text;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>An excerpt shows the messages at a position of a queue, in memory or on disk, and changes nothing.</summary>
public sealed class StoredExcerptTests
{
    private const int Many = 2_000;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_deep_queue_shows_any_position_and_loads_no_entry()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run, run.First);
        long inMemory = run.First.CountInMemory;

        foreach (int skip in (int[])[0, 1, 7, 8, 9, 100, 999, 1_000, 1_500, Many - 3, Many - 1, Many, Many + 1])
            Assert.That(Read(run, skip, 10), Is.EqualTo(texts.Skip(skip).Take(10)), $"at {skip}");
        Assert.That((run.First.CountInMemory, run.First.Count), Is.EqualTo((inMemory, Many)));
    }

    [Test]
    public async Task A_queue_is_shown_the_same_after_a_restart()
    {
        string[] texts;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            texts = await FillAsync(run, run.First);

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(Read(next, 1_234, 500), Is.EqualTo(texts.Skip(1_234).Take(500)));
        Assert.That(next.First.CountInMemory, Is.Zero);
    }

    [Test]
    public async Task A_position_behind_many_groups_of_one_index_is_found()
    {
        var options = new StoreOptions { BlockSize = 4 << 10, SegmentSize = 1 << 20, MaxMessagesInMemory = 0 };
        await using var run = new StoreRun(_folder.Path, options);
        for (int i = 0; i < 20_000; i++)
            run.Store.Publish($"{i}", Persistent, i % 7 == 0 ? run.Second : run.First);
        for (int i = 0; i < 2; i++)
            run.Store.Publish(new byte[900_000], Persistent, run.Second);
        await run.SettleDownAsync();
        Assume.That(run.First.CountInMemory, Is.Zero);
        string[] expected = [.. Enumerable.Range(0, 20_000).Where(i => i % 7 != 0).Select(i => $"{i}")];

        for (int skip = 0; skip < expected.Length; skip += 251)
            Assert.That(Read(run, skip, 3), Is.EqualTo(expected.Skip(skip).Take(3)), $"at {skip}");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task Any_history_of_a_queue_is_shown_in_the_order_of_delivery(int seed)
    {
        var random = new Random(seed);
        var ready = new SortedDictionary<long, (string Text, bool IsRedelivered)>();
        var taken = new List<StoredMessage>();
        var late = new List<StoredMessage>();
        StoredQueueScan? scan = null; // of a job that runs meanwhile
        var run = new StoreRun(_folder.Path, StoreRun.Deep);
        try
        {
            for (int step = 0; step < 60; step++)
            {
                for (int i = random.Next(200); i > 0; i--)
                    Publish(random.Next(10) > 1, random.Next(20) == 0);
                for (int i = random.Next(150); i > 0 && run.First.Count > 0; i--)
                    taken.Add(Take());
                for (int i = random.Next(taken.Count + 1); i > 0; i--)
                    GiveUp(random.Next(3) > 0);
                if (random.Next(3) == 0)
                {
                    late.ForEach(message => Add(message, isRedelivered: false));
                    late.Clear();
                }
                Scan();
                if (random.Next(4) == 0)
                    await run.SettleDownAsync();
                Check();
            }
        }
        finally
        {
            await run.DisposeAsync();
        }

        void Scan()
        {
            scan ??= random.Next(3) == 0 ? new StoredQueueScan(run.First) : null;
            for (int i = random.Next(400); i > 0 && scan?.TryTake(out StoredMessage message) == true; i--)
            {
                if (random.Next(10) > 0)
                {
                    run.First.Add(message);
                    continue;
                }
                ready.Remove(message.Sequence);
                taken.Add(message);
            }
            if (random.Next(3) > 0)
                return;
            scan?.End();
            scan = null;
        }

        void Publish(bool persistent, bool isLate)
        {
            var stored = new StoredMessage[1];
            run.Store.Append([run.First], Encoding.UTF8.GetBytes($"message {new string('x', random.Next(90))}"), [], persistent, stored);
            if (isLate)
                late.Add(stored[0]);
            else
                Add(stored[0], isRedelivered: false);
        }

        void Add(in StoredMessage message, bool isRedelivered)
        {
            ready.Add(message.Sequence, (run.Store.Text(message), isRedelivered));
            run.First.Add(message);
        }

        StoredMessage Take()
        {
            StoredMessage message = run.First.Take();
            ready.Remove(message.Sequence);
            return message;
        }

        void GiveUp(bool isSettled)
        {
            int at = random.Next(taken.Count);
            StoredMessage message = taken[at];
            taken.RemoveAt(at);
            if (isSettled)
            {
                run.Store.Settle(run.First, message);
                return;
            }
            ready.Add(message.Sequence, (run.Store.Text(message), true));
            run.First.Return(message);
        }

        void Check()
        {
            for (int round = 0; round < 5; round++)
            {
                int skip = random.Next(ready.Count + 5);
                int count = 1 + random.Next(300);
                var shown = new List<(long, string, bool)>();
                using StoredExcerpt excerpt = run.Store.Excerpts.Of(run.First, skip, count);
                while (excerpt.MoveNext())
                    shown.Add((excerpt.Message.Sequence, Text(excerpt), excerpt.Message.IsRedelivered));
                Assert.That(
                    shown,
                    Is.EqualTo(ready.Skip(skip).Take(count).Select(each => (each.Key, each.Value.Text, each.Value.IsRedelivered))));
            }
        }
    }

    [Test]
    public async Task An_excerpt_stays_readable_when_its_messages_are_settled_and_their_segments_deleted()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run, run.First);
        int segments = _folder.SegmentFiles.Length;
        using StoredExcerpt excerpt = run.Store.Excerpts.Of(run.First, 0, Many);
        excerpt.MoveNext();
        run.Store.Purge(run.First);
        await run.SettleDownAsync();

        var shown = new List<string> { Text(excerpt) };
        while (excerpt.MoveNext())
            shown.Add(Text(excerpt));

        Assert.That(shown, Is.EqualTo(texts));
        excerpt.Dispose();
        await run.SettleDownAsync();
        await Eventually.Holds(
            () => _folder.SegmentFiles.Length < segments / 4,
            () => $"{_folder.SegmentFiles.Length} of {segments} segments are still there");
    }

    [Test]
    public async Task An_excerpt_stays_readable_when_its_segment_is_compacted()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        for (int i = 0; i < 1_000; i++)
            run.Store.Publish($"message {i}", Persistent, i % 5 == 0 ? run.First : run.Second);
        await run.SettleDownAsync();
        using StoredExcerpt excerpt = run.Store.Excerpts.Of(run.First, 20, 100);
        excerpt.MoveNext();
        long before = _folder.SegmentFiles.Sum(file => new FileInfo(file).Length);
        run.Store.Settle(run.Second, run.Second.TakeAll());
        await Eventually.Holds(
            async () =>
            {
                run.Store.Publish(new byte[8_000], Persistent, run.Second);
                run.Store.Consume(run.Second);
                await run.SettleDownAsync();
                return _folder.SegmentFiles.Sum(file => new FileInfo(file).Length) < before / 2;
            },
            () => "no segment is compacted");

        var shown = new List<string> { Text(excerpt) };
        while (excerpt.MoveNext())
            shown.Add(Text(excerpt));
        Assert.That(shown, Is.EqualTo(Enumerable.Range(20, 100).Select(i => $"message {5 * i}")));
    }

    [Test]
    public async Task Messages_that_were_taken_are_readable_as_an_excerpt_after_they_are_settled()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run, run.First);
        StoredMessage[] taken = run.First.TakeAll();
        using StoredExcerpt excerpt = run.Store.Excerpts.Of(taken.AsSpan(100, 50));
        run.Store.Settle(run.First, taken);

        var shown = new List<string>();
        while (excerpt.MoveNext())
            shown.Add(Text(excerpt));
        Assert.That(shown, Is.EqualTo(texts.Skip(100).Take(50)));
    }

    [TestCase(MessageRun.FirstChunkLength)]
    [TestCase(MessageChunkPool.ChunkLength)]
    [TestCase(5 * MessageChunkPool.ChunkLength + 3)]
    public void A_queue_in_memory_shows_any_position(int depth)
    {
        var store = new MemoryMessageStore();
        StoredQueue queue = store.OpenQueue(1, durable: false);
        for (int i = 0; i < depth; i++)
            store.Publish($"{i}", Transient, queue);

        for (int skip = 0; skip <= depth; skip += 5)
            Assert.That(Read(store, queue, skip, 4), Is.EqualTo(Enumerable.Range(skip, Math.Min(4, depth - skip)).Select(i => $"{i}")));
    }

    [Test]
    public async Task The_beginning_of_a_payload_is_read_without_the_rest()
    {
        byte[] large = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i % 251))];
        await using (var first = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            first.Store.Publish(large, Persistent, first.First);
            first.Store.Publish("small", Persistent, first.First);
        }
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assume.That(run.First.CountInMemory, Is.Zero);

        using StoredExcerpt excerpt = run.Store.Excerpts.Of(run.First, 0, 2);
        byte[] target = new byte[1_000];
        Assert.That((excerpt.MoveNext(), excerpt.Message.Length, excerpt.Read(target)), Is.EqualTo((true, large.Length, 1_000)));
        Assert.That(target, Is.EqualTo(large[..1_000]));
        byte[] all = new byte[large.Length];
        Assert.That((excerpt.Read(all), all.AsSpan().SequenceEqual(large)), Is.EqualTo((large.Length, true)));
        Assert.That((excerpt.MoveNext(), Text(excerpt)), Is.EqualTo((true, "small")));
    }

    [Test]
    public async Task A_damaged_record_is_reported_and_the_others_are_shown()
    {
        string[] texts;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            texts = await FillAsync(run, run.First);
        TestFolder.Flip(_folder.SegmentFiles[0], 200);

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        using StoredExcerpt excerpt = next.Store.Excerpts.Of(next.First, 0, 20);
        var shown = new List<string>();
        int damaged = 0;
        while (excerpt.MoveNext())
        {
            try
            {
                shown.Add(Text(excerpt));
            }
            catch (StoreDamagedException)
            {
                damaged++;
            }
        }
        Assert.That((damaged, shown.Count), Is.EqualTo((1, 19)));
        Assert.That(shown, Is.SubsetOf(texts));
        Assert.That(next.First.Count, Is.EqualTo(Many), "the damaged message is still in the queue");
    }

    [Test]
    public async Task A_damaged_index_is_rebuilt()
    {
        string[] texts;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            texts = await FillAsync(run, run.First);
        TestFolder.Flip(_folder.IndexFiles[3], -1);

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(Read(next, 0, Many), Is.EqualTo(texts));
    }

    /// <summary>Publishes many messages to a queue, and waits until few of them are in memory.</summary>
    private static async Task<string[]> FillAsync(StoreRun run, StoredQueue queue)
    {
        string[] texts = [.. Enumerable.Range(0, Many).Select(i => $"message {i} {new string('x', i % 90)}")];
        foreach (string text in texts)
            run.Store.Publish(text, Persistent, queue);
        await run.SettleDownAsync();
        return texts;
    }

    private static List<string> Read(StoreRun run, long skip, int count) => Read(run.Store, run.First, skip, count);

    private static List<string> Read(IMessageStore store, StoredQueue queue, long skip, int count)
    {
        var texts = new List<string>();
        using StoredExcerpt excerpt = store.Excerpts.Of(queue, skip, count);
        while (excerpt.MoveNext())
            texts.Add(Text(excerpt));
        return texts;
    }

    private static string Text(StoredExcerpt excerpt)
    {
        byte[] payload = new byte[excerpt.Message.Length];
        Assert.That(excerpt.Read(payload), Is.EqualTo(payload.Length));
        return Encoding.UTF8.GetString(payload);
    }
}
