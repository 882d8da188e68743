using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>The ready messages of one queue, in the order of their sequence numbers.</summary>
/// <remarks>
/// Not thread-safe: the owner that opened the queue guards it with a lock. If a queue has very many messages, the store keeps only the
/// entries at the head and the tail of the queue in memory, and loads the other entries from disk.
/// </remarks>
public sealed class StoredQueue
{
    private readonly DeepMessages? _deep; // the same object as ReadyMessages.Deep
    private ReadyMessages _ready; // in a store with a log, DeepMessages.Lock also guards this field
    private QueueSequences _sequences;
    private DeliveredMark _delivered;

    internal StoredQueue(uint number, bool isDurable, MessageChunkPool chunks, DeepMessages? deep = null)
    {
        Number = number;
        IsDurable = isDurable;
        _deep = deep;
        _ready = new ReadyMessages(chunks, deep);
    }

    /// <summary>Number that identifies the queue in the store.</summary>
    public uint Number { get; }

    /// <summary>True if persistent messages in this queue survive a restart.</summary>
    public bool IsDurable { get; }

    /// <summary>Number of ready messages.</summary>
    public long Count => _ready.Count;

    /// <summary>Bytes of payload of the ready messages.</summary>
    public long Bytes => _ready.Tally.Bytes;

    /// <summary>Number of ready messages that survive a restart.</summary>
    public long PersistentCount => _ready.Tally.PersistentCount;

    /// <summary>Bytes of payload of the ready messages that survive a restart.</summary>
    public long PersistentBytes => _ready.Tally.PersistentBytes;

    /// <summary>Number of ready messages whose entries are in memory. Their payloads may be on disk.</summary>
    public long CountInMemory => Count - _ready.SpilledCount;

    /// <summary>Messages that recovery has set aside and that no caller has taken. These messages are neither ready nor counted.</summary>
    public IReadOnlyList<(long Sequence, int Length)> Aside
    {
        get
        {
            if (_deep is not { } deep)
                return [];
            lock (deep.Lock)
                return [.. deep.Aside.Select(message => (message.To, (int)message.Bytes))];
        }
    }

    /// <summary>
    /// True if the queue is deleted. The store then writes no more records of the queue to the log. The store sets the property under the
    /// queue's lock.
    /// </summary>
    internal bool IsDeleted { get; set; }

    internal ref QueueSequences Sequences => ref _sequences;

    internal ref DeliveredMark Delivered => ref _delivered;

    /// <summary>The messages themselves, for a scan. <see cref="DeepMessages.Lock"/> guards them.</summary>
    internal ref ReadyMessages Ready => ref _ready;

    public void Add(in StoredMessage message)
    {
        if (_deep is not { } deep)
        {
            _ready.Add(message);
            return;
        }
        lock (deep.Lock)
            _ready.Add(message);
    }

    /// <summary>Counts the ready messages again. Call after an error, because the counts may be wrong.</summary>
    public void Recount()
    {
        if (_deep is not { } deep)
        {
            _ready.Recount();
            return;
        }
        lock (deep.Lock)
            _ready.Recount();
    }

    /// <summary>Takes a message that recovery has set aside. The caller must settle the message, or add it to the queue.</summary>
    /// <returns>False if the message is not set aside, or if its bytes are damaged.</returns>
    /// <exception cref="IOException">The message cannot be read now, and stays set aside.</exception>
    public bool TryTakeAside(long sequence, out StoredMessage message)
    {
        message = default;
        if (_deep is not { } deep)
            return false;
        lock (deep.Lock)
            return deep.TryTakeAside(sequence, out message);
    }

    /// <summary>Returns the first message without taking it.</summary>
    /// <exception cref="IOException">The entry of the message is not in memory, and cannot be read from disk now.</exception>
    public bool TryPeek(out StoredMessage message)
    {
        if (_deep is not { } deep)
            return _ready.TryPeek(out message);
        lock (deep.Lock)
            return _ready.TryPeek(out message);
    }

    /// <summary>Takes the first message. The caller must settle or return the message.</summary>
    /// <exception cref="IOException">The entry of the message is not in memory, and cannot be read from disk now.</exception>
    public bool TryTake(out StoredMessage message)
    {
        if (_deep is not { } deep)
            return _ready.TryTake(out message);
        lock (deep.Lock)
            return _ready.TryTake(out message);
    }

    /// <summary>
    /// Returns the first message without taking it. Returns false if the queue is empty, or if the message's entry is not in memory.
    /// </summary>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        if (_deep is not { } deep)
            return _ready.TryPeekInMemory(out message);
        lock (deep.Lock)
            return _ready.TryPeekInMemory(out message);
    }

    /// <summary>Visits every ready message whose entry is in memory, in no particular order.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        if (_deep is not { } deep)
        {
            _ready.Visit(ref visitor);
            return;
        }
        lock (deep.Lock)
            _ready.Visit(ref visitor);
    }

    /// <summary>Selects consecutive messages, without taking them and without reading from disk.</summary>
    /// <param name="skip">Number of messages in front of the first selected one.</param>
    /// <param name="count">Maximum number of messages.</param>
    /// <param name="space">The blocks that contain the messages.</param>
    internal StoredExcerpt Excerpt(long skip, int count, BlockSpace space)
    {
        var selection = new MessageSelection(skip, count);
        if (_deep is not { } deep)
        {
            _ready.Select(selection);
            return new StoredExcerpt(space, loader: null, Number, selection.Parts);
        }
        lock (deep.Lock)
        {
            _ready.Select(selection);
            // created under the lock, because it keeps the messages' blocks and segments
            return new StoredExcerpt(space, deep.Loader, Number, selection.Parts);
        }
    }

    /// <summary>Adds messages that recovery has found in the log. Call before any other message is added.</summary>
    internal void Restore(in Stretch stretch) => _ready.Add(stretch);

    /// <summary>Sets a recovered message aside: the message is not delivered until a caller takes it.</summary>
    internal void KeepAside(in Stretch message) => _deep!.KeepAside(message);

    /// <summary>Removes entries from memory. Removes only entries that can be loaded again from the index of a segment.</summary>
    /// <param name="keep">Number of entries at the head of the queue that stay in memory.</param>
    /// <param name="space">The blocks that contain the messages.</param>
    internal void Spill(int keep, BlockSpace space)
    {
        if (_deep is not { } deep)
            return;
        lock (deep.Lock)
            _ready.Spill(keep, space);
    }

    /// <summary>Takes the first stretch without loading its entries, so that the caller can settle its messages.</summary>
    internal bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (_deep is not { } deep)
            return false;
        lock (deep.Lock)
            return _ready.TryTakeStretch(out stretch);
    }

    /// <summary>Removes and returns the messages that are still set aside, so that the caller can settle them.</summary>
    internal IReadOnlyList<Stretch> RemoveAside()
    {
        if (_deep is not { } deep)
            return [];
        lock (deep.Lock)
            return deep.RemoveAside();
    }
}
