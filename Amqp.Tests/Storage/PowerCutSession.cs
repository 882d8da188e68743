using System.Globalization;
using System.Text;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>
/// A store whose simulated disk repeatedly loses its power, and a model of the store. After each start, the store is compared with the
/// model.
/// </summary>
internal sealed class PowerCutSession : IDisposable
{
    private const int Queues = 3;
    private const uint Passing = 1_000_000; // number of the non-durable queue
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly bool _isReplicated;
    private PowerCutNode _node;
    private PowerCutNode _other; // of a replicated store: the follower
    private ReplicatedRun? _run; // of a replicated store
    private ulong _epoch;
    private readonly StoreOptions _options;
    private readonly List<PowerCutQueue> _queues = [];
    private readonly List<PowerCutQueue> _deleted = [];
    private readonly PowerCutCatalog _catalog = new();
    private readonly Queue<string> _passing = []; // texts of the messages in the non-durable queue
    private StoredQueue _passingQueue = null!; // the non-durable queue in the store of the current run
    private DataDirectory? _directory;
    private FileMessageStore _store = null!;
    private uint _lastNumber;
    private int _order;

    /// <param name="options">Options of the store.</param>
    /// <param name="canAllocate">Whether the disk can allocate space ahead of the writes.</param>
    /// <param name="isReplicated">
    /// True if a follower replicates the store. After a crash of both, the follower becomes the leader.
    /// </param>
    public PowerCutSession(StoreOptions options, bool canAllocate, bool isReplicated = false)
    {
        (_options, _isReplicated) = (options, isReplicated);
        (_node, _other) = (new PowerCutNode(canAllocate), new PowerCutNode(canAllocate));
        Open();
        while (_queues.Count < Queues)
            Declare();
        Commit();
    }

    /// <summary>The differences between store and model so far, as error texts.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>True if the power went off or the store has failed. Operations then fail until <see cref="Crash"/>.</summary>
    public bool IsOver => _files.IsOff || _store.Failure is not null;

    /// <inheritdoc cref="PowerCutFiles.Work"/>
    public IReadOnlyCollection<string> FileWork => _files.Work;

    /// <summary>Number of times that the follower became the leader.</summary>
    public int Failovers { get; private set; }

    private PowerCutFiles _files => _node.Files;

    private TestFolder _folder => _node.Folder;

    public int QueueCount => _queues.Count;

    /// <summary>
    /// Position of the log's end after the last operation. Null if the store has failed, because the log may then lack the operation.
    /// </summary>
    private long? Now => _store.AppendedPosition is var position && _store.Failure is null ? position : null;

    public void FailAfter(int calls) => _files.FailAfter(calls);

    public void Publish(bool persistent, int size, params int[] queues)
    {
        string text = NewText(size);
        long position = _store.Publish(text, persistent, [.. queues.Select(queue => _queues[queue].Stored)]);
        foreach (int queue in queues)
        {
            if (persistent)
                _queues[queue].Published(text, _order, position);
        }
        _order++;
    }

    /// <summary>Publishes a persistent message to some durable queues and to the queue that is not durable.</summary>
    public void PublishPassing(int size, params int[] queues)
    {
        string text = NewText(size);
        long position = _store.Publish(text, persistent: true, [.. queues.Select(queue => _queues[queue].Stored), _passingQueue]);
        _passing.Enqueue(text);
        foreach (int queue in queues)
            _queues[queue].Published(text, _order, position);
        _order++;
    }

    /// <summary>Takes a message from the queue that is not durable, compares its text with the expected text, and settles it.</summary>
    public void ConsumePassing()
    {
        if (!_passingQueue.TryTake(out StoredMessage message))
            return;
        string expected = _passing.Dequeue();
        if (_store.Text(message) != expected)
            Faults.Add($"the queue that is not durable has something else than {expected.Split(' ')[0]}");
        _store.Settle(_passingQueue, message);
    }

    public void Take(int queue)
    {
        if (_queues[queue].Stored.TryTake(out StoredMessage message))
            _queues[queue].Unsettled.Add((message, _store.Text(message)));
    }

    /// <summary>Settles those unsettled messages for which <paramref name="isChosen"/> returns true.</summary>
    public void Settle(int queue, Func<bool> isChosen)
    {
        (StoredMessage Message, string Text)[] some = Choose(queue, isChosen);
        string[] texts = [.. some.Select(one => one.Text)];
        _queues[queue].Settled(texts, position: null); // tells the model before the store, because the store may fail during the settle
        _store.Settle(_queues[queue].Stored, [.. some.Select(one => one.Message)]);
        _queues[queue].Settled(texts, Now);
    }

    public void Return(int queue, Func<bool> isChosen)
    {
        foreach ((StoredMessage message, _) in Choose(queue, isChosen))
            _queues[queue].Stored.Return(message);
    }

    public void NoteDelivered(int queue)
    {
        (StoredMessage Message, string Text)[] persistent = [.. _queues[queue].Unsettled.Where(one => one.Message.IsPersistent)];
        if (persistent.Length == 0)
            return;
        (StoredMessage last, string text) = persistent.MaxBy(one => one.Message.Sequence);
        _queues[queue].Noted(text, position: null);
        _store.NoteDelivered(_queues[queue].Stored, last);
        _queues[queue].Noted(text, Now);
    }

    public void Purge(int queue)
    {
        _queues[queue].Purged(position: null);
        _store.Purge(_queues[queue].Stored);
        _queues[queue].Purged(Now);
    }

    /// <summary>Deletes a queue in the same steps as a broker, and declares a new one.</summary>
    public void Replace(int queue)
    {
        PowerCutQueue deleted = _queues[queue];
        deleted.Deleted();
        Change(deleted.Key, null);
        _store.DeleteQueue(deleted.Stored);
        _queues.RemoveAt(queue);
        _deleted.Add(deleted);
        Declare();
    }

    public void Change(string key, string? value)
    {
        long at = _store.AppendedPosition;
        _catalog.Changed(key, value, long.MaxValue); // tells the model before the catalog, because the store may fail during the change
        if (value is null)
            _directory!.Catalog.Remove(key);
        else
            _directory!.Catalog.Put(key, Encoding.UTF8.GetBytes(value));
        _catalog.Changed(key, value, Math.Max(at, _store.AppendedPosition));
    }

    public void Commit()
    {
        long position = _store.AppendedPosition;
        _store.WaitForCommitAsync(position).WaitAsync(_patience).GetAwaiter().GetResult();
    }

    public void WaitForHousekeeping() => _store.WhenIdleAsync().Wait(_patience);

    /// <summary>
    /// Kills the process or cuts the power, possibly after closing the store. Then starts the store and compares it with the model. The
    /// first starts may fail.
    /// </summary>
    /// <param name="random">Selects the unsynced bytes and names that survive.</param>
    /// <param name="unsynced">Contents of unsynced bytes after the power cut; null if only the process ends.</param>
    /// <param name="isClean">True to close the store first.</param>
    public void Crash(Random random, UnsyncedBytes? unsynced, bool isClean)
    {
        if (!isClean)
            _files.TurnOff();
        Close();
        long durable = isClean && _store.Failure is null ? long.MaxValue - 1 : _store.DurablePosition;
        FailOver();
        TurnOn(random, unsynced);
        while (random.Next(3) == 0)
        {
            _files.FailAfter(random.Next(25));
            try
            {
                Open();
            }
            catch (Exception cause) when (cause is IOException or DataDirectoryException or StoreFailedException)
            {
                Assert.That(_files.IsOff, Is.True, cause.Message);
            }
            _files.TurnOff();
            Close();
            FailOver();
            TurnOn(random, unsynced);
        }
        HashSet<string> indexed = [.. _files.List(_folder.Segments).Where(name => name.EndsWith(".idx", StringComparison.Ordinal))];
        Open();
        JudgeFindings(indexed, isCut: unsynced is not null);
        Judge(random, durable, isOnDisk: unsynced is not null && !isClean);
        while (_queues.Count < Queues)
            Declare();
    }

    public void Dispose()
    {
        _files.TurnOff();
        Close();
        _node.Folder.Dispose();
        _other.Folder.Dispose();
    }

    private string NewText(int size) =>
        string.Create(CultureInfo.InvariantCulture, $"m{_order} {new string((char)('a' + _order % 26), size)}");

    private void Declare()
    {
        var queue = new PowerCutQueue(++_lastNumber);
        Change(queue.Key, "declared");
        queue.Stored = _store.OpenQueue(queue.Number, durable: true);
        _queues.Add(queue);
    }

    private (StoredMessage Message, string Text)[] Choose(int queue, Func<bool> isChosen)
    {
        List<(StoredMessage Message, string Text)> unsettled = _queues[queue].Unsettled;
        (StoredMessage Message, string Text)[] chosen = [.. unsettled.Where(_ => isChosen()).OrderBy(one => one.Message.Sequence)];
        unsettled.RemoveAll(one => chosen.Contains(one));
        return chosen;
    }

    private void TurnOn(Random random, UnsyncedBytes? unsynced)
    {
        foreach (var files in (PowerCutFiles[])[_node.Files, _other.Files])
        {
            if (unsynced is { } bytes)
                files.CutPower(random, bytes);
            else
                files.KillProcess();
        }
    }

    /// <summary>Makes the follower the leader, if it was in the in-sync set.</summary>
    private void FailOver()
    {
        if (_run is not { WasInSync: true })
            return;
        (_node, _other) = (_other, _node);
        _run = null;
        Failovers++;
    }

    private void Open(IReadOnlyCollection<MessagePlace>? aside = null)
    {
        IStoreFiles files = _files;
        if (_isReplicated)
        {
            _run = new ReplicatedRun(_node, _other, ++_epoch);
            files = _run.Files;
        }
        _directory = DataDirectory.Open(_folder.Path, _options, files);
        HashSet<uint> numbers = [.. Entries().Keys.Where(IsQueue).Select(key => uint.Parse(key.AsSpan(6), CultureInfo.InvariantCulture))];
        _store = (FileMessageStore)_directory.OpenStore(numbers, aside ?? []);
        _passingQueue = _store.OpenQueue(Passing, durable: false);
        _passing.Clear();
    }

    private void Close()
    {
        try
        {
            _directory?.Dispose();
        }
        catch (IOException) when (_files.IsOff)
        {
            // Closing the data directory syncs the catalog, which fails while the power is off.
        }
        _directory = null;
        _run?.End();
    }

    /// <summary>
    /// Reports damage that the start found but a power cut cannot cause: damage in an index, or in a segment that has an index. After the
    /// end of the process without a power cut, the start must find nothing, because each write is whole.
    /// </summary>
    private void JudgeFindings(HashSet<string> indexed, bool isCut)
    {
        foreach (RecoveryFinding finding in _directory!.Report.Findings)
        {
            bool isIndexed = indexed.Contains(Path.GetFileNameWithoutExtension(finding.File) + ".idx");
            if (!isCut || finding.IsRebuilt || (!finding.IsTornTail && isIndexed))
                Faults.Add($"the start finds: {finding}");
        }
    }

    private void Judge(Random random, long durable, bool isOnDisk)
    {
        Dictionary<string, string> catalog = Entries();
        Faults.AddRange(_catalog.Judge(catalog, durable));
        PowerCutQueue[] all = [.. _queues, .. _deleted];
        PowerCutQueue[] present = [.. all.Where(queue => catalog.ContainsKey(queue.Key))];
        Faults.AddRange(
            all.Except(present)
                .Where(queue => queue.HasDurable(durable))
                .Select(queue => $"queue {queue.Number} is gone with its messages"));
        (MessagePlace Place, string Text, bool IsRedelivered)[][] inPlaces = ReadAll(present);
        (string Text, bool IsRedelivered)[][] found =
            [.. inPlaces.Select(messages => messages.Select(message => (message.Text, message.IsRedelivered)).ToArray())];
        for (int i = 0; i < present.Length; i++)
            Faults.AddRange(present[i].Judge(found[i], durable));

        Close();
        MessagePlace[] aside =
            [.. inPlaces.SelectMany(messages => messages).Where(_ => random.Next(10) == 0).Select(message => message.Place)];
        Open(aside); // sets some messages aside; this start must find the same messages as the start before it
        Faults.AddRange(_directory!.Report.Findings.Select(finding => $"the second start finds: {finding}"));
        if (!Entries().OrderBy(entry => entry.Key).SequenceEqual(catalog.OrderBy(entry => entry.Key)))
            Faults.Add("the second start finds another catalog");
        if (_directory.Report.AsideMissing.Count > 0)
            Faults.Add($"the second start misses {_directory.Report.AsideMissing.Count} messages that it was to keep aside");
        (MessagePlace Place, string Text, bool IsRedelivered)[][] again = ReadAll(present);
        for (int i = 0; i < present.Length; i++)
        {
            if (!inPlaces[i].SequenceEqual(again[i]))
                Faults.Add($"queue {present[i].Number}: the second start finds {again[i].Length} messages, the first {found[i].Length}");
        }

        Close(); // restarts the store, because the comparison loaded all messages into memory
        Open();
        _catalog.GoOn(catalog);
        _queues.Clear();
        _deleted.Clear();
        for (int i = 0; i < present.Length; i++)
        {
            present[i].GoOn(found[i], durable, isOnDisk);
            present[i].Stored = _store.OpenQueue(present[i].Number, durable: true);
            _queues.Add(present[i]);
        }
    }

    private (MessagePlace Place, string Text, bool IsRedelivered)[][] ReadAll(PowerCutQueue[] queues)
    {
        var found = new (MessagePlace, string, bool)[queues.Length][];
        for (int i = 0; i < queues.Length; i++)
        {
            StoredQueue queue = _store.OpenQueue(queues[i].Number, durable: true);
            List<StoredMessage> messages = [.. queue.TakeAll()];
            foreach ((long sequence, _) in queue.Aside)
            {
                Assert.That(queue.TryTakeAside(sequence, out StoredMessage message));
                messages.Add(message);
            }
            found[i] = [.. messages.OrderBy(message => message.Sequence)
                .Select(message => (new MessagePlace(queue.Number, message.Sequence), _store.Text(message), message.IsRedelivered))];
        }
        return found;
    }

    private static bool IsQueue(string key) => key.StartsWith("queue/", StringComparison.Ordinal);

    private Dictionary<string, string> Entries() =>
        _directory!.Catalog.Entries.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(entry.Value));
}
