using System.Diagnostics;
using System.Runtime.CompilerServices;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The levels of a queue: one queue in the message store for each priority. The lock of the queue guards the state.</summary>
/// <remarks>
/// A quorum queue has two levels instead: new messages, and messages that clients returned. Returned messages are delivered first.
/// </remarks>
internal sealed class QueueLevels
{
    private readonly StoredQueue[] _levels; // the level of the lowest priority first
    private readonly bool _hasReturns; // true if the second level is for messages that clients returned
    private readonly Lock? _gate; // the lock of the queue
    private long _count; // sum of the counts of all levels; unused if there is only one

    /// <param name="levels">One level for each priority, the lowest first.</param>
    /// <param name="gate">The lock of the queue; null if only one thread uses the levels.</param>
    /// <param name="hasReturns">True if the second level is for messages that clients returned.</param>
    public QueueLevels(StoredQueue[] levels, Lock? gate, bool hasReturns)
    {
        (_levels, _gate, _hasReturns) = (levels, gate, hasReturns);
        Only = levels.Length == 1 ? levels[0] : null;
        _count = levels.Sum(level => level.Count);
    }

    /// <summary>All levels, the lowest priority first.</summary>
    public ReadOnlySpan<StoredQueue> All => _levels;

    /// <summary>The only level of the queue; null if the queue has several levels.</summary>
    public StoredQueue? Only { get; }

    /// <summary>The level for messages that clients returned; null if the queue has none.</summary>
    public StoredQueue? Returns => _hasReturns ? _levels[^1] : null;

    /// <summary>Number of ready messages.</summary>
    public long Count => Only is not null ? Only.Count : _count;

    /// <summary>Bytes of the ready messages, including their heads.</summary>
    public long Bytes => Only is not null ? Only.Bytes : _levels.Sum(level => level.Bytes);

    /// <summary>Number of ready messages that survive a restart.</summary>
    public long PersistentCount => Only is not null ? Only.PersistentCount : _levels.Sum(level => level.PersistentCount);

    /// <summary>Bytes of the ready messages that survive a restart, including their heads.</summary>
    public long PersistentBytes => Only is not null ? Only.PersistentBytes : _levels.Sum(level => level.PersistentBytes);

    /// <summary>Number of ready messages whose entries are in memory.</summary>
    public long Entries => Only is not null ? Only.CountInMemory : _levels.Sum(level => level.CountInMemory);

    /// <inheritdoc cref="QueueMessages.Aside"/>
    public IEnumerable<(MessagePlace Place, int Length)> Aside =>
        _levels.SelectMany(level => level.Aside.Select(message => (new MessagePlace(level.Number, message.Sequence), message.Length)));

    /// <param name="priority">Priority from 0 to the queue's highest priority.</param>
    public StoredQueue this[int priority] => _levels[priority];

    /// <summary>Returns the level that a message belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each message
    public StoredQueue Of(in StoredMessage message) => Only ?? _levels[IndexOf(message)];

    /// <summary>
    /// Returns how many messages at the start of the span have the level of the first message. Only for queues with several levels.
    /// </summary>
    public int RunLength(ReadOnlySpan<StoredMessage> messages)
    {
        int level = IndexOf(messages[0]);
        int run = 1;
        while (run < messages.Length && IndexOf(messages[run]) == level)
            run++;
        return run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each message
    public void Add(in StoredMessage message)
    {
        DemandGate();
        Of(message).Add(message); // before counting: if Add throws, the message must not be counted
        _count++;
    }

    /// <inheritdoc cref="QueueMessages.TryPeek"/>
    public bool TryPeek(out StoredMessage message)
    {
        DemandGate();
        if (Only is not null)
            return Only.TryPeek(out message);
        while (Front(out int priority) is { } level)
        {
            long before = level.Count;
            bool isThere = level.TryPeek(out message);
            _count -= before - level.Count; // TryPeek removes damaged messages from the level
            message = WithLevel(message, priority); // an entry on the disk does not contain its level
            if (isThere)
                return true;
        }
        message = default;
        return false;
    }

    /// <inheritdoc cref="QueueMessages.TryPeekInMemory"/>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        DemandGate();
        message = default;
        return (Only ?? Front(out _))?.TryPeekInMemory(out message) ?? false;
    }

    /// <inheritdoc cref="QueueMessages.TryTake"/>
    public bool TryTake(out StoredMessage message)
    {
        DemandGate();
        if (Only is not null)
            return Only.TryTake(out message);
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

    /// <inheritdoc cref="QueueMessages.TryTakeAside"/>
    public bool TryTakeAside(MessagePlace place, out StoredMessage message)
    {
        DemandGate();
        int level = (int)(place.Queue - _levels[0].Number);
        bool isTaken = _levels[level].TryTakeAside(place.Sequence, out message);
        if (Only is null)
            message = WithLevel(message, level);
        return isTaken;
    }

    /// <summary>Passes each entry that is in memory to a <see cref="ResidenceLook"/>, which counts the entry.</summary>
    public void Visit(ref ResidenceLook look)
    {
        foreach (var level in _levels)
            level.Visit(ref look);
    }

    /// <summary>Settles all ready messages.</summary>
    /// <returns>Number of settled messages.</returns>
    public int Purge(IMessageStore store)
    {
        DemandGate();
        int purged = 0;
        foreach (var level in _levels)
            purged += store.Purge(level);
        _count = 0;
        return purged;
    }

    /// <summary>Deletes all levels from the store, with their ready messages.</summary>
    public void Delete(IMessageStore store)
    {
        foreach (var level in _levels)
            store.DeleteQueue(level);
        _count = 0;
    }

    /// <inheritdoc cref="QueueMessages.Recount"/>
    public void Recount()
    {
        DemandGate();
        foreach (var level in _levels)
            level.Recount();
        _count = _levels.Sum(level => level.Count);
    }

    /// <summary>Asserts that the calling thread holds the lock of the queue. Only debug builds contain the check.</summary>
    [Conditional("DEBUG")]
    public void DemandGate() =>
        Debug.Assert(_gate is not { IsHeldByCurrentThread: false }, "The messages of a queue were accessed without its lock.");

    /// <summary>Returns the level of the highest priority that has a message; null if all levels are empty.</summary>
    private StoredQueue? Front(out int priority)
    {
        for (priority = _count == 0 ? -1 : _levels.Length - 1; priority >= 0; priority--)
        {
            if (_levels[priority].Count > 0)
                return _levels[priority];
        }
        return null;
    }

    private int IndexOf(in StoredMessage message) => !_hasReturns ? MessageNote.Priority(message) : MessageNote.IsReturned(message) ? 1 : 0;

    /// <summary>Returns the entry of a message with its level. An entry from the disk does not contain its level.</summary>
    public StoredMessage WithLevel(in StoredMessage message, int level) => Only is not null ? message
        : _hasReturns ? MessageNote.WithReturned(message, level == 1) : MessageNote.WithPriority(message, level);

    /// <summary>A scan of all levels, which takes each message once.</summary>
    public sealed class Scan(QueueLevels levels)
    {
        private readonly StoredQueueScan[] _scans = Array.ConvertAll(levels._levels, level => new StoredQueueScan(level));

        /// <summary>Takes the oldest message of the highest priority that the scan has not taken yet.</summary>
        public bool TryTake(out StoredMessage message)
        {
            levels.DemandGate();
            message = default;
            for (int level = _scans.Length - 1; level >= 0; level--)
            {
                long before = levels._levels[level].Count;
                bool isTaken = before > 0 && _scans[level].TryTake(out message);
                levels._count -= before - levels._levels[level].Count;
                if (!isTaken)
                    continue;
                message = levels.WithLevel(message, level);
                return true;
            }
            return false;
        }

        /// <summary>Ends the scan.</summary>
        public void End()
        {
            levels.DemandGate();
            foreach (var scan in _scans)
                scan.End();
        }
    }
}
