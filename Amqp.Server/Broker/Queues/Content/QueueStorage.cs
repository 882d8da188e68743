namespace Amqp.Server.Broker.Queues.Content;

/// <summary>How many messages of a queue are persistent, in memory and paged out, and the bytes of their bodies, as RabbitMQ's columns say it.</summary>
/// <remarks>What is with clients counts as in memory: it was read to be delivered.</remarks>
/// <param name="Persistent">Messages that outlive a restart, ready and with clients.</param>
/// <param name="PersistentBytes">Of their bodies.</param>
/// <param name="Ready">Messages ready whose bodies are in memory.</param>
/// <param name="ReadyBytes">Of those bodies.</param>
/// <param name="Unacknowledged">Messages with clients.</param>
/// <param name="UnacknowledgedBytes">Of their bodies.</param>
/// <param name="PagedOut">Messages that do not outlive a restart, ready, whose bodies are on the disk only.</param>
/// <param name="PagedOutBytes">Of those bodies.</param>
/// <param name="Entries">Messages that the queue, or a channel, remembers one by one.</param>
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
    /// <summary>What a queue without messages takes, about, in bytes.</summary>
    private const int IdleQueue = 2_048;

    private const int Entry = 24;

    /// <summary>Messages in memory.</summary>
    public long InMemory => Ready + Unacknowledged;

    /// <summary>Bytes of their bodies.</summary>
    public long InMemoryBytes => ReadyBytes + UnacknowledgedBytes;

    /// <summary>Bytes that the queue takes in memory, about: RabbitMQ gives the size of its process.</summary>
    public long Memory => IdleQueue + Entry * Entries + InMemoryBytes;
}
