using Amqp.Storage.Configuration;
using Amqp.Storage.Log;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>A queue with messages that are only on disk behaves as if all its messages were in memory.</summary>
public sealed class DeepQueueTests
{
    private const int Many = 2_000;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Messages_leave_memory_and_come_back_in_order()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run);

        // The last segment is not full, so its messages stay in memory.
        Assert.That(run.First.CountInMemory, Is.LessThan(300));
        Assert.That(run.First.Count, Is.EqualTo(Many));
        Assert.That(run.First.Bytes, Is.EqualTo(texts.Sum(text => text.Length)));
        Assert.That(Drain(run, run.First), Is.EqualTo(texts));
        Assert.That((run.First.Count, run.First.Bytes), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_restart_counts_and_orders_them_the_same()
    {
        string[] texts;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            texts = await FillAsync(run);

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That((next.First.Count, next.First.Bytes), Is.EqualTo((Many, texts.Sum(text => text.Length))));
        Assert.That(next.First.CountInMemory, Is.Zero);
        Assert.That(Drain(next, next.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task A_look_at_the_front_in_memory_sees_what_is_there_and_brings_nothing_back()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
            await FillAsync(run);

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(
            (next.First.TryPeekInMemory(out _), next.First.CountInMemory, next.Second.TryPeekInMemory(out _)),
            Is.EqualTo((false, 0, false)));
        StoredMessage first = next.First.Take();
        Assert.That(
            (next.First.TryPeekInMemory(out StoredMessage second), second.Sequence, second.IsRedelivered),
            Is.EqualTo((true, 2, false)));
        next.First.Return(first);
        Assert.That(
            (next.First.TryPeekInMemory(out StoredMessage front), front.Sequence, front.IsRedelivered),
            Is.EqualTo((true, 1, true)));
        Assert.That(next.First.Count, Is.EqualTo(Many));
    }

    [Test]
    public async Task New_messages_come_behind_those_that_left_memory()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run);
        run.Store.Publish("persistent", Persistent, run.First);
        run.Store.Publish("transient", Transient, run.First);

        Assert.That(Drain(run, run.First), Is.EqualTo((string[])[.. texts, "persistent", "transient"]));
    }

    [Test]
    public async Task Transient_messages_in_between_keep_their_places()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = [.. Enumerable.Range(0, Many).Select(i => $"message {i}")];
        for (int i = 0; i < Many; i++)
            run.Store.Publish(texts[i], persistent: i % 5 != 0, run.First);
        await run.SettleDownAsync();

        Assert.That(run.First.CountInMemory, Is.LessThan(Many / 2));
        Assert.That(Drain(run, run.First), Is.EqualTo(texts));
    }

    [Test]
    public async Task Returned_messages_come_before_those_that_left_memory_and_marked_redelivered()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        await FillAsync(run);
        StoredMessage[] taken = [.. Enumerable.Range(0, 500).Select(_ => run.First.Take())];
        foreach (StoredMessage message in taken.Reverse())
            run.First.Return(message);
        await FillAsync(run);

        StoredMessage[] all = run.First.TakeAll();
        Assert.That(all.Select(message => message.Sequence), Is.EqualTo(Enumerable.Range(1, 2 * Many)));
        Assert.That(all.Select(message => message.IsRedelivered), Is.EqualTo(Enumerable.Range(0, 2 * Many).Select(i => i < 500)));
    }

    [Test]
    public async Task Marks_of_returned_messages_leave_memory_with_them()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        for (int i = 0; i < 100; i++)
            run.Store.Publish(new byte[400], Persistent, run.First);
        // The test takes all messages, then returns them one by one. Each returned message is put behind the messages that were returned
        // earlier.
        StoredMessage[] taken = run.First.TakeAll();
        foreach (StoredMessage message in taken)
            run.First.Return(message);
        await FillAsync(run);

        Assert.That(run.First.CountInMemory, Is.LessThan(300));
        Assert.That(run.First.TakeAll().Count(message => message.IsRedelivered), Is.EqualTo(100));
    }

    [Test]
    public async Task Acknowledgements_in_any_order_are_exact_after_a_restart()
    {
        var random = new Random(1);
        StoredMessage[] settled;
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            await FillAsync(run);
            StoredMessage[] taken = run.First.TakeAll();
            settled = [.. taken.Where(_ => random.Next(3) > 0)];
            random.Shuffle(settled);
            foreach (StoredMessage[] some in settled.Chunk(7))
                run.Store.Settle(run.First, some);
        }

        await using var next = new StoreRun(_folder.Path, StoreRun.Deep);
        long[] left = [.. Enumerable.Range(1, Many).Select(i => (long)i).Except(settled.Select(message => message.Sequence))];
        Assert.That(next.First.Count, Is.EqualTo(left.Length));
        StoredMessage[] messages = next.First.TakeAll();
        Assert.That(messages.Select(message => message.Sequence), Is.EqualTo(left));
        Assert.That(next.First.Bytes, Is.Zero);
        Assert.That(messages.Select(message => next.Store.Text(message)), Is.EqualTo(left.Select(i => Text((int)i - 1))));
    }

    [Test]
    public async Task Many_queues_in_one_log_are_read_record_by_record()
    {
        uint[] numbers = [.. Enumerable.Range(1, 200).Select(i => (uint)i)];
        var options = new StoreOptions { BlockSize = 256 << 10, SegmentSize = 256 << 10, MaxMessagesInMemory = 0 };
        await using var run = new StoreRun(_folder.Path, options, queues: numbers);
        StoredQueue[] queues = [run.First, run.Second, .. numbers.Skip(2).Select(number => run.Store.OpenQueue(number, durable: true))];
        for (int i = 0; i < 10_000; i++)
            run.Store.Publish(Text(i), Persistent, queues[i % 200]);
        await run.SettleDownAsync();

        Assert.That(queues.Sum(queue => queue.CountInMemory), Is.LessThan(9_000));
        for (int i = 0; i < 200; i++)
            Assert.That(Drain(run, queues[i]), Is.EqualTo(Enumerable.Range(0, 50).Select(round => Text(200 * round + i))));
        Assert.That(run.Store.MemoryInUse, Is.LessThan(1 << 20));
    }

    [Test]
    public async Task A_purge_takes_what_left_memory_too_and_lets_the_segments_go()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            await FillAsync(run);
            StoredMessage taken = run.First.Take();
            Assert.That(run.Store.Purge(run.First), Is.EqualTo(Many - 1));
            Assert.That((run.First.Count, run.First.Bytes), Is.EqualTo((0, 0)));
            Assert.That(run.Store.Text(taken), Is.EqualTo(Text(0)));
        }

        await using (var next = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { Text(0) }));
            await next.CommitAsync();
        }
        Assert.That(_folder.SegmentFiles, Has.Length.LessThan(6));
    }

    [TestCase(81, 41, 40)]
    [TestCase(80, 21, 20)]
    public async Task Messages_leave_memory_when_more_are_there_than_may_be_and_of_each_queue_its_part_stays(
        int most, int first, int second)
    {
        var options = new StoreOptions { BlockSize = 4 << 10, SegmentSize = 16 << 10, MaxMessagesInMemory = most };
        await using var run = new StoreRun(_folder.Path, options);
        for (int i = 0; i < 80; i++)
            run.Store.Publish("", Persistent, i % 2 == 0 ? run.First : run.Second);
        await run.SettleDownAsync();
        // This message does not fit into the last segment and begins a new segment. The previous segment is then full and gets its index.
        run.Store.Publish(new byte[15_000], Persistent, run.First);
        await run.SettleDownAsync();

        Assert.That((run.First.CountInMemory, run.Second.CountInMemory), Is.EqualTo((first, second)));
        Assert.That((run.First.Count, run.Second.Count), Is.EqualTo((41, 40)));
    }

    [Test]
    public async Task A_purge_of_many_stretches_is_whole_after_a_restart()
    {
        const int stretches = 3 * SettleBatch.Ranges + 1;
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish("", Persistent, run.Second); // stays unsettled, so that the segment of the other messages is not deleted
            for (int i = 0; i < 2 * stretches; i++)
                run.Store.Publish("", Persistent, run.First);
            run.Store.Settle(run.First, run.First.TakeAll().Where(message => message.Sequence % 2 == 0).ToArray());
        }
        await using (var run = new StoreRun(_folder.Path))
            Assert.That(run.Store.Purge(run.First), Is.EqualTo(stretches));

        await using var next = new StoreRun(_folder.Path);
        Assert.That((next.First.Count, next.Second.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task What_was_purged_does_not_come_back_when_the_segment_goes_that_says_so()
    {
        var options = new StoreOptions
        {
            BlockSize = 4 << 10,
            SegmentSize = 16 << 10,
            MaxMessagesInMemory = 0,
            SyncInterval = TimeSpan.FromMilliseconds(20)
        };
        await using (var run = new StoreRun(_folder.Path, options))
        {
            for (int i = 0; i < 12; i++)
                // These twelve messages fill the first segment. Seven of them, more than half, are in the second queue and stay live.
                run.Store.Publish(new byte[1_000], Persistent, i < 5 ? run.First : run.Second);
            run.Store.Publish(new byte[1_000], Persistent, run.First);
            await run.SettleDownAsync();
            Assume.That((run.First.CountInMemory, run.Second.CountInMemory), Is.EqualTo((1, 0)));
            string saying = _folder.SegmentFiles[1];
            Assert.That(run.Store.Purge(run.First), Is.EqualTo(6));

            for (int i = 0; i < 40; i++)
            {
                run.Store.Publish(new byte[1_000], Persistent, run.First);
                run.Store.Consume(run.First);
            }
            await run.CommitAsync();
            await Eventually.Holds(() => !File.Exists(saying), () => "the segment is not deleted");
        }

        await using var next = new StoreRun(_folder.Path, options);
        Assert.That((next.First.Count, next.Second.Count), Is.EqualTo((0, 7)));
    }

    [Test]
    public async Task A_deleted_deep_queue_lets_its_segments_go()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            await FillAsync(run);
            run.Store.DeleteQueue(run.First);
            Assert.That(run.First.Count, Is.Zero);
        }
        await using (new StoreRun(_folder.Path, StoreRun.Deep))
        {
            // Opening the store deletes the segments that died in the last run.
        }
        Assert.That(Directory.GetFiles(_folder.Segments).Sum(file => new FileInfo(file).Length), Is.LessThan(StoreRun.Deep.SegmentSize));
    }

    [Test]
    public async Task A_message_added_after_its_neighbours_left_memory_still_comes_at_its_place()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        var late = new StoredMessage[1];
        run.Store.Publish("first", Persistent, run.First);
        run.Store.Append([run.First], "late"u8, [], Persistent, late);
        string[] texts = await FillAsync(run);
        run.First.Add(late[0]);
        await FillAsync(run);

        Assert.That(Drain(run, run.First), Is.EqualTo((string[])["first", "late", .. texts, .. texts]));
    }

    [Test]
    public async Task Messages_that_are_to_stay_keep_their_notes_while_others_leave_memory()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        string[] texts = await FillAsync(run);
        var all = run.First.TakeAll();
        foreach (ref var message in all.AsSpan())
        {
            if (message.Sequence % 100 == 0)
                message = message.WithNote(7) with { Flags = message.WithNote(7).Flags | MessageFlags.StaysInMemory };
            run.First.Add(message);
        }
        await FillAsync(run);
        await run.SettleDownAsync();

        Assert.That(run.First.CountInMemory, Is.LessThan(Many));
        StoredMessage[] taken = run.First.TakeAll();
        Assert.That(taken.Select(message => message.Sequence), Is.EqualTo(Enumerable.Range(1, 2 * Many)));
        Assert.That(
            taken.Where(message => message.StaysInMemory).Select(message => (message.Sequence, message.Note)),
            Is.EqualTo(Enumerable.Range(1, Many / 100).Select(i => (i * 100L, 7))));
        Assert.That(taken.Take(Many).Select(message => run.Store.Text(message)), Is.EqualTo(texts));
    }

    /// <summary>Publishes many messages to the first queue, and waits until none of them is in memory.</summary>
    private static async Task<string[]> FillAsync(StoreRun run)
    {
        for (int i = 0; i < Many; i++)
            run.Store.Publish(Text(i), Persistent, run.First);
        await run.SettleDownAsync();
        return [.. Enumerable.Range(0, Many).Select(Text)];
    }

    private static string Text(int i) => $"message {i} {new string('x', i % 90)}";

    private static string[] Drain(StoreRun run, StoredQueue queue)
    {
        var texts = new List<string>();
        while (queue.Count > 0)
            texts.Add(run.Store.Consume(queue));
        return [.. texts];
    }
}
