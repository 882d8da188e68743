using System.Runtime.CompilerServices;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>A fixed-size array of a <see cref="MessageRun"/>. Owned by the run that holds it, otherwise by the pool.</summary>
internal sealed class MessageChunk(int length)
{
    public StoredMessage[] Items { get; } = new StoredMessage[length];

    public MessageChunk? Next { get; set; }
}

/// <summary>Spare chunks for all queues of a store. Thread-safe.</summary>
internal sealed class MessageChunkPool
{
    /// <summary>
    /// Entries in a chunk. A chunk of 12 KiB stays out of the large object heap, and is large enough to make calls to the pool rare.
    /// </summary>
    public const int ChunkLength = 512;

    private const int MaxSpare = 1024;

    private readonly Lock _lock = new();
    private readonly Stack<MessageChunk> _spare = new(); // owned by _lock
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes of the chunks that queues hold.</summary>
    public long BytesInUse => Volatile.Read(ref _inUse) * ChunkLength * Unsafe.SizeOf<StoredMessage>();

    public MessageChunk Rent()
    {
        Interlocked.Increment(ref _inUse);
        lock (_lock)
        {
            if (_spare.TryPop(out MessageChunk? chunk))
                return chunk;
        }
        return new MessageChunk(ChunkLength);
    }

    public void Return(MessageChunk chunk)
    {
        Interlocked.Decrement(ref _inUse);
        lock (_lock)
        {
            if (_spare.Count < MaxSpare)
                _spare.Push(chunk);
        }
    }
}
