using System.Diagnostics;
using Amqp.Server.Broker.Messages;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The messages of a queue that are ready: in the order of their age, and where the queue has priorities the highest first.</summary>
/// <remarks>
/// The queue's lock guards everything. Each priority has a queue of its own in the store, with numbers one behind the other, so order,
/// deep queues and restarts work as for any other; the note of a message says which one it is of. So it is with what clients return to a
/// quorum queue: as if of a higher priority, it goes before all others.
/// </remarks>
internal sealed class QueueMessages
{
    private readonly IMessageStore _store;
    private readonly StoredQueue[] _levels; // the lowest priority first
    private readonly StoredQueue? _only; // without priorities
    private readonly bool _hasReturns; // the higher of two levels is for what is returned
    private readonly Lock? _gate; // the queue's
    private long _count; // with priorities
    private long _heads; // bytes of the messages that are no body, as far as they are known
    private long _persistentHeads; // those of persistent ones
    private long _uncounted; // messages of an earlier run, whose heads nobody knows
    private bool _isHeadAssumed; // of the message that was taken last

    /// <param name="store">Where they are kept.</param>
    /// <param name="levels">What the store knows the queue by: one for each priority, the lowest first.</param>
    /// <param name="gate">The lock that guards them; null where one thread alone has them.</param>
    /// <param name="hasReturns">The higher of two levels is for what clients return.</param>
    public QueueMessages(IMessageStore store, StoredQueue[] levels, Lock? gate = null, bool hasReturns = false)
    {
        (_store, _levels, _gate, _hasReturns) = (store, levels, gate, hasReturns);
        _only = levels.Length == 1 ? levels[0] : null;
        _count = _uncounted = levels.Sum(level => level.Count);
    }

    /// <summary>The first of its numbers in the store.</summary>
    public uint Number => _levels[0].Number;

    /// <summary>Whether persistent messages outlive a restart here.</summary>
    public bool IsDurable => _levels[0].IsDurable;

    /// <summary>Messages ready.</summary>
    public long Count => _only is not null ? _only.Count : _count;

    /// <summary>Bytes of their bodies; of messages that the last run left, with their heads.</summary>
    public long Bytes => Math.Max(0, (_only is not null ? _only.Bytes : _levels.Sum(level => level.Bytes)) - _heads);

    /// <summary>Messages ready that outlive a restart.</summary>
    public long PersistentCount => _only is not null ? _only.PersistentCount : _levels.Sum(level => level.PersistentCount);

    /// <summary>Bytes of their bodies, as <see cref="Bytes"/>.</summary>
    public long PersistentBytes => Math.Max(0, (_only is not null ? _only.PersistentBytes : _levels.Sum(level => level.PersistentBytes)) - _persistentHeads);

    /// <summary>Messages ready that are remembered one by one.</summary>
    public long Entries => _only is not null ? _only.CountInMemory : _levels.Sum(level => level.CountInMemory);

    /// <summary>The number in the store of the place that a message has.</summary>
    public uint NumberOf(in StoredMessage message) => LevelOf(message).Number;

    /// <summary>What the store knows the queue by; with priorities, for the lowest.</summary>
    public StoredQueue Stored => _levels[0];

    /// <summary>What the store knows the queue by for messages of a priority, from 0 to the highest.</summary>
    public StoredQueue StoredFor(int priority) => _levels[priority];

    /// <summary>What the store knows the queue by for messages that go before all others; null where there are none.</summary>
    public StoredQueue? StoredReturns => _hasReturns ? _levels[^1] : null;

    /// <summary>Adds a message that the store has just taken.</summary>
    public void Add(in StoredMessage message)
    {
        DemandGate();
        LevelOf(message).Add(message); // first: what cannot be added is not counted
        _count++;
        int head = MessageNote.Head(message);
        _heads += head;
        if (message.IsPersistent)
            _persistentHeads += head;
    }

    /// <summary>Puts a message back in its place that was taken and went to nobody.</summary>
    public void PutBack(in StoredMessage message)
    {
        Add(message);
        if (MessageNote.Head(message) == 0)
            _uncounted++; // as it was before it was taken
    }

    /// <summary>Messages of the last run that are not ready but kept aside, until they are taken.</summary>
    public IEnumerable<(MessagePlace Place, int Length)> Aside =>
        _levels.SelectMany(level => level.Aside.Select(message => (new MessagePlace(level.Number, message.Sequence), message.Length)));

    /// <summary>Takes one of these: the caller settles it, or puts it back.</summary>
    /// <inheritdoc cref="StoredQueue.TryTakeAside"/>
    public bool TryTakeAside(MessagePlace place, out StoredMessage message)
    {
        DemandGate();
        int level = (int)(place.Queue - Number);
        bool isTaken = _levels[level].TryTakeAside(place.Sequence, out message);
        if (_only is null)
            message = WithLevel(message, level);
        return isTaken;
    }

    /// <summary>Puts a message back that was taken, marked redelivered.</summary>
    public void Return(in StoredMessage message) => PutBack(message with { Flags = message.Flags | MessageFlags.Redelivered });

    /// <summary>The message in front, which stays there.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message)
    {
        DemandGate();
        if (_only is not null)
            return _only.TryPeek(out message);
        while (Front(out int priority) is { } level)
        {
            long before = level.Count;
            bool isThere = level.TryPeek(out message);
            _count -= before - level.Count; // damage may have taken some
            message = WithLevel(message, priority); // an entry that had left memory has lost its note
            if (isThere)
                return true;
        }
        message = default;
        return false;
    }

    /// <summary>The message in front, which stays there, if that can be told without reading from the disk.</summary>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        DemandGate();
        message = default;
        return (_only ?? Front(out _))?.TryPeekInMemory(out message) ?? false;
    }

    /// <summary>Which messages have their bodies in memory. Looks at each, unless none is on the disk only: a millisecond for some hundred thousand.</summary>
    public ResidenceLook CountResident()
    {
        var look = new ResidenceLook(_store, (int)Math.Clamp(_uncounted > 0 || PersistentCount == 0 ? 0 : _persistentHeads / PersistentCount, 0, int.MaxValue));
        foreach (var level in _levels)
            level.Visit(ref look);
        return look;
    }

    /// <summary>Takes the message in front: the caller settles or returns it.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        DemandGate();
        bool isTaken = _only is not null ? _only.TryTake(out message) : TryTakeHighest(out message);
        if (isTaken)
            TakeHead(ref message);
        return isTaken;
    }

    /// <summary>The message that was taken last has been read: where an average stood in for its head, what it has counts from now on.</summary>
    /// <exception cref="Exception">It is no message.</exception>
    public void NoteRead(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        DemandGate();
        if (!_isHeadAssumed)
            return;
        _isHeadAssumed = false;
        int assumed = MessageNote.Head(message);
        message = MessageNote.WithHead(message, EncodedMessage.Read(payload).Head.Length);
        if (Count == 0)
            return;
        int more = MessageNote.Head(message) - assumed;
        _heads -= more;
        _persistentHeads -= message.IsPersistent ? more : 0;
    }

    /// <summary>The queue is done with messages that were taken.</summary>
    /// <inheritdoc cref="IMessageStore.Settle"/>
    public void Settle(ReadOnlySpan<StoredMessage> messages, bool isBound = false)
    {
        if (_only is not null)
        {
            _store.Settle(_only, messages, isBound);
            return;
        }
        while (!messages.IsEmpty)
        {
            int run = RunOfLevel(messages);
            _store.Settle(LevelOf(messages[0]), messages[..run], isBound);
            messages = messages[run..];
        }
    }

    /// <summary>Notes that these went out to a consumer.</summary>
    public void NoteDelivered(ReadOnlySpan<StoredMessage> messages)
    {
        if (_only is not null)
        {
            _store.NoteDelivered(_only, messages[^1]);
            return;
        }
        while (!messages.IsEmpty)
        {
            int run = RunOfLevel(messages);
            _store.NoteDelivered(LevelOf(messages[0]), messages[run - 1]);
            messages = messages[run..];
        }
    }

    /// <summary>Settles everything that is ready.</summary>
    /// <returns>How many messages that was.</returns>
    public int Purge()
    {
        DemandGate();
        int purged = 0;
        foreach (var level in _levels)
            purged += _store.Purge(level);
        (_count, _heads, _persistentHeads, _uncounted) = (0, 0, 0, 0);
        return purged;
    }

    /// <summary>Lets go of everything that is ready, for ever.</summary>
    public void Delete()
    {
        foreach (var level in _levels)
            _store.DeleteQueue(level);
        (_count, _heads, _persistentHeads, _uncounted) = (0, 0, 0, 0);
    }

    /// <summary>Counts anew what is ready, after something went wrong in the middle of a change.</summary>
    public void Recount()
    {
        DemandGate();
        foreach (var level in _levels)
            level.Recount();
        _count = _levels.Sum(level => level.Count);
    }

    /// <summary>Is left out of a release; the tests that explore schedules are built with it.</summary>
    [Conditional("DEBUG")]
    private void DemandGate() => Debug.Assert(_gate is not { IsHeldByCurrentThread: false }, "The messages of a queue were touched without its lock.");

    private void TakeHead(ref StoredMessage message)
    {
        _isHeadAssumed = MessageNote.Head(message) == 0 && TryAssumeHead(ref message);
        int head = MessageNote.Head(message);
        _heads = Count == 0 ? 0 : _heads - head;
        _persistentHeads = Count == 0 ? 0 : _persistentHeads - (message.IsPersistent ? head : 0);
    }

    /// <summary>
    /// An entry that had left memory has lost its note. The average of the persistent ones' heads stands in, as only these leave, until
    /// the message is read (<see cref="NoteRead"/>).
    /// </summary>
    /// <returns>False for a message of an earlier run, whose head is not counted.</returns>
    private bool TryAssumeHead(ref StoredMessage message)
    {
        if (_uncounted > 0)
        {
            _uncounted--;
            return false;
        }
        message = MessageNote.WithHead(message, (int)Math.Clamp(_persistentHeads / (PersistentCount + 1), 0, message.Length));
        return true;
    }

    private bool TryTakeHighest(out StoredMessage message)
    {
        while (Front(out int priority) is { } level)
        {
            long before = level.Count;
            bool isTaken = level.TryTake(out message);
            _count -= before - level.Count;
            message = WithLevel(message, priority);
            if (isTaken)
                return true;
        }
        message = default;
        return false;
    }

    /// <summary>The highest level that is not empty.</summary>
    private StoredQueue? Front(out int priority)
    {
        for (priority = _count == 0 ? -1 : _levels.Length - 1; priority >= 0; priority--)
        {
            if (_levels[priority].Count > 0)
                return _levels[priority];
        }
        return null;
    }

    private StoredQueue LevelOf(in StoredMessage message) => _only ?? _levels[IndexOf(message)];

    private int IndexOf(in StoredMessage message) => !_hasReturns ? MessageNote.Priority(message) : MessageNote.IsReturned(message) ? 1 : 0;

    private StoredMessage WithLevel(in StoredMessage message, int level) =>
        _hasReturns ? MessageNote.WithReturned(message, level == 1) : MessageNote.WithPriority(message, level);

    private int RunOfLevel(ReadOnlySpan<StoredMessage> messages)
    {
        int level = IndexOf(messages[0]);
        int run = 1;
        while (run < messages.Length && IndexOf(messages[run]) == level)
            run++;
        return run;
    }
}
