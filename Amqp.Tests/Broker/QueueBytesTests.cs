using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;
using Amqp.Tests.Storage;

namespace Amqp.Tests.Broker;

/// <summary>
/// A queue counts the bytes of its messages' bodies. Once entries of messages are removed from memory, the count is only approximate. It
/// stays exact as long as all heads (exchange, routing key and properties) have the same size.
/// </summary>
public sealed class QueueBytesTests
{
    private const int Many = 2_000;
    private const int Body = 30;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Heads_are_left_out()
    {
        await using var run = new StoreRun(_folder.Path);
        var messages = new QueueMessages(run.Store, [run.First]);

        Add(run, messages, head: 10);
        Add(run, messages, head: 20);

        Assert.That(messages.Bytes, Is.EqualTo(2 * Body));
    }

    [Test]
    public async Task Where_heads_are_alike_each_message_of_a_deep_queue_takes_its_own_bytes_away()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        var messages = new QueueMessages(run.Store, [run.First]);
        for (int i = 0; i < Many; i++)
            Add(run, messages, head: 12);
        await run.SettleDownAsync();
        Assert.That(run.First.CountInMemory, Is.LessThan(Many / 2));

        for (int left = Many; left > 0; left--)
        {
            Assert.That(messages.Bytes, Is.EqualTo(left * Body));
            Take(messages);
        }
    }

    [Test]
    public async Task Where_they_are_not_the_sum_is_near_and_nothing_is_left_of_it_in_the_end()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        var messages = new QueueMessages(run.Store, [run.First]);
        for (int i = 0; i < Many; i++)
            Add(run, messages, head: i % 2 == 0 ? 10 : 40);
        await run.SettleDownAsync();

        for (int taken = 0; taken < Many / 2; taken++)
            Take(messages);
        long halfway = messages.Bytes;
        while (messages.Count > 0)
            Take(messages);

        Assert.That(halfway, Is.EqualTo(Many / 2 * Body).Within(5).Percent);
        Assert.That(messages.Bytes, Is.Zero);
    }

    [Test]
    public async Task Each_message_that_is_read_takes_its_own_bytes_away_whatever_its_head()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        var messages = new QueueMessages(run.Store, [run.First]);
        for (int i = 0; i < Many; i++)
            Add(run, messages, EncodedMessage.NewHead([0, (byte)(i % 40), .. new byte[i % 40]], [0, 0], default));
        await run.SettleDownAsync();
        Assert.That(run.First.CountInMemory, Is.LessThan(Many / 2));

        for (int left = Many; left > 0; left--)
        {
            Assert.That((messages.Bytes, messages.PersistentBytes), Is.EqualTo(((long)left * Body, (long)left * Body)));
            Assert.That(messages.TryTake(out var message));
            using (var payload = run.Store.Read(message))
                messages.NoteRead(ref message, payload.Payload);
            Assert.That(message.Length - MessageNote.Head(message), Is.EqualTo(Body));
            messages.Settle([message]);
        }
    }

    [Test]
    public async Task What_an_earlier_run_left_counts_as_a_whole_and_takes_nothing_from_what_came_since()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            Add(run, new QueueMessages(run.Store, [run.First]), head: 12);
            await run.CommitAsync();
        }
        await using var next = new StoreRun(_folder.Path);
        var messages = new QueueMessages(next.Store, [next.First]);
        Add(next, messages, head: 20);

        long both = messages.Bytes;
        Take(messages);

        Assert.That((both, messages.Bytes), Is.EqualTo((12 + 2 * Body, Body)));
    }

    [Test]
    public async Task What_an_earlier_run_left_may_come_back_and_still_takes_nothing_from_the_others()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            Add(run, new QueueMessages(run.Store, [run.First]), head: 12);
            await run.CommitAsync();
        }
        await using var next = new StoreRun(_folder.Path);
        var messages = new QueueMessages(next.Store, [next.First]);
        Add(next, messages, head: 20);

        Assert.That(messages.TryTake(out var taken));
        messages.PutBack(RedeliveredMark.Set(taken));
        Take(messages);

        Assert.That(messages.Bytes, Is.EqualTo(Body));
    }

    private static void Add(StoreRun run, QueueMessages messages, int head) => Add(run, messages, new byte[head]);

    private static void Add(StoreRun run, QueueMessages messages, byte[] head)
    {
        var places = new StoredMessage[1];
        run.Store.Append([run.First], head, new byte[Body], persistent: true, places);
        messages.Add(places[0].WithNote(MessageNote.Of(priority: 0, head.Length, expires: false)));
    }

    private static void Take(QueueMessages messages)
    {
        Assert.That(messages.TryTake(out var message));
        messages.Settle([message]);
    }
}
