using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Faults;

/// <summary>Wraps the broker's store, and throws unexpected exceptions when a test wants them.</summary>
internal sealed class FaultyStore(IMessageStore store) : IMessageStore
{
    /// <summary>
    /// Called before each method of the store. Gets the method's name, and the queue number (0 if there is no queue). An exception makes
    /// the method fail.
    /// </summary>
    public Action<string, uint> Before { get; set; } = static (_, _) => { };

    /// <summary>Called before each read of a message. An exception thrown here makes the read fail.</summary>
    public Action<StoredMessage> BeforeRead { get; set; } = static _ => { };

    /// <summary>Called before each settle. Parameters: the queue number, and true if the settle depends on earlier appends.</summary>
    public Action<uint, bool> BeforeSettle { get; set; } = static (_, _) => { };

    /// <summary>Called for each commit. Gets the task of the wrapped store, and returns the task for the caller.</summary>
    public Func<Task, Task> Commit { get; set; } = static committed => committed;

    /// <summary>Called before each request of a commit. Parameter: the position.</summary>
    public Action<long> BeforeRequestCommit { get; set; } = static _ => { };

    public bool IsDisposed { get; private set; }

    public event Action? Committed
    {
        add => store.Committed += value;
        remove => store.Committed -= value;
    }

    public event Action<BackgroundWork, Exception>? BackgroundWorkFailed
    {
        add => store.BackgroundWorkFailed += value;
        remove => store.BackgroundWorkFailed -= value;
    }

    public long DurablePosition => store.DurablePosition;

    public long AppendedPosition => store.AppendedPosition;

    public StoreFailedException? Failure => store.Failure;

    public bool IsFull => store.IsFull;

    /// <summary>
    /// The value that <see cref="IsBehind"/> returns. If null, <see cref="IsBehind"/> returns the value of the wrapped store.
    /// </summary>
    public bool? Behind { get; set; }

    public bool IsBehind => Behind ?? store.IsBehind;

    public long MemoryInUse
    {
        get
        {
            Before("MemoryInUse", 0);
            return store.MemoryInUse;
        }
    }

    public StoreCounts Counts => store.Counts;

    public bool ArePayloadsInMemory => store.ArePayloadsInMemory;

    public StoredExcerpts Excerpts => store.Excerpts;

    /// <summary>Makes a method of the store fail for one queue, at the next call or at every call.</summary>
    public void Break(string call, uint number, bool once = true) => Before = (called, about) =>
    {
        if (called != call || about != number)
            return;
        if (once)
            Before = static (_, _) => { };
        throw new InvalidOperationException("a fault that a test put in");
    };

    public StoredQueue OpenQueue(uint number, bool durable) => store.OpenQueue(number, durable);

    public void DeleteQueue(StoredQueue queue)
    {
        Before("DeleteQueue", queue.Number);
        store.DeleteQueue(queue);
    }

    public int Purge(StoredQueue queue)
    {
        Before("Purge", queue.Number);
        return store.Purge(queue);
    }

    public long Append(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages)
    {
        foreach (var queue in queues)
            Before("Append", queue.Number);
        return store.Append(queues, head, body, persistent, messages);
    }

    public PayloadLease Read(scoped in StoredMessage message)
    {
        BeforeRead(message);
        return store.Read(message);
    }

    public bool IsInMemory(in StoredMessage message) => store.IsInMemory(message);

    public bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload) => store.TryReadInMemory(message, out payload);

    public void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false)
    {
        Before("Settle", queue.Number);
        if (!messages.IsEmpty)
            BeforeSettle(queue.Number, isBound);
        store.Settle(queue, messages, isBound);
    }

    public void NoteDelivered(StoredQueue queue, in StoredMessage last)
    {
        Before("NoteDelivered", queue.Number);
        store.NoteDelivered(queue, last);
    }

    public void RequestCommit(long position)
    {
        BeforeRequestCommit(position);
        store.RequestCommit(position);
    }

    public void CommitHere(long position) => store.CommitHere(position);

    public void RequestTrim() => store.RequestTrim();

    public Task WaitForRoomAsync(CancellationToken cancellation = default) => store.WaitForRoomAsync(cancellation);

    public Task WaitForCommitAsync(long position, CancellationToken cancellation = default) =>
        Commit(store.WaitForCommitAsync(position, cancellation));

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return store.DisposeAsync();
    }
}
