using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>A store that is closed and opened again has the same messages, delivered marks and sequence numbers as before.</summary>
public sealed class RecoveryTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Persistent_messages_in_durable_queues_come_back_in_order()
    {
        string[] texts = [.. Enumerable.Range(0, 3_000).Select(i => $"message {i}")];
        await using (var run = new StoreRun(_folder.Path))
        {
            foreach (string text in texts)
                run.Store.Publish(text, Persistent, run.First);
            run.Store.Publish("transient", Transient, run.First);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(texts));
        Assert.That((next.Report.Messages, next.Report.Elapsed > TimeSpan.Zero), Is.EqualTo((3_000, true)));
        Assert.That(next.Report.Findings, Is.Empty);
    }

    [Test]
    public async Task Settled_messages_do_not_come_back()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 1_000; i++)
                run.Store.Publish($"{i}", Persistent, run.First, run.Second);
            StoredMessage[] taken = run.First.TakeAll();
            run.Store.Settle(run.First, [.. taken.Where(message => message.Sequence % 3 == 0)]);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(
            next.First.TakeAll().Select(message => message.Sequence),
            Is.EqualTo(Enumerable.Range(1, 1_000).Where(i => i % 3 != 0)));
        Assert.That(next.Second.Count, Is.EqualTo(1_000));
    }

    [Test]
    public async Task A_range_of_settled_messages_does_not_take_an_unsettled_one_with_it()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 1; i <= 9; i++)
                run.Store.Publish($"{i}", persistent: i != 4, run.First);
            StoredMessage[] taken = run.First.TakeAll();
            // Settles the messages with the sequence numbers 3, 4, 5 and 8. Message 4 is transient.
            run.Store.Settle(run.First, [taken[2], taken[3], taken[4], taken[7]]);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "1", "2", "6", "7", "9" }));
    }

    [Test]
    public async Task A_purged_queue_stays_empty_but_for_what_was_taken_or_came_later()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 500; i++)
                run.Store.Publish($"{i}", Persistent, run.First);
            run.First.Take();
            run.Store.Purge(run.First);
            run.Store.Publish("later", Persistent, run.First);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "0", "later" }));
    }

    [Test]
    public async Task Messages_that_went_out_come_back_redelivered_and_the_others_do_not()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 10; i++)
                run.Store.Publish($"{i}", Persistent, run.First);
            run.First.Take();
            run.First.Take();
            run.Store.NoteDelivered(run.First, run.First.Take());
        }

        for (int restart = 0; restart < 2; restart++)
        {
            await using var next = new StoreRun(_folder.Path);
            Assert.That(
                next.First.TakeAll().Select(message => message.IsRedelivered),
                Is.EqualTo(Enumerable.Range(0, 10).Select(i => i < 3)));
        }
    }

    [Test]
    public async Task A_mark_of_the_run_before_outlives_the_segment_it_was_noted_in([Values] bool isAside)
    {
        var files = new FaultyFiles();
        MessagePlace[] aside = isAside ? [new MessagePlace(2, 1)] : [];
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish("went out", Persistent, run.Second);
            for (int i = 0; i < 40; i++)
                run.Store.Publish(new byte[1_000], Persistent, run.First);
            // Writes the delivered mark to the last segment, which has no message of this queue.
            run.Store.NoteDelivered(run.Second, run.Second.Take());
        }
        string marked = Path.GetFileName(_folder.SegmentFiles[^1]);
        await using (var run = new StoreRun(_folder.Path, files: files, aside: aside))
        {
            run.Store.Purge(run.First);
            await run.CommitAsync();
            await Support.Eventually.Holds(() => files.Calls.Contains($"delete {marked}"), () => "the segment is not deleted");
        }

        await using var next = new StoreRun(_folder.Path, aside: aside);
        StoredMessage message = default;
        Assert.That(isAside ? next.Second.TryTakeAside(1, out message) : next.Second.TryTake(out message), Is.True);
        Assert.That(message.IsRedelivered, Is.True);
    }

    [Test]
    public async Task Messages_of_an_earlier_run_that_go_out_in_this_one_come_back_redelivered()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 3; i++)
                run.Store.Publish($"{i}", Persistent, run.First);
        }
        await using (var run = new StoreRun(_folder.Path))
        {
            run.First.Take();
            run.Store.NoteDelivered(run.First, run.First.Take());
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.First.TakeAll().Select(message => message.IsRedelivered), Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public async Task The_highest_number_of_a_queue_is_known_whatever_the_log_says_of_it_and_whether_it_is_there_or_not(
        [Values] bool isOnlyMarked)
    {
        await using (var run = new StoreRun(_folder.Path, queues: [1, 2, 9]))
        {
            StoredQueue ninth = run.Store.OpenQueue(9, durable: true);
            run.Store.Publish("kept", Persistent, run.First);
            if (isOnlyMarked)
            {
                ninth.Sequences.LastPersistent = 5; // pretends that message 5 was in a segment that has been deleted
                run.Store.NoteDelivered(ninth, new StoredMessage(5, 0, 0, 0, MessageFlags.Persistent));
            }
            else
            {
                run.Store.Publish("9", Persistent, ninth);
            }
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Report.HighestQueue, Is.EqualTo(9));
        Assert.That(next.Report.Messages, Is.EqualTo(1));
    }

    [Test]
    public async Task A_run_of_deliveries_that_ends_with_a_transient_message_marks_the_persistent_ones_before_it()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish("went out", Persistent, run.First);
            run.Store.Publish("with it", Transient, run.First);
            run.Store.Publish("did not", Persistent, run.First);
            run.First.Take();
            run.Store.NoteDelivered(run.First, run.First.Take());
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.First.TakeAll().Select(message => message.IsRedelivered), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task A_delivery_where_nothing_is_persistent_is_not_logged()
    {
        await using var run = new StoreRun(_folder.Path);
        run.Store.Publish("transient", Transient, run.First);

        run.Store.NoteDelivered(run.First, run.First.Take());

        Assert.That(run.Store.AppendedPosition, Is.Zero);
    }

    [Test]
    public async Task Sequences_go_on_where_they_were_even_when_all_messages_are_gone()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 5; i++)
                run.Store.Publish($"{i}", Persistent, run.First);
            run.Store.Publish("kept", Persistent, run.Second); // stays unsettled, so that the first segment is not deleted
            run.Store.Purge(run.First);
        }

        await using var next = new StoreRun(_folder.Path);
        next.Store.Publish("6th", Persistent, next.First);
        Assert.That(next.First.Take().Sequence, Is.EqualTo(6));
    }

    [Test]
    public async Task Messages_of_a_queue_that_is_not_declared_any_more_are_gone()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish("both", Persistent, run.First, run.Second);
            run.Store.Publish("first", Persistent, run.First);
            run.Store.DeleteQueue(run.First);
        }

        await using var next = new StoreRun(_folder.Path, queues: 2);
        Assert.That(next.Report.Messages, Is.EqualTo(1));
        Assert.That(next.First.Count, Is.Zero);
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(new[] { "both" }));
    }

    [Test]
    public async Task A_message_for_many_queues_comes_back_in_each()
    {
        uint[] numbers = [.. Enumerable.Range(1, 2_000).Select(i => (uint)i)];
        await using (var run = new StoreRun(_folder.Path, queues: numbers))
        {
            StoredQueue[] queues = [run.First, run.Second, .. numbers.Skip(2).Select(number => run.Store.OpenQueue(number, durable: true))];
            run.Store.Publish("to all", Persistent, queues);
        }

        await using var next = new StoreRun(_folder.Path, queues: numbers);
        Assert.That(next.Report.Messages, Is.EqualTo(2_000));
        Assert.That(next.Store.Consume(next.Store.OpenQueue(1_999, durable: true)), Is.EqualTo("to all"));
    }

    [Test]
    public async Task Recovered_messages_are_read_settled_and_followed_by_new_ones_over_many_runs()
    {
        var expected = new List<string>();
        for (int generation = 0; generation < 5; generation++)
        {
            await using var run = new StoreRun(_folder.Path);
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(expected));
            for (int i = 0; i < 300; i++)
            {
                expected.Add($"{generation} {i}");
                run.Store.Publish(expected[^1], Persistent, run.First);
            }
            for (int i = 0; i < 200; i++)
            {
                Assert.That(run.Store.Consume(run.First), Is.EqualTo(expected[0]));
                expected.RemoveAt(0);
            }
        }
    }

    [Test]
    public async Task What_is_settled_is_logged_in_ranges_and_only_where_a_start_could_bring_it_back()
    {
        await using var run = new StoreRun(_folder.Path);
        StoredQueue volatileQueue = run.Store.OpenQueue(3, durable: false);

        Assert.That(Settled(10, Persistent, run.First, _ => true), Is.EqualTo(SettleRecord.Size(1)));
        Assert.That(Settled(10, Persistent, run.First, i => i != 4), Is.EqualTo(SettleRecord.Size(2)));
        Assert.That(Settled(129, Persistent, run.First, i => i % 2 == 0), Is.EqualTo(SettleRecord.Size(64) + SettleRecord.Size(1)));
        Assert.That(Settled(10, Transient, run.First, _ => true), Is.Zero);
        Assert.That(Settled(10, Persistent, volatileQueue, _ => true), Is.Zero);

        StoredMessage[] more = Published(10, Persistent, run.Second);
        Assert.That(Logged(() => run.Store.NoteDelivered(run.Second, more[4])), Is.EqualTo(DeliveredRecord.Size));
        Assert.That(Logged(() => run.Store.NoteDelivered(run.Second, more[4])), Is.Zero, "the mark is logged already");
        Assert.That(Logged(() => run.Store.NoteDelivered(run.Second, more[3])), Is.Zero, "earlier messages are covered by the logged mark");
        run.Store.Publish("ready", Persistent, run.Second);
        run.Store.Publish("too", Persistent, run.Second);
        Assert.That(Logged(() => run.Store.Purge(run.Second)), Is.EqualTo(SettleRecord.Size(1)));
        run.Store.Publish("ready", Persistent, run.Second);
        Assert.That(Logged(() => run.Store.DeleteQueue(run.Second)), Is.Zero, "queue numbers are not reused");
        Assert.That(Logged(() => run.Store.NoteDelivered(run.Second, more[^1])), Is.Zero);
        Assert.That(Logged(() => run.Store.Settle(run.Second, more)), Is.Zero);

        long Settled(int count, bool persistent, StoredQueue queue, Func<int, bool> isSettled)
        {
            StoredMessage[] messages = Published(count, persistent, queue);
            return Logged(() => run.Store.Settle(queue, [.. messages.Where((_, i) => isSettled(i))]));
        }

        StoredMessage[] Published(int count, bool persistent, StoredQueue queue)
        {
            for (int i = 0; i < count; i++)
                run.Store.Publish("text", persistent, queue);
            return queue.TakeAll();
        }

        long Logged(Action action)
        {
            long before = run.Store.AppendedPosition;
            action();
            return run.Store.AppendedPosition - before;
        }
    }

    [Test]
    public async Task A_message_that_is_logged_counts_once_however_many_queues_have_it()
    {
        await using var run = new StoreRun(_folder.Path);
        StoredQueue volatileQueue = run.Store.OpenQueue(3, durable: false);

        run.Store.Publish("a", Persistent, run.First, run.Second, volatileQueue);
        run.Store.Publish("b", Persistent, run.First);
        run.Store.Publish("c", Transient, run.First);
        run.Store.Publish("d", Persistent, volatileQueue);
        run.Store.Purge(run.First);

        Assert.That(run.Store.Counts.MessagesWritten, Is.EqualTo(2));
        Assert.That(
            volatileQueue.TakeAll().Concat(run.Second.TakeAll()).Select(message => message.IsPersistent),
            Is.EqualTo(new[] { false, false, true }));
    }

    [Test]
    public void What_was_found_is_told_by_what_it_costs()
    {
        Assert.That(
            new RecoveryFinding("a/1.log", 24, 5, IsTornTail: true).ToString(),
            Is.EqualTo("a/1.log: cut off 5 bytes of an unfinished write at 24"));
        Assert.That(
            new RecoveryFinding("a/1.log", 24, 5, IsTornTail: false).ToString(),
            Is.EqualTo("a/1.log: 5 bytes at 24 are damaged; the contents are lost"));
        Assert.That(
            new RecoveryFinding("a/1.idx", 0, 5, IsTornTail: false, IsRebuilt: true).ToString(),
            Is.EqualTo("a/1.idx: was damaged and has been rebuilt; nothing is lost"));
    }
}
