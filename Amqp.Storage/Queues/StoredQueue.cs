using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>The ready messages of one queue, in order of sequence.</summary>
/// <remarks>
/// Not thread-safe: the lock of the owner that opened the queue guards it. Of a deep queue only the head and the tail are in memory; the
/// store loads the messages between them as messages are taken. Sequences are assigned without that lock, because messages are appended
/// before their queues are locked. The store owns the sequences and the delivered mark.
/// </remarks>
public sealed class StoredQueue
{
    private ReadyMessages _ready; // if there is a log, also guarded by the lock of its deep messages
    private QueueSequences _sequences;
    private DeliveredMark _delivered;

    internal StoredQueue(uint number, bool isDurable, MessageChunkPool chunks, DeepMessages? deep = null)
    {
        Number = number;
        IsDurable = isDurable;
        _ready = new ReadyMessages(chunks, deep);
    }

    /// <summary>The number that the queue was opened with.</summary>
    public uint Number { get; }

    /// <summary>True if persistent messages in this queue survive a restart.</summary>
    public bool IsDurable { get; }

    /// <summary>Number of ready messages.</summary>
    public long Count => _ready.Tally.Count;

    /// <summary>Bytes of payload of the ready messages.</summary>
    public long Bytes => _ready.Tally.Bytes;

    /// <summary>Number of ready messages that survive a restart.</summary>
    public long PersistentCount => _ready.Tally.PersistentCount;

    /// <summary>Bytes of payload of the ready messages that survive a restart.</summary>
    public long PersistentBytes => _ready.Tally.PersistentBytes;

    /// <summary>Number of ready messages whose entries are in memory. Their payloads may be on disk.</summary>
    public long CountInMemory => Count - (Deep?.SpilledCount ?? 0);

    /// <summary>Messages that recovery has set aside, except for those taken since. Such messages are neither ready nor counted.</summary>
    public IReadOnlyList<(long Sequence, int Length)> Aside
    {
        get
        {
            if (Deep is not { } deep)
                return [];
            lock (deep.Lock)
                return [.. deep.Aside.Select(message => (message.To, (int)message.Bytes))];
        }
    }

    /// <summary>True for a deleted queue, which logs nothing any more. The store sets it under the queue's lock.</summary>
    internal bool IsDeleted { get; set; }

    /// <summary>The sequences that the queue assigned.</summary>
    internal ref QueueSequences Sequences => ref _sequences;

    /// <summary>The highest delivered sequence, and its record in the log.</summary>
    internal ref DeliveredMark Delivered => ref _delivered;

    private DeepMessages? Deep => _ready.Deep;

    /// <summary>Adds a message that the store has just appended for this queue.</summary>
    public void Add(in StoredMessage message)
    {
        if (Deep is not { } deep)
        {
            _ready.Add(message);
            return;
        }
        lock (deep.Lock)
            _ready.Add(message);
    }

    /// <summary>Makes a taken message ready again, at its old place in the order, and marks it as redelivered.</summary>
    public void Return(in StoredMessage message) => Add(message with { Flags = message.Flags | MessageFlags.Redelivered });

    /// <summary>Recounts the ready messages, after an error in the middle of a change.</summary>
    public void Recount()
    {
        if (Deep is not { } deep)
        {
            _ready.Recount();
            return;
        }
        lock (deep.Lock)
            _ready.Recount();
    }

    /// <summary>Takes a message that was set aside. The caller settles it, or adds it to the queue.</summary>
    /// <returns>False if the message is not set aside, or is lost to damage.</returns>
    /// <exception cref="IOException">The message cannot be read now, and stays set aside.</exception>
    public bool TryTakeAside(long sequence, out StoredMessage message)
    {
        message = default;
        if (Deep is not { } deep)
            return false;
        lock (deep.Lock)
            return deep.TryTakeAside(sequence, out message);
    }

    /// <summary>Returns the head of the queue without taking it.</summary>
    /// <exception cref="IOException">The head is spilled and cannot be loaded now.</exception>
    public bool TryPeek(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryPeek(out message);
        lock (deep.Lock)
            return _ready.TryPeek(out message);
    }

    /// <summary>Takes the head of the queue. The caller settles or returns it.</summary>
    /// <exception cref="IOException">The head is spilled and cannot be loaded now.</exception>
    public bool TryTake(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryTake(out message);
        lock (deep.Lock)
            return _ready.TryTake(out message);
    }

    /// <summary>Returns the head of the queue without taking it. False if the queue is empty or its head is spilled.</summary>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryPeekInMemory(out message);
        lock (deep.Lock)
            return _ready.TryPeekInMemory(out message);
    }

    /// <summary>Visits every ready message whose entry is in memory, in no particular order.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        if (Deep is not { } deep)
        {
            _ready.Visit(ref visitor);
            return;
        }
        lock (deep.Lock)
            _ready.Visit(ref visitor);
    }

    /// <summary>Adds recovered messages. Call before any other message is added.</summary>
    internal void Restore(in Stretch stretch) => _ready.Add(stretch);

    /// <summary>Sets a recovered message aside.</summary>
    internal void KeepAside(in Stretch message) => Deep!.KeepAside(message);

    /// <summary>Spills messages whose segment has an index. Called on the housekeeper's thread.</summary>
    /// <param name="keep">Number of messages at the head of the queue that stay in memory.</param>
    /// <param name="space">Holds the blocks of the messages.</param>
    internal void Spill(int keep, BlockSpace space)
    {
        if (Deep is not { } deep)
            return;
        lock (deep.Lock)
            _ready.Spill(keep, space);
    }

    /// <summary>Takes the first stretch of spilled messages without loading them. The caller settles them.</summary>
    internal bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (Deep is not { } deep)
            return false;
        lock (deep.Lock)
            return _ready.TryTakeStretch(out stretch);
    }

    /// <summary>Removes and returns the messages that are still set aside. The caller settles them.</summary>
    internal IReadOnlyList<Stretch> RemoveAside()
    {
        if (Deep is not { } deep)
            return [];
        lock (deep.Lock)
            return deep.RemoveAside();
    }
}
