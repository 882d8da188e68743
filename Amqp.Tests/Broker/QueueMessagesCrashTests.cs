using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;
using Amqp.Tests.Storage;

namespace Amqp.Tests.Broker;

/// <summary>
/// A queue with several priority levels is recovered after a crash. The log records for each level separately which messages were settled
/// or delivered.
/// </summary>
public sealed class QueueMessagesCrashTests
{
    private static readonly uint[] _numbers = [1, 2, 3];

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Of_a_queue_with_priorities_what_was_settled_stays_away_and_what_went_out_is_marked()
    {
        await using var run = new StoreRun(_folder.Path, queues: _numbers);
        var messages = Open(run);
        foreach (int priority in new[] { 0, 1, 2, 0, 1, 2, 0, 1, 2 })
            Add(run, messages, priority);
        StoredMessage[] taken = [.. Enumerable.Range(0, 8).Select(_ => Take(messages))];
        // the first seven are all messages of the two highest levels, and one message of the lowest level
        messages.NoteDelivered(taken.AsSpan(0, 7));
        messages.Settle([taken[0], taken[3], taken[4], taken[6]]);
        await run.CommitAsync();

        using TestFolder crashed = _folder.Copy();
        await using var next = new StoreRun(crashed.Path, queues: _numbers);
        var found = Open(next);
        var left = new List<(int, long, bool)>();
        while (found.Count > 0)
        {
            var message = Take(found);
            left.Add((MessageNote.Priority(message), message.Sequence, message.IsRedelivered));
        }
        Assert.That(left, Is.EqualTo(new[] { (2, 2L, true), (2, 3L, true), (1, 3L, true), (0, 2L, false), (0, 3L, false) }));
    }

    [Test]
    public async Task A_purge_and_a_deletion_are_of_all_priorities([Values] bool isDeleted)
    {
        await using var run = new StoreRun(_folder.Path, queues: _numbers);
        var messages = Open(run);
        foreach (int priority in new[] { 0, 1, 2, 0, 1 })
            Add(run, messages, priority);
        if (isDeleted)
            messages.Delete();
        else
            Assert.That(messages.Purge(), Is.EqualTo(5));
        Assert.That((messages.Count, messages.Bytes, messages.PersistentCount), Is.EqualTo((0L, 0L, 0L)));
        await run.CommitAsync();

        using TestFolder crashed = _folder.Copy();
        await using var next = new StoreRun(crashed.Path, queues: isDeleted ? [9] : _numbers);
        if (!isDeleted)
            Assert.That(Open(next).Count, Is.Zero);
        Assert.That(next.Report.Messages, Is.Zero);
    }

    [Test]
    public async Task Bytes_of_bodies_are_told_from_heads_also_of_persistent_ones()
    {
        await using var run = new StoreRun(_folder.Path, queues: _numbers);
        var messages = Open(run);
        for (int i = 0; i < 6; i++)
            Add(run, messages, i % 3, head: 10 + i, body: 100, persistent: i < 4);
        Assert.That((messages.Bytes, messages.PersistentBytes, messages.Count, messages.PersistentCount), Is.EqualTo((600L, 400L, 6L, 4L)));

        var first = Take(messages);
        messages.PutBack(RedeliveredMark.Set(first));
        Assert.That((messages.Bytes, messages.PersistentBytes), Is.EqualTo((600L, 400L)), "a returned message counts as before");

        messages.Settle([Take(messages)]);
        Assert.That((messages.Bytes, messages.PersistentBytes, messages.Count, messages.PersistentCount), Is.EqualTo((500L, 300L, 5L, 3L)));
    }

    [Test]
    public void A_note_keeps_each_of_its_parts_from_the_others()
    {
        var message = new StoredMessage(1, 0, 0, 100_000, MessageFlags.Persistent)
            .WithNote(MessageNote.Of(priority: 255, head: 70_000, expires: true));
        Assert.That(
            (MessageNote.Priority(message), MessageNote.Head(message), MessageNote.Expires(message.Note), message.IsPersistent),
            Is.EqualTo((255, 65_535, true, true)));

        message = MessageNote.WithReturned(MessageNote.WithHead(MessageNote.WithPriority(message, 7), 5), true);
        Assert.That(
            (
                MessageNote.Priority(message), MessageNote.Head(message), MessageNote.Expires(message.Note),
                MessageNote.IsReturned(message), message.IsRedelivered),
            Is.EqualTo((7, 5, true, true, false)));

        for (int i = 0; i < 3_000; i++)
            message = RedeliveredMark.CountRequeue(message);
        Assert.That(
            (MessageNote.Requeues(message), MessageNote.Head(message), MessageNote.IsReturned(message), message.StaysInMemory),
            Is.EqualTo((2_047, 5, true, true)));
        Assert.That(MessageNote.IsReturned(MessageNote.WithReturned(message, false)), Is.False);
    }

    private static QueueMessages Open(StoreRun run) =>
        new(run.Store, [run.First, run.Second, run.Store.OpenQueue(_numbers[^1], durable: true)]);

    private static void Add(StoreRun run, QueueMessages messages, int priority, int head = 10, int body = 30, bool persistent = true)
    {
        var places = new StoredMessage[1];
        run.Store.Append([messages.StoredFor(priority)], new byte[head], new byte[body], persistent, places);
        messages.Add(places[0].WithNote(MessageNote.Of(priority, head, expires: false)));
    }

    private static StoredMessage Take(QueueMessages messages)
    {
        Assert.That(messages.TryTake(out var message));
        return message;
    }
}
