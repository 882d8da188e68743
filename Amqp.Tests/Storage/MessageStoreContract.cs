using System.Text;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The behaviour that the store on disk and the store in memory have in common. Each test runs on both stores.</summary>
[TestFixture("file")]
[TestFixture("memory")]
public sealed class MessageStoreContract(string kind)
{
    private TestFolder _folder = null!;
    private DataDirectory? _directory;
    private IMessageStore _store = null!;
    private StoredQueue _queue = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TestFolder();
        _directory = kind == "file" ? DataDirectory.Open(_folder.Path, StoreRun.Small) : null;
        _store = _directory?.OpenStore(new HashSet<uint>()) ?? new MemoryMessageStore(StoreRun.Small);
        _queue = _store.OpenQueue(1, durable: true);
    }

    [TearDown]
    public async Task Close()
    {
        await _store.DisposeAsync();
        _directory?.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_message_is_read_as_it_was_appended([Values] bool persistent)
    {
        _store.Publish("hello", persistent, _queue);

        Assert.That(_store.Consume(_queue), Is.EqualTo("hello"));
    }

    [Test]
    public void An_empty_message_is_a_message([Values] bool persistent)
    {
        _store.Publish("", persistent, _queue);

        Assert.That(_queue.Count, Is.EqualTo(1));
        Assert.That(_queue.Bytes, Is.Zero);
        Assert.That(_store.Consume(_queue), Is.Empty);
    }

    [Test]
    public void A_message_can_be_larger_than_a_block_and_a_segment([Values] bool persistent)
    {
        byte[] large = new byte[100_000];
        new Random(1).NextBytes(large);
        _store.Publish("before", persistent, _queue);
        _store.Publish(large, persistent, _queue);
        _store.Publish("after", persistent, _queue);

        Assert.That(_store.Consume(_queue), Is.EqualTo("before"));
        StoredMessage message = _queue.Take();
        using (PayloadLease lease = _store.Read(message))
            Assert.That(lease.Payload.SequenceEqual(large), Is.True);
        _store.Settle(_queue, message);
        Assert.That(_store.Consume(_queue), Is.EqualTo("after"));
    }

    [Test]
    public void Messages_come_in_the_order_of_publishing_across_blocks([Values] bool persistent)
    {
        string[] texts = [.. Enumerable.Range(0, 5_000).Select(i => $"message {i}")];
        foreach (string text in texts)
            _store.Publish(text, persistent, _queue);

        Assert.That(_store.Texts(_queue), Is.EqualTo(texts));
    }

    [Test]
    public void Persistent_and_transient_messages_share_one_order()
    {
        for (int i = 0; i < 100; i++)
            _store.Publish($"{i}", persistent: i % 3 == 0, _queue);

        Assert.That(_store.Texts(_queue), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
    }

    [Test]
    public void A_message_for_several_queues_is_settled_in_each_on_its_own([Values] bool persistent)
    {
        StoredQueue other = _store.OpenQueue(2, durable: true);
        StoredQueue volatileQueue = _store.OpenQueue(3, durable: false);
        _store.Publish("shared", persistent, _queue, other, volatileQueue);

        Assert.That(_store.Consume(_queue), Is.EqualTo("shared"));
        Assert.That(_store.Consume(volatileQueue), Is.EqualTo("shared"));
        Assert.That(_store.Consume(other), Is.EqualTo("shared"));
    }

    [Test]
    public void A_queue_that_is_not_durable_keeps_nothing_over_a_restart()
    {
        StoredQueue volatileQueue = _store.OpenQueue(3, durable: false);

        long position = _store.Publish("text", Persistent, volatileQueue);

        Assert.That(position, Is.Zero);
        Assert.That(volatileQueue.Take().IsPersistent, Is.False);
    }

    [Test]
    public void A_returned_message_comes_back_at_its_place_and_marked_redelivered([Values] bool persistent)
    {
        foreach (string text in new[] { "a", "b", "c", "d" })
            _store.Publish(text, persistent, _queue);
        StoredMessage a = _queue.Take();
        StoredMessage b = _queue.Take();
        StoredMessage c = _queue.Take();

        _queue.Return(c);
        _queue.Return(a);

        Assert.That(_store.Texts(_queue), Is.EqualTo(new[] { "a", "c", "d" }));
        Assert.That(_queue.TakeAll().Select(message => message.IsRedelivered), Is.EqualTo(new[] { true, true, false }));
        Assert.That(_store.Text(b), Is.EqualTo("b"));
    }

    [Test]
    public void Purge_settles_what_is_ready_and_leaves_what_was_taken([Values] bool persistent)
    {
        for (int i = 0; i < 1_000; i++)
            _store.Publish($"{i}", persistent, _queue);
        StoredMessage taken = _queue.Take();

        Assert.That(_store.Purge(_queue), Is.EqualTo(999));

        Assert.That(_queue.Count, Is.Zero);
        Assert.That(_queue.Bytes, Is.Zero);
        Assert.That(_store.Text(taken), Is.EqualTo("0"));
    }

    [Test]
    public void A_deleted_queues_unsettled_messages_can_still_be_read_and_settled([Values] bool persistent)
    {
        _store.Publish("taken", persistent, _queue);
        _store.Publish("ready", persistent, _queue);
        StoredMessage taken = _queue.Take();

        _store.DeleteQueue(_queue);

        Assert.That(_queue.Count, Is.Zero);
        Assert.That(_store.Text(taken), Is.EqualTo("taken"));
        Assert.That(() => _store.Settle(_queue, taken), Throws.Nothing);
    }

    [Test]
    public void Memory_goes_back_when_messages_are_settled()
    {
        for (int i = 0; i < 1_000; i++)
            _store.Publish(new byte[1_000], Transient, _queue);
        long full = _store.MemoryInUse;

        _store.Purge(_queue);

        Assert.That(full, Is.GreaterThan(1_000_000));
        Assert.That(_store.MemoryInUse, Is.LessThan(100_000));
    }

    [Test]
    public void A_payload_stays_while_its_lease_does_even_when_settled_meanwhile()
    {
        _store.Publish("kept", Transient, _queue);
        StoredMessage message = _queue.Take();
        using PayloadLease lease = _store.Read(message);
        _store.Settle(_queue, message);
        for (int i = 0; i < 1_000; i++)
            _store.Publish(new byte[1_000], Transient, _queue);

        Assert.That(Encoding.UTF8.GetString(lease.Payload), Is.EqualTo("kept"));
    }

    [Test]
    public async Task A_position_that_was_returned_becomes_durable([Values] bool persistent)
    {
        long position = _store.Publish("text", persistent, _queue);

        await _store.WaitForCommitAsync(position).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(_store.DurablePosition, Is.GreaterThanOrEqualTo(position));
        Assert.That(_store.Failure, Is.Null);
    }
}
