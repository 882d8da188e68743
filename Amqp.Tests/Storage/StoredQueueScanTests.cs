using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>A scan looks at each message of a queue once. Messages that it adds again are in their old places.</summary>
public sealed class StoredQueueScanTests
{
    private const int Many = 2_000;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_scan_that_leaves_every_message_changes_nothing([Values] bool isDeep)
    {
        await using var run = new StoreRun(_folder.Path, isDeep ? StoreRun.Deep : StoreRun.Small);
        await FillAsync(run);
        (long, long, long, long) counts = Counts(run.First);

        var scan = new StoredQueueScan(run.First);
        var seen = new List<long>();
        while (scan.TryTake(out StoredMessage message))
        {
            seen.Add(message.Sequence);
            run.First.Add(message);
        }
        scan.End();
        run.Store.RequestTrim();
        await run.SettleDownAsync();

        Assert.That(seen, Is.EqualTo(Enumerable.Range(1, Many)));
        Assert.That(Counts(run.First), Is.EqualTo(counts));
        Assert.That(isDeep ? run.First.CountInMemory : 0, Is.LessThan(300), "the messages leave memory again");
        StoredMessage[] all = run.First.TakeAll();
        Assert.That(all.Select(message => message.Sequence), Is.EqualTo(Enumerable.Range(1, Many)));
        Assert.That(all.Any(message => message.IsRedelivered), Is.False);
    }

    [Test]
    public async Task A_scan_of_a_long_queue_keeps_few_entries_in_memory()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        await FillAsync(run);

        var scan = new StoredQueueScan(run.First);
        for (int i = 0; i < Many * 3 / 4; i++)
        {
            Assert.That(scan.TryTake(out StoredMessage message), Is.True);
            run.First.Add(message);
            if (i % 100 != 0)
                continue;
            run.Store.RequestTrim();
            await run.SettleDownAsync();
        }

        Assert.That(run.First.CountInMemory, Is.LessThan(Many / 2));
        scan.End();
        Assert.That(run.First.TakeAll().Select(message => message.Sequence), Is.Ordered.Ascending);
    }

    [Test]
    public void A_second_scan_at_the_same_time_is_refused()
    {
        var queue = new StoredQueue(7, isDurable: true, new MessageChunkPool());
        var scan = new StoredQueueScan(queue);

        Assert.That(() => new StoredQueueScan(queue), Throws.InvalidOperationException);
        scan.End();
        Assert.That(() => new StoredQueueScan(queue), Throws.Nothing);
    }

    [Test]
    public async Task A_purge_during_a_scan_removes_the_messages_before_and_behind_it()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        await FillAsync(run);
        var scan = new StoredQueueScan(run.First);
        for (int i = 0; i < Many / 2; i++)
            if (scan.TryTake(out StoredMessage message))
                run.First.Add(message);

        Assert.That(run.Store.Purge(run.First), Is.EqualTo(Many));
        Assert.That(Counts(run.First), Is.EqualTo((0L, 0L, 0L, 0L)));
        scan.End();
        Assert.That(run.First.TryTake(out _), Is.False);
    }

    [Test]
    public async Task Random_scans_takes_and_returns_never_lose_or_reorder_a_message([Values] bool isDeep)
    {
        var random = new Random(1);
        for (int round = 0; round < TestRounds.Count(otherwise: 30); round++)
        {
            using var folder = new TestFolder();
            await using var run = new StoreRun(folder.Path, isDeep ? StoreRun.Deep : StoreRun.Small);
            var session = new ScanSession(run.First, random);
            for (int step = 0; step < 60; step++)
            {
                for (int i = random.Next(60); i > 0; i--)
                    session.Publish(run.Store);
                if (isDeep && random.Next(3) == 0)
                    await run.SettleDownAsync();
                session.Act();
                session.Check();
            }
            session.End();
        }
    }

    private static async Task FillAsync(StoreRun run, int count = Many)
    {
        for (int i = 0; i < count; i++)
            run.Store.Publish($"message {i}", Persistent, run.First);
        await run.SettleDownAsync();
    }

    private static (long Count, long Bytes, long Persistent, long PersistentBytes) Counts(StoredQueue queue) =>
        (queue.Count, queue.Bytes, queue.PersistentCount, queue.PersistentBytes);

    /// <summary>Acts on a queue at random, and compares it with a sorted set of sequence numbers.</summary>
    private sealed class ScanSession(StoredQueue queue, Random random)
    {
        private readonly SortedDictionary<long, int> _ready = []; // sequence numbers and lengths
        private readonly List<StoredMessage> _taken = [];
        private StoredQueueScan? _scan;
        private long _scanned, _upTo, _last;

        public void Publish(Amqp.Storage.IMessageStore store)
        {
            var messages = new StoredMessage[1];
            store.Append([queue], [], new byte[random.Next(200)], persistent: random.Next(5) > 0, messages);
            queue.Add(messages[0]);
            _ready.Add(messages[0].Sequence, messages[0].Length);
            _last = messages[0].Sequence;
        }

        public void Act()
        {
            switch (random.Next(5))
            {
                case 0 when _scan is null:
                    (_scan, _scanned, _upTo) = (new StoredQueueScan(queue), 0, _last);
                    break;
                case 1 when _scan is not null && random.Next(3) == 0:
                    _scan.End();
                    _scan = null;
                    break;
                case 2:
                    Take(random.Next(80));
                    break;
                case 3:
                    Return(random.Next(80));
                    break;
                default:
                    if (_scan is not null)
                        Scan(_scan, random.Next(200));
                    break;
            }
        }

        public void Check()
        {
            Assert.That((queue.Count, queue.Bytes), Is.EqualTo(((long)_ready.Count, (long)_ready.Values.Sum())));
            bool isThere = queue.TryPeek(out StoredMessage first);
            Assert.That(isThere ? first.Sequence : 0, Is.EqualTo(_ready.Keys.FirstOrDefault()));
        }

        public void End()
        {
            if (random.Next(2) == 0)
                _scan?.End();
            Assert.That(queue.TakeAll().Select(message => message.Sequence), Is.EqualTo(_ready.Keys));
        }

        private void Take(int count)
        {
            for (; count > 0 && queue.TryTake(out StoredMessage message); count--)
            {
                Assert.That(message.Sequence, Is.EqualTo(_ready.Keys.First()));
                _ready.Remove(message.Sequence);
                _taken.Add(message);
            }
        }

        private void Return(int count)
        {
            for (; count > 0 && _taken.Count > 0; count--)
            {
                int at = random.Next(_taken.Count);
                queue.Add(_taken[at]);
                _ready.Add(_taken[at].Sequence, _taken[at].Length);
                _taken.RemoveAt(at);
            }
        }

        private void Scan(StoredQueueScan scan, int count)
        {
            for (; count > 0; count--)
            {
                bool isThere = scan.TryTake(out StoredMessage message);
                long expected = _ready.Keys.FirstOrDefault(sequence => sequence > _scanned && sequence <= _upTo);
                Assert.That(isThere ? message.Sequence : 0, Is.EqualTo(expected));
                if (!isThere)
                    return;
                _scanned = message.Sequence;
                if (random.Next(4) > 0)
                {
                    queue.Add(message);
                    continue;
                }
                _ready.Remove(message.Sequence);
                _taken.Add(message);
            }
        }
    }
}
