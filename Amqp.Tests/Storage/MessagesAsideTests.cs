using Amqp.Storage;
using Amqp.Storage.Messages;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>Messages that recovery sets aside are not ready. They can be taken one by one, and do not block other messages.</summary>
public sealed class MessagesAsideTests
{
    private const int Count = 400; // enough messages for several segments

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task The_others_are_ready_in_order_and_those_aside_can_be_taken(
        [Values(new long[] { 1 }, new long[] { Count }, new long[] { 200, 201, 202 }, new long[] { 3, 5, 199, 399 })] long[] aside,
        [Values] bool areSomeSettled, [Values] bool areAllIndexed)
    {
        await PublishAsync(areSomeSettled, areAllIndexed);

        await using var next = await OpenAsync(aside);

        Assert.That(next.First.Aside.Select(message => message.Sequence), Is.EqualTo(aside));
        Assert.That(next.First.Aside.Select(message => message.Length), Is.EqualTo(aside.Select(sequence => Text(sequence).Length)));
        Assert.That(next.Report.AsideMissing, Is.Empty);
        long[] ready = [.. Sequences(areSomeSettled).Except(aside)];
        Assert.That((next.First.Count, next.First.Bytes), Is.EqualTo((ready.Length, ready.Sum(sequence => Text(sequence).Length))));
        Assert.That(next.Report.Messages, Is.EqualTo(ready.Length + Count));
        next.First.TryPeek(out _); // the peek loads some messages into memory
        next.First.Recount();
        Assert.That(
            (next.First.Count, next.First.Bytes, next.First.PersistentCount, next.First.PersistentBytes),
            Is.EqualTo((ready.Length, next.First.PersistentBytes, ready.Length, ready.Sum(sequence => Text(sequence).Length))));
        foreach (long sequence in aside.Reverse())
        {
            Assert.That(next.First.TryTakeAside(sequence, out StoredMessage message));
            Assert.That((message.Sequence, message.IsPersistent, next.Store.Text(message)), Is.EqualTo((sequence, true, Text(sequence))));
            Assert.That(next.First.TryTakeAside(sequence, out _), Is.False);
            next.First.Add(message);
        }
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(Sequences(areSomeSettled).Select(Text)), "at their old places");
        Assert.That(next.Second.Aside, Is.Empty);
        Assert.That(next.Second.Count, Is.EqualTo(Count), "the other queue has these messages");
    }

    [Test]
    public async Task One_that_is_settled_or_was_never_there_is_said_to_be_missing()
    {
        await PublishAsync(areSomeSettled: true, areAllIndexed: true);

        await using var next = await OpenAsync(3, 4, 9_999);

        Assert.That(next.Report.AsideMissing, Is.EquivalentTo(new[] { new MessagePlace(1, 4), new MessagePlace(1, 9_999) }));
        Assert.That(next.First.Aside.Select(message => message.Sequence), Is.EqualTo(new[] { 3L }));
    }

    [Test]
    public async Task One_of_a_queue_that_is_no_more_is_said_to_be_missing()
    {
        await PublishAsync(areSomeSettled: false, areAllIndexed: true);
        using var directory = DataDirectory.Open(_folder.Path, StoreRun.Small);

        directory.OpenStore(new HashSet<uint> { 2 }, new MessagePlace(1, 3), new MessagePlace(2, 3), new MessagePlace(7, 1));

        Assert.That(directory.Report.AsideMissing, Is.EquivalentTo(new[] { new MessagePlace(1, 3), new MessagePlace(7, 1) }));
    }

    [Test]
    public async Task What_is_settled_of_them_does_not_come_back_and_the_rest_does()
    {
        await PublishAsync(areSomeSettled: false, areAllIndexed: true);
        await using (var run = await OpenAsync(100, 101, 102))
        {
            run.First.TryTakeAside(101, out StoredMessage message);
            run.Store.Settle(run.First, message);
        }

        await using (var run = await OpenAsync(100))
            Assert.That(run.First.TakeAll().Select(message => message.Sequence), Is.EqualTo(Sequences(false).Except([100, 101])));
        await using (var run = await OpenAsync())
            Assert.That(run.First.TakeAll().Select(message => message.Sequence), Is.EqualTo(Sequences(false).Except([101])));
    }

    [Test]
    public async Task They_stay_when_their_queue_is_purged_or_consumed_and_their_segments_shrink()
    {
        await PublishAsync(areSomeSettled: false, areAllIndexed: true);
        await using (var run = await OpenAsync(7, 300))
        {
            run.Store.Purge(run.First);
            run.Store.Purge(run.Second);
            for (int i = 0; i < Count; i++)
            {
                run.Store.Publish(new string('-', 100), Persistent, run.Second);
                run.Store.Consume(run.Second);
                if (i % 50 == 0)
                    await run.SettleDownAsync();
            }
            await run.SettleDownAsync();
            Assert.That(_folder.SegmentFiles.Sum(file => new FileInfo(file).Length), Is.LessThan(4 * StoreRun.Small.SegmentSize));
            Assert.That(run.First.TryTakeAside(300, out StoredMessage message));
            Assert.That(run.Store.Text(message), Is.EqualTo(Text(300)));
        }

        await using var next = await OpenAsync(7, 300);
        Assert.That(next.First.Aside.Select(message => message.Sequence), Is.EqualTo(new long[] { 7, 300 }));
        Assert.That((next.First.Count, next.Report.Findings.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task They_go_with_their_queue_and_so_do_their_segments()
    {
        await PublishAsync(areSomeSettled: false, areAllIndexed: true);
        await using var run = await OpenAsync(7, 300);
        run.Store.Purge(run.Second);

        run.Store.DeleteQueue(run.First);

        Assert.That(run.First.Aside, Is.Empty);
        run.Store.Publish("one more", Persistent, run.Second);
        await run.SettleDownAsync();
        await Support.Eventually.Holds(() => _folder.SegmentFiles.Length <= 2, () => $"{_folder.SegmentFiles.Length} segments");
    }

    [Test]
    public async Task One_that_cannot_be_read_now_stays_aside()
    {
        await PublishAsync(areSomeSettled: false, areAllIndexed: true);
        await using var run = await OpenAsync(7);
        string hidden = $"{_folder.Segments}-hidden";
        Directory.Move(_folder.Segments, hidden);

        Assert.That(() => run.First.TryTakeAside(7, out _), Throws.InstanceOf<IOException>());

        Directory.Move(hidden, _folder.Segments);
        Assert.That(run.First.TryTakeAside(7, out StoredMessage message));
        Assert.That(run.Store.Text(message), Is.EqualTo(Text(7)));
    }

    /// <summary>Publishes the same messages to both queues. Can also settle messages of the first queue.</summary>
    private async Task PublishAsync(bool areSomeSettled, bool areAllIndexed)
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            for (long sequence = 1; sequence <= Count; sequence++)
                run.Store.Publish(Text(sequence), Persistent, run.First, run.Second);
            if (areSomeSettled)
            {
                foreach (StoredMessage message in run.First.TakeAll().Where(message => !Sequences(true).Contains(message.Sequence)))
                    run.Store.Settle(run.First, message);
            }
            await run.SettleDownAsync();
        }
        if (areAllIndexed)
            await using (new StoreRun(_folder.Path)) { }
        else
            Array.ForEach(_folder.IndexFiles, File.Delete);
    }

    private async Task<StoreRun> OpenAsync(params long[] aside)
    {
        var run = new StoreRun(_folder.Path, StoreRun.Deep, aside: [.. aside.Select(sequence => new MessagePlace(1, sequence))]);
        await run.SettleDownAsync();
        return run;
    }

    private static IEnumerable<long> Sequences(bool areSomeSettled) =>
        Enumerable.Range(1, Count).Select(i => (long)i).Where(sequence => !areSomeSettled || sequence % 4 != 0 || sequence is 200 or Count);

    private static string Text(long sequence) => $"message {sequence} {new string('.', (int)(sequence % 50))}";
}
