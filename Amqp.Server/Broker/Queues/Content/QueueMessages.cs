using Amqp.Server.Broker.Deduplication;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The ready messages of a queue, sorted by priority and age. The lock of the queue guards all state.</summary>
/// <remarks>
/// The store counts the bytes of heads and bodies. RabbitMQ reports bodies only, so this class subtracts the bytes of the heads
/// (<see cref="HeadBytes"/>).
/// </remarks>
internal sealed class QueueMessages
{
    private readonly IMessageStore _store;
    private readonly QueueLevels _levels;
    private HeadBytes _heads;

    /// <param name="store">The store with the messages.</param>
    /// <param name="levels">The queues of the message store that hold the messages: one for each priority, the lowest first.</param>
    /// <param name="gate">The lock of the queue; null if only one thread uses the messages.</param>
    /// <param name="hasReturns">True if the second of two levels is for messages that clients returned.</param>
    public QueueMessages(IMessageStore store, StoredQueue[] levels, Lock? gate = null, bool hasReturns = false)
    {
        _store = store;
        _levels = new QueueLevels(levels, gate, hasReturns);
        _heads = new HeadBytes(recovered: levels.Sum(level => level.Count));
    }

    /// <summary>Identifies the queue's first level in the store. Further levels have the next numbers.</summary>
    public uint Number => Stored.Number;

    /// <summary>The keys by which the queue recognises repeats; null if it accepts them. May be read without the lock.</summary>
    public DeduplicationWindow? Deduplication { get; set; }

    /// <summary>The store's queues that hold the messages.</summary>
    public QueueLevels Levels => _levels;

    /// <summary>Number of ready messages.</summary>
    public long Count => _levels.Count;

    /// <summary>Body bytes of the ready messages. For messages from before a restart, the bytes of the heads are included.</summary>
    public long Bytes => Math.Max(0, _levels.Bytes - _heads.All);

    /// <summary>Number of ready messages that survive a restart.</summary>
    public long PersistentCount => _levels.PersistentCount;

    /// <summary>
    /// Body bytes of the ready messages that survive a restart. For messages from before a restart, the bytes of the heads are included.
    /// </summary>
    public long PersistentBytes => Math.Max(0, _levels.PersistentBytes - _heads.Persistent);

    /// <summary>Number of ready messages whose entries are in memory.</summary>
    public long Entries => _levels.Entries;

    /// <summary>The store's queue for new messages. In a queue with priorities, it holds the messages of the lowest priority.</summary>
    public StoredQueue Stored => _levels.All[0];

    /// <summary>
    /// The store's queue for messages that clients returned; null if there is none. Returned messages are delivered before new messages.
    /// </summary>
    public StoredQueue? StoredReturns => _levels.Returns;

    /// <summary>
    /// Messages that were quarantined before the restart. They are not ready messages: only <see cref="TryTakeAside"/> takes them.
    /// </summary>
    public IEnumerable<(MessagePlace Place, int Length)> Aside => _levels.Aside;

    /// <summary>Returns the store's queue for messages of this priority, from 0 to the queue's highest priority.</summary>
    public StoredQueue StoredFor(int priority) => _levels[priority];

    /// <summary>Adds a message that was just appended to the store.</summary>
    public void Add(in StoredMessage message)
    {
        _levels.Add(message); // before counting: if Add throws, the message must not be counted
        _heads.Add(message);
    }

    /// <summary>Puts a taken message back into its place, without marking the message as redelivered.</summary>
    public void PutBack(in StoredMessage message)
    {
        _levels.Add(message);
        _heads.PutBack(message);
    }

    /// <summary>Finds the next message without taking it.</summary>
    /// <exception cref="IOException">The message is only on the disk, and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message) => _levels.TryPeek(out message);

    /// <summary>
    /// Finds the next message, but does not take it. Returns false if the queue is empty or the message must be read from the disk.
    /// </summary>
    public bool TryPeekInMemory(out StoredMessage message) => _levels.TryPeekInMemory(out message);

    /// <summary>Takes the next message. The caller must settle the message or put it back.</summary>
    /// <exception cref="IOException">The message is only on the disk, and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        bool isTaken = _levels.TryTake(out message);
        if (isTaken)
            _heads.Take(ref message, _levels);
        return isTaken;
    }

    /// <summary>Takes one of the messages in <see cref="Aside"/>. The caller must settle the message or put it back.</summary>
    /// <inheritdoc cref="StoredQueue.TryTakeAside"/>
    public bool TryTakeAside(MessagePlace place, out StoredMessage message) => _levels.TryTakeAside(place, out message);

    /// <summary>
    /// Counts the messages whose bodies are in memory. The call takes about a millisecond for a few hundred thousand entries.
    /// </summary>
    public ResidenceLook CountResident()
    {
        var look = new ResidenceLook(_store, _heads.Average(PersistentCount));
        _levels.Visit(ref look);
        return look;
    }

    /// <summary>Corrects the size of the last taken message's head, if the size was unknown.</summary>
    /// <param name="message">The taken message.</param>
    /// <param name="payload">Head and body of the message.</param>
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
            Deduplication?.Forget(only.Number, messages);
            return;
        }
        while (!messages.IsEmpty)
        {
            int run = _levels.RunLength(messages);
            var level = _levels.Of(messages[0]);
            _store.Settle(level, messages[..run], isBound);
            Deduplication?.Forget(level.Number, messages[..run]);
            messages = messages[run..];
        }
    }

    /// <summary>Records that messages were delivered to a consumer. After a restart, these messages are marked as redelivered.</summary>
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
        Deduplication?.Clear();
        _heads.Clear();
        return purged;
    }

    /// <summary>Deletes the queue from the store, with its ready messages.</summary>
    public void Delete()
    {
        _levels.Delete(_store);
        Deduplication?.Close();
        _heads.Clear();
    }

    /// <summary>Counts the ready messages again. Called after an exception, when the counts may be wrong.</summary>
    public void Recount() => _levels.Recount();

    /// <summary>A scan of the queue. A message that is put back is in its old place, and the scan does not take it again.</summary>
    /// <exception cref="InvalidOperationException">Another scan of the queue runs.</exception>
    public sealed class Scan(QueueMessages messages)
    {
        private readonly QueueLevels.Scan _levels = new(messages._levels);

        /// <inheritdoc cref="QueueLevels.Scan.TryTake"/>
        /// <remarks>The caller must settle the message or put it back.</remarks>
        /// <exception cref="IOException">The message is only on the disk, and cannot be read.</exception>
        public bool TryTake(out StoredMessage message)
        {
            bool isTaken = _levels.TryTake(out message);
            if (isTaken)
                messages._heads.Take(ref message, messages._levels);
            return isTaken;
        }

        /// <inheritdoc cref="QueueLevels.Scan.End"/>
        public void End() => _levels.End();
    }
}
