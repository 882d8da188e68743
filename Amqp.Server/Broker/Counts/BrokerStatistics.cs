using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Counts;

/// <summary>Counts of the whole broker, including deleted virtual hosts and queues. Thread-safe.</summary>
/// <remarks>A lock guards the sums of deleted virtual hosts and queues. All other counters change with Interlocked.</remarks>
internal sealed class BrokerStatistics
{
    private const int Reasons = 4, Strategies = 3;

    private readonly long[] _churn = new long[Enum.GetValues<Churn>().Length];
    private readonly long[] _dead = new long[2 * Strategies * Reasons];
    private long _repeats; // changed with Interlocked
    private readonly Lock _lock = new();
    private readonly DeliveryCounts[] _ofDeletedQueues = new DeliveryCounts[2]; // indexed by QueueType
    private MessageCounts _ofDeletedHosts;
    private TrafficCounts _trafficOfDeletedHosts;

    /// <summary>Past values of these counts. Used by the sampler only; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Counts logins of AMQP clients and of the HTTP API.</summary>
    public AuthenticationAttempts Authentication { get; } = new();

    /// <summary>The last routing keys with which messages reached no queue.</summary>
    public UnroutableLog Unroutable { get; } = new();

    /// <summary>Counts one creation, closing or deletion of an object.</summary>
    public void Note(Churn churn) => Interlocked.Increment(ref _churn[(int)churn]);

    /// <summary>Returns the number of creations, closings or deletions of this kind.</summary>
    public long Count(Churn churn) => Volatile.Read(ref _churn[(int)churn]);

    /// <summary>Counts dead messages by the type of their queue, by dead-letter strategy and by reason.</summary>
    public void NoteDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason, int messages) =>
        Interlocked.Add(ref _dead[Place(type, strategy, reason)], messages);

    /// <summary>Returns the number of dead messages for this queue type, dead-letter strategy and reason.</summary>
    public long CountDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason) =>
        Volatile.Read(ref _dead[Place(type, strategy, reason)]);

    /// <summary>Number of repeats that queues and exchanges have dropped.</summary>
    public long Repeats => Volatile.Read(ref _repeats);

    /// <summary>Counts a repeat that a queue or an exchange has dropped.</summary>
    public void NoteRepeat() => Interlocked.Increment(ref _repeats);

    /// <summary>Adds the counts of a deleted queue to the sums for deleted queues.</summary>
    public void Keep(QueueType type, in DeliveryCounts counts)
    {
        lock (_lock)
            _ofDeletedQueues[(int)type].Add(counts);
    }

    /// <summary>Returns the sums for deleted queues of this type.</summary>
    public DeliveryCounts OfDeletedQueues(QueueType type)
    {
        lock (_lock)
            return _ofDeletedQueues[(int)type];
    }

    /// <summary>Adds the counts of a deleted virtual host to the sums for deleted virtual hosts.</summary>
    public void Keep(in MessageCounts messages, TrafficCounts traffic)
    {
        lock (_lock)
        {
            _ofDeletedHosts.Add(messages);
            _trafficOfDeletedHosts += traffic;
        }
    }

    /// <summary>Returns the message counts of all virtual hosts, including deleted ones.</summary>
    public MessageCounts Messages(IEnumerable<VirtualHostStatistics> hosts)
    {
        MessageCounts counts;
        lock (_lock)
            counts = _ofDeletedHosts;
        foreach (var host in hosts)
            counts.Add(host.Messages());
        return counts;
    }

    /// <summary>Returns the traffic of all connections, including connections to deleted virtual hosts.</summary>
    public TrafficCounts Traffic(IEnumerable<VirtualHostStatistics> hosts)
    {
        TrafficCounts traffic;
        lock (_lock)
            traffic = _trafficOfDeletedHosts;
        foreach (var host in hosts)
            traffic += host.Traffic();
        return traffic;
    }

    private static int Place(QueueType type, DeadLetterStrategy strategy, DeathReason reason) =>
        ((int)type * Strategies + (int)strategy) * Reasons + (int)reason;
}
