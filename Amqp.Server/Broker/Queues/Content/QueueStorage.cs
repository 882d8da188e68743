namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Counts of a queue's messages and of their body bytes, as RabbitMQ reports them.</summary>
/// <remarks>The bodies of unacknowledged messages count as bodies in memory.</remarks>
/// <param name="Persistent">Number of ready and unacknowledged messages that survive a restart.</param>
/// <param name="PersistentBytes">Body bytes of the persistent messages.</param>
/// <param name="Ready">Number of ready messages whose bodies are in memory.</param>
/// <param name="ReadyBytes">Body bytes of the ready messages in memory.</param>
/// <param name="Unacknowledged">Number of unacknowledged messages.</param>
/// <param name="UnacknowledgedBytes">Body bytes of the unacknowledged messages.</param>
/// <param name="PagedOut">Number of ready transient messages whose bodies are only on the disk.</param>
/// <param name="PagedOutBytes">Body bytes of the ready transient messages on the disk.</param>
/// <param name="Entries">Number of messages with an entry in memory, in the queue or in a channel.</param>
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
    /// <summary>Approximate memory in bytes of a queue that has no messages.</summary>
    private const int IdleQueue = 2_048;

    private const int Entry = 24;

    /// <summary>Number of messages whose bodies are in memory.</summary>
    public long InMemory => Ready + Unacknowledged;

    /// <summary>Bytes of the bodies that are in memory.</summary>
    public long InMemoryBytes => ReadyBytes + UnacknowledgedBytes;

    /// <summary>Approximate memory of the queue in bytes. RabbitMQ reports the memory of its Erlang process instead.</summary>
    public long Memory => IdleQueue + Entry * Entries + InMemoryBytes;
}
