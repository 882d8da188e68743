namespace Amqp.Server.Broker.Queues.Content;

/// <summary>
/// Numbers of a queue's messages that are persistent, in memory or paged out, and the bytes of their bodies. RabbitMQ reports the same
/// values for a queue.
/// </summary>
/// <remarks>Unacknowledged messages count as in memory, because they were read to be delivered.</remarks>
/// <param name="Persistent">Ready and unacknowledged messages that survive a restart.</param>
/// <param name="PersistentBytes">Bytes of the bodies of persistent messages.</param>
/// <param name="Ready">Ready messages whose bodies are in memory.</param>
/// <param name="ReadyBytes">Bytes of the bodies of <paramref name="Ready"/> messages.</param>
/// <param name="Unacknowledged">Unacknowledged messages.</param>
/// <param name="UnacknowledgedBytes">Bytes of the bodies of unacknowledged messages.</param>
/// <param name="PagedOut">Ready transient messages whose bodies are on disk only.</param>
/// <param name="PagedOutBytes">Bytes of the bodies of paged-out messages.</param>
/// <param name="Entries">Messages that have an entry in memory, in the queue or a channel.</param>
internal readonly record struct QueueStorage(
    long Persistent,
    long PersistentBytes,
    long Ready,
    long ReadyBytes,
    long Unacknowledged,
    long UnacknowledgedBytes,
    long PagedOut,
    long PagedOutBytes,
    long Entries)
{
    /// <summary>Approximate bytes of a queue without messages.</summary>
    private const int IdleQueue = 2_048;

    private const int Entry = 24;

    /// <summary>Number of messages whose bodies are in memory.</summary>
    public long InMemory => Ready + Unacknowledged;

    /// <summary>Bytes of the bodies in memory.</summary>
    public long InMemoryBytes => ReadyBytes + UnacknowledgedBytes;

    /// <summary>Approximate bytes of memory that the queue takes. RabbitMQ reports the size of the queue's process here.</summary>
    public long Memory => IdleQueue + Entry * Entries + InMemoryBytes;
}
