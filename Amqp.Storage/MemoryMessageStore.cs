using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Log;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Transient;

namespace Amqp.Storage;

/// <summary>A store without a disk: every message is transient, and every position is durable at once.</summary>
public sealed class MemoryMessageStore : IMessageStore
{
    private readonly BlockSpace _space;
    private readonly TransientMessages _transient;
    private readonly MessageChunkPool _chunks = new();

    /// <param name="options">Only the block size is used.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public MemoryMessageStore(StoreOptions? options = null)
    {
        options ??= new StoreOptions();
        options.Check();
        _space = new BlockSpace(options);
        _transient = new TransientMessages(_space, options);
    }

    /// <inheritdoc/>
    /// <remarks>Never raised: there is nothing to commit.</remarks>
    public event Action? Committed
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    /// <remarks>Never raised: there is no background work.</remarks>
    public event Action<BackgroundWork, Exception>? BackgroundWorkFailed
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public long DurablePosition => 0;

    /// <inheritdoc/>
    public long AppendedPosition => 0;

    /// <inheritdoc/>
    public StoreFailedException? Failure => null;

    /// <inheritdoc/>
    public bool IsFull => false;

    /// <inheritdoc/>
    public bool IsBehind => false;

    /// <inheritdoc/>
    public long MemoryInUse => _space.MemoryInUse;

    /// <inheritdoc/>
    public StoreCounts Counts => new(MessagesWritten: 0, PayloadReads: 0, _chunks.BytesInUse);

    /// <inheritdoc/>
    public bool ArePayloadsInMemory => true;

    /// <inheritdoc/>
    public StoredExcerpts Excerpts => new(_space);

    /// <inheritdoc/>
    public StoredQueue OpenQueue(uint number, bool durable) => new(number, durable, _chunks);

    /// <inheritdoc/>
    public void DeleteQueue(StoredQueue queue)
    {
        queue.IsDeleted = true;
        Purge(queue);
    }

    /// <inheritdoc/>
    public int Purge(StoredQueue queue)
    {
        var settled = new SettleBatch(_space, log: null, queue, []);
        int count = settled.AddReady();
        settled.End();
        return count;
    }

    /// <inheritdoc/>
    public long Append(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages)
    {
        _transient.Append(queues, head, body, messages);
        return 0;
    }

    /// <inheritdoc/>
    public PayloadLease Read(scoped in StoredMessage message) => _space.Read(message);

    /// <inheritdoc/>
    public bool IsInMemory(in StoredMessage message) => true;

    /// <inheritdoc/>
    public bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload)
    {
        payload = Read(message);
        return true;
    }

    /// <inheritdoc/>
    public void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false)
    {
        var settled = new SettleBatch(_space, log: null, queue, []);
        foreach (ref readonly StoredMessage message in messages)
            settled.Add(message);
        settled.End();
    }

    /// <inheritdoc/>
    public void NoteDelivered(StoredQueue queue, in StoredMessage last)
    {
        // Nothing survives a restart, so deliveries need not be recorded.
    }

    /// <inheritdoc/>
    public void RequestCommit(long position)
    {
        // Position 0 is durable from the start.
    }

    /// <inheritdoc/>
    public void CommitHere(long position)
    {
        // Position 0 is durable from the start.
    }

    /// <summary>Does nothing, because this store keeps all entries in memory.</summary>
    public void RequestTrim()
    {
    }

    /// <inheritdoc/>
    public Task WaitForRoomAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task WaitForCommitAsync(long position, CancellationToken cancellation = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _transient.Close();
        _space.Dispose();
        return ValueTask.CompletedTask;
    }
}
