using System.Text;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>A store and a simple model of the store. Applies each operation to both, and compares the results.</summary>
internal sealed class StoreModelSession : IDisposable
{
    private sealed record Entry(string Text, bool Persistent)
    {
        public int Order { get; init; }

        public bool IsRedelivered { get; set; }
    }

    private readonly struct Shown(List<StoredMessage> messages) : IMessageVisitor
    {
        public List<StoredMessage> Messages => messages;

        public void Visit(in StoredMessage message) => messages.Add(message);
    }

    private readonly TestFolder? _folder;
    private readonly StoreOptions _options;
    private readonly List<Entry>[] _ready = [[], []];
    private readonly List<(StoredMessage Message, Entry Entry)>[] _unsettled = [[], []];
    private readonly int[] _delivered = [-1, -1]; // for each queue: the highest order number of a message that was marked as delivered
    private int _order;
    private StoreRun? _run;
    private IMessageStore _store = null!;
    private StoredQueue[] _queues = null!;

    /// <param name="folder">Folder of a file store; null for a store in memory.</param>
    /// <param name="options">Options of the store.</param>
    public StoreModelSession(TestFolder? folder, StoreOptions options)
    {
        (_folder, _options) = (folder, options);
        Open();
    }

    public void Publish(int seed, bool persistent, params int[] queues) => Publish(seed, persistent, size: seed % 50, queues);

    public void Publish(int seed, bool persistent, int size, params int[] queues)
    {
        string text = $"{_order} {new string((char)('a' + seed % 26), size)}";
        _store.Publish(text, persistent, [.. queues.Select(queue => _queues[queue])]);
        foreach (int queue in queues)
            _ready[queue].Add(new Entry(text, persistent) { Order = _order });
        _order++;
    }

    public void Take(int queue)
    {
        Assert.That(_queues[queue].TryTake(out StoredMessage message), Is.EqualTo(_ready[queue].Count > 0));
        if (_ready[queue].Count == 0)
            return;
        Entry expected = _ready[queue][0];
        _ready[queue].RemoveAt(0);
        Assert.That(_store.Text(message), Is.EqualTo(expected.Text));
        Assert.That(message.IsRedelivered, Is.EqualTo(expected.IsRedelivered));
        _unsettled[queue].Add((message, expected));
    }

    public void SettleLast(int queue)
    {
        if (_unsettled[queue].Count == 0)
            return;
        _store.Settle(_queues[queue], _unsettled[queue][^1].Message);
        _unsettled[queue].RemoveAt(_unsettled[queue].Count - 1);
    }

    public void SettleSome(int queue, int seed)
    {
        (StoredMessage Message, Entry Entry)[] some = Some(queue, seed);
        _store.Settle(_queues[queue], [.. some.Select(one => one.Message).OrderBy(message => message.Sequence)]);
    }

    public void ReturnSome(int queue, int seed)
    {
        foreach ((StoredMessage message, Entry entry) in Some(queue, seed))
        {
            _queues[queue].Return(message);
            entry.IsRedelivered = true;
            _ready[queue].Add(entry);
        }
        _ready[queue].Sort((one, other) => one.Order.CompareTo(other.Order));
    }

    public void NoteDelivered(int queue)
    {
        (StoredMessage Message, Entry Entry)[] persistent = [.. _unsettled[queue].Where(one => one.Entry.Persistent)];
        if (persistent.Length == 0)
            return;
        (StoredMessage last, Entry entry) = persistent.MaxBy(one => one.Message.Sequence);
        _store.NoteDelivered(_queues[queue], last);
        _delivered[queue] = Math.Max(_delivered[queue], entry.Order);
    }

    public void Purge(int queue)
    {
        Assert.That(_store.Purge(_queues[queue]), Is.EqualTo(_ready[queue].Count));
        _ready[queue].Clear();
    }

    public void Commit() => _store.WaitForCommitAsync(_store.AppendedPosition).Wait(TimeSpan.FromSeconds(10));

    /// <summary>Waits until the store has finished its background work, such as removing messages from memory.</summary>
    public void SettleDown() => _run?.SettleDownAsync().Wait(TimeSpan.FromSeconds(10));

    /// <summary>
    /// Closes a store on disk and opens it again. Then unsettled messages are ready again, and transient messages are lost.
    /// </summary>
    public void Reopen()
    {
        if (_folder is null)
            return;
        Dispose();
        for (int queue = 0; queue < 2; queue++)
        {
            _ready[queue].AddRange(_unsettled[queue].Select(one => one.Entry));
            _unsettled[queue].Clear();
            _ready[queue].RemoveAll(entry => !entry.Persistent);
            _ready[queue].Sort((one, other) => one.Order.CompareTo(other.Order));
            foreach (Entry entry in _ready[queue])
                entry.IsRedelivered = entry.Order <= _delivered[queue];
        }
        Open();
        Assert.That(_run!.Report.Findings, Is.Empty);
    }

    public void DrainAndCompare()
    {
        for (int queue = 0; queue < 2; queue++)
        {
            Assert.That(_queues[queue].Count, Is.EqualTo(_ready[queue].Count));
            Assert.That(_queues[queue].Bytes, Is.EqualTo(_ready[queue].Sum(entry => Encoding.UTF8.GetByteCount(entry.Text))));
            while (_ready[queue].Count > 0)
                Take(queue);
            Assert.That(_queues[queue].TryTake(out _), Is.False);
        }
    }

    /// <summary>Counts the messages of each queue one by one, and compares the result with the count that the queue keeps.</summary>
    public void Recount()
    {
        for (int queue = 0; queue < 2; queue++)
        {
            Entry[] persistent = [.. _ready[queue].Where(entry => entry.Persistent && _run is not null)];
            Assert.That(_queues[queue].PersistentCount, Is.EqualTo(persistent.Length));
            Assert.That(_queues[queue].PersistentBytes, Is.EqualTo(persistent.Sum(entry => Encoding.UTF8.GetByteCount(entry.Text))));

            var shown = new Shown([]);
            _queues[queue].Visit(ref shown);
            Assert.That(shown.Messages, Has.Count.EqualTo(_queues[queue].CountInMemory));
            Assert.That(shown.Messages.Select(message => message.Sequence), Is.Unique);
            Assert.That(
                shown.Messages.Count(message => !message.IsPersistent),
                Is.EqualTo(_ready[queue].Count - persistent.Length),
                "the entries of transient messages are in memory");
            string[] texts = [.. _ready[queue].Select(entry => entry.Text)];
            foreach (StoredMessage message in shown.Messages)
            {
                if (!_store.TryReadInMemory(message, out PayloadLease payload))
                    continue;
                using (payload)
                    Assert.That(texts, Has.Member(Encoding.UTF8.GetString(payload.Payload)));
            }
        }
    }

    public void Dispose()
    {
        if (_run is not null)
            _run.DisposeAsync().AsTask().Wait();
        else
            _store.DisposeAsync().AsTask().Wait();
    }

    private void Open()
    {
        _run = _folder is null ? null : new StoreRun(_folder.Path, _options);
        _store = _run?.Store ?? new MemoryMessageStore(_options);
        _queues = _run is null ? [_store.OpenQueue(1, durable: true), _store.OpenQueue(2, durable: true)] : [_run.First, _run.Second];
    }

    /// <summary>
    /// Selects some of the unsettled messages of a queue at random. Removes them from the list of unsettled messages and returns them.
    /// </summary>
    private (StoredMessage Message, Entry Entry)[] Some(int queue, int seed)
    {
        var random = new Random(seed);
        (StoredMessage Message, Entry Entry)[] some = [.. _unsettled[queue].Where(_ => random.Next(2) == 0)];
        _unsettled[queue].RemoveAll(one => some.Contains(one));
        return some;
    }
}
