using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Storage;

/// <summary>
/// Stores the messages of all queues. A message is appended once for all
/// its queues, read back, settled, and recovered in order after a restart.
/// </summary>
/// <remarks>
/// Thread-safe, but each <see cref="StoredQueue"/> is guarded by the lock of its owner. A position is the number of bytes appended to the
/// log since the store was opened. An append returns a position. The appended record is durable once <see cref="DurablePosition"/> has
/// reached this position.
/// </remarks>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>
    /// Raised after <see cref="DurablePosition"/> or <see cref="IsFull"/> has changed, or the store has failed. Handlers run on the
    /// committer's thread and must be short: the next sync waits for them.
    /// </summary>
    event Action? Committed;

    /// <summary>
    /// Raised for each failed attempt at background work. Of consecutive failures to write page files, only the first is reported. No
    /// message is lost, and the store retries the work later. Handlers run on threads of the store and must be short.
    /// </summary>
    event Action<BackgroundWork, Exception>? BackgroundWorkFailed;

    /// <summary>Position up to which the log survives a power cut.</summary>
    long DurablePosition { get; }

    /// <summary>Position of the end of the log.</summary>
    long AppendedPosition { get; }

    /// <summary>
    /// The failure after which the store makes nothing durable any more; null while the store works. Never becomes null again.
    /// </summary>
    StoreFailedException? Failure { get; }

    /// <summary>
    /// True while writes fail because the disk is full, or while the disk reserve has less than its full size. Publishers must be blocked
    /// while this property is true. Everything appended on a full disk becomes durable once the disk has space.
    /// </summary>
    bool IsFull { get; }

    /// <summary>
    /// True while the store has more unwritten bytes than its limit. While this property is true, publishers must await <see
    /// cref="WaitForRoomAsync"/>.
    /// </summary>
    bool IsBehind { get; }

    /// <summary>Bytes of memory for payloads that are only in memory. The queues' entries do not count.</summary>
    long MemoryInUse { get; }

    /// <summary>Bytes of memory for the queues' entries.</summary>
    long QueueMemoryInUse { get; }

    /// <summary>Counts since the start of the store.</summary>
    StoreCounts Counts { get; }

    /// <summary>
    /// True if every unsettled message with an entry in memory also has its payload in memory. Other threads may change the answer at any
    /// time.
    /// </summary>
    bool ArePayloadsInMemory { get; }

    /// <summary>Opens the queue with this number. A durable queue has the messages recovered from the last run, in order.</summary>
    /// <param name="number">Chosen by the caller, who must not use the number again after the queue is deleted.</param>
    /// <param name="durable">True if persistent messages in this queue survive a restart.</param>
    StoredQueue OpenQueue(uint number, bool durable);

    /// <summary>
    /// Discards all messages of a queue that are ready or set aside. Messages that were
    /// taken must still be settled: see <see cref="Settle"/>.
    /// </summary>
    /// <remarks>
    /// The caller holds the queue's lock. After a restart the caller must not pass the queue's number to <see
    /// cref="DataDirectory.OpenStore"/>; otherwise the messages are recovered.
    /// </remarks>
    void DeleteQueue(StoredQueue queue);

    /// <summary>Settles all ready messages of a queue.</summary>
    /// <remarks>The caller holds the queue's lock.</remarks>
    /// <returns>Number of messages settled.</returns>
    int Purge(StoredQueue queue);

    /// <summary>
    /// Stores one message for several queues and assigns its sequence in each queue. The caller then calls <see cref="StoredQueue.Add"/>
    /// for each queue, to make the message ready.
    /// </summary>
    /// <param name="queues">At least one queue.</param>
    /// <param name="head">First part of the payload, copied.</param>
    /// <param name="body">Second part of the payload, copied. The record, with the queues' sequences, has at most 1 GiB.</param>
    /// <param name="persistent">True to write the message to the log for those of <paramref name="queues"/> that are durable.</param>
    /// <param name="messages">
    /// Receives the message's entry for each queue, in the order of <paramref name="queues"/>.
    /// </param>
    /// <returns>The position at which the message is durable, or 0 if the message survives a restart in no queue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The message is too large.</exception>
    /// <exception cref="StoreFailedException">The message must be written to the log, but the store has failed.</exception>
    long Append(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages);

    /// <summary>
    /// Returns the payload of an unsettled message, read from disk if necessary. The payload stays in memory until the lease is disposed.
    /// </summary>
    /// <exception cref="StoreDamagedException">The bytes on disk are damaged.</exception>
    /// <exception cref="IOException">The bytes cannot be read now.</exception>
    PayloadLease Read(scoped in StoredMessage message);

    /// <summary>Returns true if the payload of an unsettled message is in memory at this moment.</summary>
    bool IsInMemory(in StoredMessage message);

    /// <summary>Returns the payload of an unsettled message as <see cref="Read"/> does, but only if the payload is in memory.</summary>
    /// <returns>False if the payload is on disk only.</returns>
    bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload);

    /// <summary>Settles messages of a queue: they were acknowledged, discarded, or delivered without acknowledgement.</summary>
    /// <remarks>
    /// The caller holds the queue's lock. Pass messages in order of sequence where possible, because adjacent messages are logged as one
    /// range.
    /// </remarks>
    /// <param name="queue">The queue that the messages were taken from.</param>
    /// <param name="messages">The messages to settle.</param>
    /// <param name="isBound">
    /// True in a transaction: after a crash the settles count only if everything appended before them is durable too. If false, the settles
    /// may become durable before earlier records, which happens on a full disk.
    /// </param>
    void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false);

    /// <summary>Logs that the queue's messages up to this one were delivered, so that a restart marks them as redelivered.</summary>
    /// <remarks>The caller holds the queue's lock. After several deliveries, one call for the last delivered message is enough.</remarks>
    void NoteDelivered(StoredQueue queue, in StoredMessage last);

    /// <summary>Requests that everything up to a position be made durable soon. <see cref="Committed"/> is raised afterwards.</summary>
    void RequestCommit(long position);

    /// <summary>Completes when <see cref="IsBehind"/> is false again.</summary>
    Task WaitForRoomAsync(CancellationToken cancellation = default);

    /// <summary>Completes when a position is durable.</summary>
    /// <exception cref="StoreFailedException">The position will never be durable.</exception>
    Task WaitForCommitAsync(long position, CancellationToken cancellation = default);
}
