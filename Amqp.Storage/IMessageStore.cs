using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Storage;

/// <summary>
/// The messages of all queues: appended once however many queues they go to, read back, settled, and after a
/// restart found again in order. The broker sees only this; where the bytes are is the store's matter.
/// </summary>
/// <remarks>
/// Thread-safe, but for what it hands out: a <see cref="StoredQueue"/> belongs to whoever holds its owner's lock.
/// A position counts the bytes ever appended to the log; a record is safe once <see cref="DurablePosition"/> has
/// reached the position that its append returned.
/// </remarks>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>Raised after <see cref="DurablePosition"/> or <see cref="IsFull"/> changed or the store failed. On the committer's thread: the next sync waits for the handlers, so they do little.</summary>
    event Action? Committed;

    /// <summary>
    /// Raised when work in the background fails, with an I/O error or for a reason that nobody foresaw: nothing is lost, and it is tried again later. Raised at each try,
    /// but for the paging out of messages, of which it is not raised again before it has worked once more. On threads of the store: handlers only take note.
    /// </summary>
    event Action<BackgroundWork, Exception>? BackgroundWorkFailed;

    /// <summary>Everything before this position survives a power cut.</summary>
    long DurablePosition { get; }

    /// <summary>Where the log ends now.</summary>
    long AppendedPosition { get; }

    /// <summary>Why nothing can be made durable any more, or null while all is well. Never reset: a sync that failed once is not tried again.</summary>
    StoreFailedException? Failure { get; }

    /// <summary>
    /// True while writes fail for want of room on the disk: nothing becomes durable, and all of it does once there is room. Also true until the room is there again that
    /// is kept for settles, if they took of it: publishers shall wait so long.
    /// </summary>
    bool IsFull { get; }

    /// <summary>True while more waits to be written than the store wants to hold; publishers then wait for <see cref="WaitForRoomAsync"/>.</summary>
    bool IsBehind { get; }

    /// <summary>Bytes of memory held for message payloads that are nowhere else. What can be read again from the disk does not count, nor do the queues' entries.</summary>
    long MemoryInUse { get; }

    /// <summary>Bytes of memory held for what queues remember of their messages one by one.</summary>
    long QueueMemoryInUse { get; }

    /// <summary>What it has done since the start.</summary>
    StoreCounts Counts { get; }

    /// <summary>True while every unsettled message whose entry is in memory has its payload there, too. Good for a look only.</summary>
    bool ArePayloadsInMemory { get; }

    /// <summary>Opens the queue with this number. A durable one comes with the messages that the last run left, in order.</summary>
    /// <param name="number">Chosen by the caller, never used again after the queue's deletion.</param>
    /// <param name="durable">Whether persistent messages outlive a restart in this queue.</param>
    StoredQueue OpenQueue(uint number, bool durable);

    /// <summary>Lets go of everything that is ready in a queue, or was kept aside and not taken. Its unsettled deliveries are still settled one by one.</summary>
    /// <remarks>The caller holds the queue's lock and removes the queue's number from what it declares at the next start.</remarks>
    void DeleteQueue(StoredQueue queue);

    /// <summary>Settles everything that is ready in a queue.</summary>
    /// <remarks>The caller holds the queue's lock.</remarks>
    /// <returns>How many messages that was.</returns>
    int Purge(StoredQueue queue);

    /// <summary>Stores one message for several queues and gives it its place in each. It is in none of them until <see cref="StoredQueue.Add"/>.</summary>
    /// <param name="queues">At least one queue.</param>
    /// <param name="head">First part of the payload.</param>
    /// <param name="body">Second part of the payload; both are copied. With its places in the queues a message has at most 1 GiB.</param>
    /// <param name="persistent">Whether the message is written to the log, for those of <paramref name="queues"/> that are durable.</param>
    /// <param name="messages">Receives, for each queue, what to add to it.</param>
    /// <returns>The position to wait for, or 0 when no queue keeps the message over a restart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The message is larger than that.</exception>
    /// <exception cref="StoreFailedException">The message would have to be persistent and the store cannot keep it.</exception>
    long Append(ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages);

    /// <summary>The payload of an unsettled message, in memory until the lease is disposed of. Reads from disk when it has to.</summary>
    /// <exception cref="StoreDamagedException">The bytes on disk are not the ones that were written.</exception>
    /// <exception cref="IOException">They cannot be read now.</exception>
    PayloadLease Read(scoped in StoredMessage message);

    /// <summary>Whether the payload of an unsettled message is in memory at this moment.</summary>
    bool IsInMemory(in StoredMessage message);

    /// <summary>As <see cref="Read"/>, where that needs nothing from the disk.</summary>
    /// <returns>False when the payload is on the disk only.</returns>
    bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload);

    /// <summary>The queue is done with these messages: acknowledged, dropped or delivered without acknowledgement.</summary>
    /// <remarks>The caller holds the queue's lock, and orders the messages by sequence where it can: neighbours are logged as one range.</remarks>
    /// <param name="queue">Where the messages are.</param>
    /// <param name="messages">What it is done with.</param>
    /// <param name="isBound">
    /// They are settled for the sake of what was appended so far, as in a transaction, and count in a crash only together with that. Others may count at
    /// once: on a full disk, what was settled is deleted before anything else can be written.
    /// </param>
    void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false);

    /// <summary>Notes that the queue's messages up to this one went out, so that what is left of them comes back marked redelivered.</summary>
    /// <remarks>The caller holds the queue's lock. One call for a run of deliveries is enough; where no persistent message is behind the last note, it costs nothing.</remarks>
    void NoteDelivered(StoredQueue queue, in StoredMessage last);

    /// <summary>Asks for everything up to a position to be made durable soon; <see cref="Committed"/> tells when.</summary>
    void RequestCommit(long position);

    /// <summary>Completes when <see cref="IsBehind"/> is false again.</summary>
    Task WaitForRoomAsync(CancellationToken cancellation = default);

    /// <summary>Completes when a position is durable.</summary>
    /// <exception cref="StoreFailedException">It never will be.</exception>
    Task WaitForCommitAsync(long position, CancellationToken cancellation = default);
}
