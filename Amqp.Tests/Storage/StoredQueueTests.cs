using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

public sealed class StoredQueueTests
{
    private readonly MessageChunkPool _chunks = new();
    private StoredQueue _queue = null!;

    [SetUp]
    public void Open() => _queue = new StoredQueue(7, isDurable: true, _chunks);

    [Test]
    public void An_empty_queue_has_nothing_to_peek_or_take()
    {
        Assert.That(_queue.TryPeek(out _), Is.False);
        Assert.That(_queue.TryPeekInMemory(out _), Is.False);
        Assert.That(_queue.TryTake(out _), Is.False);
    }

    [Test]
    public void Peek_shows_what_take_takes()
    {
        Add(1, 2);

        Assert.That(_queue.TryPeek(out StoredMessage peeked), Is.True);
        Assert.That((_queue.TryPeekInMemory(out StoredMessage seen), seen), Is.EqualTo((true, peeked)));
        Assert.That(_queue.Take(), Is.EqualTo(peeked));
        Assert.That(_queue.Count, Is.EqualTo(1));
    }

    [Test]
    public void Count_and_bytes_follow_what_is_ready()
    {
        Add(1, 2, 3);
        StoredMessage taken = _queue.Take();
        Assert.That((_queue.Count, _queue.Bytes), Is.EqualTo((2, 20)));

        _queue.Return(taken);
        Assert.That((_queue.Count, _queue.Bytes), Is.EqualTo((3, 30)));
    }

    [Test]
    public void What_cannot_be_added_counts_nowhere_and_all_counts_can_be_had_again()
    {
        // The pool of chunks is null, so the queue throws when it needs a second chunk for its messages.
        var queue = new StoredQueue(7, isDurable: true, chunks: null!);
        for (int i = 1; i <= MessageRun.FirstChunkLength; i++)
            queue.Add(new StoredMessage(i, 0, 0, 10, i % 2 == 0 ? MessageFlags.Persistent : MessageFlags.None));

        Assert.That(() => queue.Add(new StoredMessage(99, 0, 0, 10, MessageFlags.Persistent)), Throws.InstanceOf<NullReferenceException>());

        (long, long, long, long) expected = (
            MessageRun.FirstChunkLength,
            10 * MessageRun.FirstChunkLength,
            MessageRun.FirstChunkLength / 2,
            5 * MessageRun.FirstChunkLength);
        Assert.That((queue.Count, queue.Bytes, queue.PersistentCount, queue.PersistentBytes), Is.EqualTo(expected));
        queue.Recount();
        Assert.That((queue.Count, queue.Bytes, queue.PersistentCount, queue.PersistentBytes), Is.EqualTo(expected));
    }

    [Test]
    public void Messages_added_in_another_order_than_appended_are_taken_by_sequence()
    {
        Add(1, 3, 2, 5, 4, 6);

        Assert.That(Sequences(), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6 }));
    }

    [Test]
    public void Any_order_of_adding_and_returning_comes_out_by_sequence()
    {
        var random = new Random(1);
        long[] shuffled = [.. Enumerable.Range(1, 5_000).Select(i => (long)i)];
        random.Shuffle(shuffled);
        Add(shuffled);
        StoredMessage[] taken = [.. Enumerable.Range(0, 3_000).Select(_ => _queue.Take())];
        random.Shuffle(taken);
        foreach (StoredMessage message in taken)
            _queue.Return(message);

        Assert.That(Sequences(), Is.EqualTo(Enumerable.Range(1, 5_000)));
    }

    [TestCase(MessageRun.FirstChunkLength)]
    [TestCase(MessageRun.FirstChunkLength + MessageChunkPool.ChunkLength)]
    [TestCase(MessageRun.FirstChunkLength + 3 * MessageChunkPool.ChunkLength)]
    public void A_run_keeps_its_order_at_the_seams_of_its_chunks(int seam)
    {
        for (int depth = seam - 1; depth <= seam + 1; depth++)
        {
            for (int round = 0; round < 3; round++)
            {
                Add([.. Enumerable.Range(round * depth + 1, depth).Select(i => (long)i)]);
                Assert.That(Sequences(), Is.EqualTo(Enumerable.Range(round * depth + 1, depth)), $"{depth} messages");
            }
        }
    }

    [Test]
    public void A_queue_that_never_runs_empty_keeps_its_order()
    {
        long next = 1;
        for (long add = 1; add <= 10_000; add++)
        {
            Add(add);
            if (add > 100)
                Assert.That(_queue.Take().Sequence, Is.EqualTo(next++));
        }
    }

    [Test]
    public void What_a_queue_took_for_its_messages_it_gives_back_as_they_go()
    {
        const int first = MessageRun.FirstChunkLength, chunk = MessageChunkPool.ChunkLength;
        var chunks = new MessageChunkPool();
        _queue = new StoredQueue(7, isDurable: true, chunks);
        Add(1);
        Assert.That(chunks.BytesInUse, Is.Zero);
        Add([.. Enumerable.Range(2, first + 2 * chunk).Select(i => (long)i)]);
        long each = chunks.BytesInUse / 3;
        Assert.That(each, Is.GreaterThan(chunk));

        TakeTo(first + chunk - 1);
        Assert.That(chunks.BytesInUse, Is.EqualTo(3 * each));
        TakeTo(first + chunk);
        Assert.That(chunks.BytesInUse, Is.EqualTo(2 * each));
        TakeTo(first + 2 * chunk + 1);
        Assert.That(chunks.BytesInUse, Is.Zero, "the last chunk is freed with its last message");

        void TakeTo(long sequence)
        {
            while (_queue.Take().Sequence < sequence)
            {
                // The condition of the loop takes the messages.
            }
        }
    }

    private void Add(params long[] sequences)
    {
        foreach (long sequence in sequences)
            _queue.Add(new StoredMessage(sequence, 0, 0, 10, MessageFlags.None));
    }

    private long[] Sequences() => [.. _queue.TakeAll().Select(message => message.Sequence)];
}
