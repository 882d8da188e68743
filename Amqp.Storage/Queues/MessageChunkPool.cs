using System.Runtime.CompilerServices;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>A piece of a <see cref="MessageRun"/>; owned by the run that holds it, else by the pool.</summary>
internal sealed class MessageChunk(int length)
{
    public StoredMessage[] Items { get; } = new StoredMessage[length];

    public MessageChunk? Next { get; set; }
}

/// <summary>Chunks between two uses, for all queues of a store. Thread-safe.</summary>
internal sealed class MessageChunkPool
{
    /// <summary>12 KiB a chunk: small enough to stay out of the large object heap, large enough that the pool is asked rarely.</summary>
    public const int ChunkLength = 512;

    private const int MaxSpare = 1024;

    private readonly Lock _gate = new();
    private readonly Stack<MessageChunk> _spare = new(); // owned by _gate
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes of the chunks that queues have.</summary>
    public long BytesInUse => Volatile.Read(ref _inUse) * ChunkLength * Unsafe.SizeOf<StoredMessage>();

    public MessageChunk Rent()
    {
        Interlocked.Increment(ref _inUse);
        lock (_gate)
        {
            if (_spare.TryPop(out MessageChunk? chunk))
                return chunk;
        }
        return new MessageChunk(ChunkLength);
    }

    public void Return(MessageChunk chunk)
    {
        Interlocked.Decrement(ref _inUse);
        lock (_gate)
        {
            if (_spare.Count < MaxSpare)
                _spare.Push(chunk);
        }
    }
}
