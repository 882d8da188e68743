using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Storage;

/// <summary>Stores the messages of all queues. A message in several queues is stored once.</summary>
/// <remarks>
/// Thread-safe, but the owner of a <see cref="StoredQueue"/> must lock it. An append returns a position: the number of bytes appended to
/// the log so far. The record is durable once <see cref="DurablePosition"/> has reached the position.
/// </remarks>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>Raised after <see cref="DurablePosition"/> or <see cref="IsFull"/> has changed, or the store has failed.</summary>
    /// <remarks>Runs on the store's thread for commits. The next sync waits for the handlers.</remarks>
    event Action? Committed;

    /// <summary>Raised for each failed attempt at background work. Runs on threads of the store; handlers must be short.</summary>
    /// <remarks>
    /// No message is lost, and the store retries the work. Of consecutive failures to write page files, only the first is reported.
    /// </remarks>
    event Action<BackgroundWork, Exception>? BackgroundWorkFailed;

    /// <summary>Position up to which the log survives a power cut.</summary>
    long DurablePosition { get; }

    /// <summary>Position of the end of the log.</summary>
    long AppendedPosition { get; }

    /// <summary>
    /// The failure after which the store makes nothing durable any more; null while the store works. Never becomes null again.
    /// </summary>
    StoreFailedException? Failure { get; }

    /// <summary>True while the disk is full, or while the disk reserve is not complete. Publishers must then be blocked.</summary>
    /// <remarks>Everything that is appended on a full disk becomes durable once the disk has space.</remarks>
    bool IsFull { get; }

    /// <summary>True while the store has too many unwritten bytes. Publishers must then await <see cref="WaitForRoomAsync"/>.</summary>
    bool IsBehind { get; }

    /// <summary>Bytes of memory used by payloads that are not on disk. Does not include the queues' entries.</summary>
    long MemoryInUse { get; }

    /// <summary>Numbers of written messages and of disk reads since the start of the store.</summary>
    StoreCounts Counts { get; }

    /// <summary>True if the payload of every queue entry in memory is in memory too. May change at any time.</summary>
    bool ArePayloadsInMemory { get; }

    /// <summary>Shows messages without taking them.</summary>
    StoredExcerpts Excerpts { get; }

    /// <summary>Opens the queue with this number. A durable queue has the messages of the last run, in order.</summary>
    /// <param name="number">Chosen by the caller. The number of a deleted queue must not be used again.</param>
    /// <param name="durable">True if persistent messages in this queue survive a restart.</param>
    StoredQueue OpenQueue(uint number, bool durable);

    /// <summary>
    /// Deletes a queue with its ready messages and the messages in <see cref="StoredQueue.Aside"/>. Messages that were taken must still be
    /// settled (<see cref="Settle"/>).
    /// </summary>
    /// <remarks>
    /// The caller holds the queue's lock. After a restart, do not pass the queue's number to <see cref="DataDirectory.OpenStore"/>: the
    /// messages would come back.
    /// </remarks>
    void DeleteQueue(StoredQueue queue);

    /// <summary>Settles all ready messages of a queue. The caller holds the queue's lock.</summary>
    /// <returns>Number of messages settled.</returns>
    int Purge(StoredQueue queue);

    /// <summary>
    /// Stores a message for one or several queues, and assigns a sequence number in each queue. To make the message ready, call
    /// <see cref="StoredQueue.Add"/>.
    /// </summary>
    /// <param name="queues">At least one queue.</param>
    /// <param name="head">First part of the payload, copied.</param>
    /// <param name="body">Second part of the payload, copied. The whole record has at most 1 GiB.</param>
    /// <param name="persistent">True to write the message to the log if one of the queues is durable.</param>
    /// <param name="messages">Receives the entry for each queue, in the order of <paramref name="queues"/>.</param>
    /// <returns>The position at which the message is durable; 0 if the message does not survive a restart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The message is too large.</exception>
    /// <exception cref="StoreFailedException">The message belongs in the log, but the store has failed.</exception>
    long Append(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages);

    /// <summary>
    /// Returns the payload of an unsettled message, from memory or disk. The payload stays in memory until the lease is disposed.
    /// </summary>
    /// <exception cref="StoreDamagedException">The bytes on disk are damaged.</exception>
    /// <exception cref="IOException">The bytes cannot be read now.</exception>
    PayloadLease Read(scoped in StoredMessage message);

    /// <summary>Returns true if the payload of an unsettled message is in memory at this moment.</summary>
    bool IsInMemory(in StoredMessage message);

    /// <summary>Returns the payload of an unsettled message as <see cref="Read"/> does, if the payload is in memory.</summary>
    /// <returns>False if the payload is on disk only.</returns>
    bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload);

    /// <summary>
    /// Settles messages of a queue, because they were acknowledged, discarded, or delivered with automatic acknowledgement.
    /// </summary>
    /// <remarks>
    /// The caller holds the queue's lock. Pass messages in order if possible, because adjacent messages are logged as one range.
    /// </remarks>
    /// <param name="queue">The queue that the messages were taken from.</param>
    /// <param name="messages">The messages to settle.</param>
    /// <param name="isBound">
    /// True in a transaction: after a crash, the settles count only if all records before them are durable. False: on a full disk, the
    /// settles may become durable before earlier records.
    /// </param>
    void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false);

    /// <summary>Logs that the queue's messages up to this one were delivered. A restart marks these messages as redelivered.</summary>
    /// <remarks>The caller holds the queue's lock. After several deliveries, one call for the last message is enough.</remarks>
    void NoteDelivered(StoredQueue queue, in StoredMessage last);

    /// <summary>Requests that everything up to a position be made durable soon. <see cref="Committed"/> is raised afterwards.</summary>
    void RequestCommit(long position);

    /// <summary>
    /// Makes everything up to a position durable on this thread, if the disk is quick and no other thread commits. Otherwise the same as
    /// <see cref="RequestCommit"/>. For a message that its publisher waits for: no other thread has to wake up.
    /// </summary>
    void CommitHere(long position);

    /// <summary>
    /// Requests that entries of queues be removed from memory soon, if there are too many. Call during a scan, which loads many entries.
    /// </summary>
    void RequestTrim();

    /// <summary>Completes when <see cref="IsBehind"/> is false again.</summary>
    Task WaitForRoomAsync(CancellationToken cancellation = default);

    /// <summary>Completes when a position is durable.</summary>
    /// <exception cref="StoreFailedException">The position will never be durable.</exception>
    Task WaitForCommitAsync(long position, CancellationToken cancellation = default);
}
