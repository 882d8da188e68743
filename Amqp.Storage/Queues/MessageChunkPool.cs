using System.Runtime.CompilerServices;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>A part of a <see cref="MessageRun"/>, which is a linked list of chunks. Contains an array of entries.</summary>
internal sealed class MessageChunk(int length)
{
    public StoredMessage[] Items { get; } = new StoredMessage[length];

    public MessageChunk? Next { get; set; }
}

/// <summary>A pool of unused chunks for all queues of a store. Thread-safe.</summary>
internal sealed class MessageChunkPool
{
    /// <summary>Number of entries in a chunk. A chunk has 12 KiB, so it is not on the large object heap.</summary>
    public const int ChunkLength = 512;

    private const int MaxSpare = 1024;

    private readonly Lock _lock = new();
    private readonly Stack<MessageChunk> _spare = new();
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes of the chunks that queues use at present.</summary>
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
