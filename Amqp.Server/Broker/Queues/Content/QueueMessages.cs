using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The ready messages of a queue, oldest first; in a queue with priorities, the highest priority first.</summary>
/// <remarks>
/// The queue's lock guards all state. <see cref="QueueLevels"/> keeps the order of the messages. <see cref="HeadBytes"/> counts the bytes
/// of their heads, because sizes of queues are reported in bytes of bodies.
/// </remarks>
internal sealed class QueueMessages
{
    private readonly IMessageStore _store;
    private readonly QueueLevels _levels;
    private HeadBytes _heads;

    /// <param name="store">The store that holds the messages.</param>
    /// <param name="levels">The queue's levels in the store: one for each priority, the lowest first.</param>
    /// <param name="gate">The queue's lock; null if one thread alone uses the messages.</param>
    /// <param name="hasReturns">True if the higher of two levels is for messages that clients return.</param>
    public QueueMessages(IMessageStore store, StoredQueue[] levels, Lock? gate = null, bool hasReturns = false)
    {
        _store = store;
        _levels = new QueueLevels(levels, gate, hasReturns);
        _heads = new HeadBytes(recovered: levels.Sum(level => level.Count));
    }

    /// <summary>Number of the queue's lowest level in the store.</summary>
    public uint Number => Stored.Number;

    /// <summary>Number of ready messages.</summary>
    public long Count => _levels.Count;

    /// <summary>Bytes of the bodies of the ready messages; for messages that a start recovered, heads included.</summary>
    public long Bytes => Math.Max(0, _levels.Bytes - _heads.All);

    /// <summary>Number of ready messages that survive a restart.</summary>
    public long PersistentCount => _levels.PersistentCount;

    /// <summary>Bytes of the bodies of ready messages that survive a restart; for recovered messages, heads included.</summary>
    public long PersistentBytes => Math.Max(0, _levels.PersistentBytes - _heads.Persistent);

    /// <summary>Number of ready messages whose entries are in memory.</summary>
    public long Entries => _levels.Entries;

    /// <summary>
    /// The queue's lowest level in the store: for all new messages or, in a queue with priorities, for new messages of the lowest priority.
    /// </summary>
    public StoredQueue Stored => _levels.Lowest;

    /// <summary>
    /// The store's queue for messages that clients returned, which are delivered before new messages; null if the queue has no such level.
    /// </summary>
    public StoredQueue? StoredReturns => _levels.Returns;

    /// <summary>
    /// Messages that a start recovered but kept aside, because they are quarantined. <see cref="TryTakeAside"/> takes one of them.
    /// </summary>
    public IEnumerable<(MessagePlace Place, int Length)> Aside => _levels.Aside;

    /// <summary>The store's queue for messages of a priority, from 0 to the queue's highest priority.</summary>
    public StoredQueue StoredFor(int priority) => _levels[priority];

    /// <summary>The number in the store of the level that a message belongs to.</summary>
    public uint NumberOf(in StoredMessage message) => _levels.Of(message).Number;

    /// <summary>Adds a message that the store has just appended.</summary>
    public void Add(in StoredMessage message)
    {
        _levels.Add(message); // first: a message that cannot be added is not counted
        _heads.Add(message);
    }

    /// <summary>Puts a taken message back into its place, with its mark of redelivery unchanged.</summary>
    public void PutBack(in StoredMessage message)
    {
        _levels.Add(message);
        _heads.PutBack(message);
    }

    /// <summary>Puts a taken message back into its place, marked redelivered.</summary>
    public void Return(in StoredMessage message) => PutBack(RedeliveredMark.Set(message));

    /// <summary>Returns the next message without taking it.</summary>
    /// <exception cref="IOException">The message is on disk only and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message) => _levels.TryPeek(out message);

    /// <summary>Returns the next message without taking it. False if the queue is empty, or the message has to be read from disk.</summary>
    public bool TryPeekInMemory(out StoredMessage message) => _levels.TryPeekInMemory(out message);

    /// <summary>Takes the next message. The caller settles it or puts it back.</summary>
    /// <exception cref="IOException">The message is on disk only and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        bool isTaken = _levels.TryTake(out message);
        if (isTaken)
            _heads.Take(ref message, _levels);
        return isTaken;
    }

    /// <summary>Takes one of the messages in <see cref="Aside"/>. The caller settles it or puts it back.</summary>
    /// <inheritdoc cref="StoredQueue.TryTakeAside"/>
    public bool TryTakeAside(MessagePlace place, out StoredMessage message) => _levels.TryTakeAside(place, out message);

    /// <summary>
    /// Counts the messages whose bodies are in memory. Visits each entry in memory, which takes about a millisecond for some hundred
    /// thousand entries.
    /// </summary>
    public ResidenceLook CountResident()
    {
        var look = new ResidenceLook(_store, _heads.Average(PersistentCount));
        _levels.Visit(ref look);
        return look;
    }

    /// <summary>Replaces the assumed head size by the real size, for the message that was taken last.</summary>
    /// <param name="message">The message that was taken.</param>
    /// <param name="payload">Its head and body.</param>
    /// <exception cref="Exception">The payload is not an encoded message.</exception>
    public void NoteRead(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        _levels.DemandGate();
        _heads.NoteRead(ref message, payload, _levels);
    }

    /// <summary>Settles messages that were taken.</summary>
    /// <inheritdoc cref="IMessageStore.Settle"/>
    public void Settle(ReadOnlySpan<StoredMessage> messages, bool isBound = false)
    {
        if (_levels.Only is { } only)
        {
            _store.Settle(only, messages, isBound);
            return;
        }
        while (!messages.IsEmpty)
        {
            int run = _levels.RunLength(messages);
            _store.Settle(_levels.Of(messages[0]), messages[..run], isBound);
            messages = messages[run..];
        }
    }

    /// <summary>Notes that messages were delivered to a consumer, so that a restart marks them redelivered.</summary>
    public void NoteDelivered(ReadOnlySpan<StoredMessage> messages)
    {
        if (_levels.Only is { } only)
        {
            _store.NoteDelivered(only, messages[^1]);
            return;
        }
        while (!messages.IsEmpty)
        {
            int run = _levels.RunLength(messages);
            _store.NoteDelivered(_levels.Of(messages[0]), messages[run - 1]);
            messages = messages[run..];
        }
    }

    /// <summary>Settles all ready messages.</summary>
    /// <returns>Number of settled messages.</returns>
    public int Purge()
    {
        int purged = _levels.Purge(_store);
        _heads.Clear();
        return purged;
    }

    /// <summary>Deletes the queue from the store, with its ready messages.</summary>
    public void Delete()
    {
        _levels.Delete(_store);
        _heads.Clear();
    }

    /// <summary>Counts the ready messages anew, after an error in the middle of a change.</summary>
    public void Recount() => _levels.Recount();
}
