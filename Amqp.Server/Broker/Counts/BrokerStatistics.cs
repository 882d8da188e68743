using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Counts;

/// <summary>Counts of the whole broker, including those of deleted virtual hosts and queues.</summary>
/// <remarks>
/// Thread-safe. The counters of created and deleted objects and of dead messages are interlocked. A lock guards the counts of deleted
/// virtual hosts and queues.
/// </remarks>
internal sealed class BrokerStatistics
{
    private const int Reasons = 4, Strategies = 3;

    private readonly long[] _churn = new long[Enum.GetValues<Churn>().Length];
    private readonly long[] _dead = new long[2 * Strategies * Reasons];
    private readonly Lock _lock = new();
    private readonly DeliveryCounts[] _ofDeletedQueues = new DeliveryCounts[2]; // indexed by QueueType
    private MessageCounts _ofDeletedHosts;
    private TrafficCounts _trafficOfDeletedHosts;

    /// <summary>Past counts, owned by the sampler; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Logins of clients and of the HTTP API.</summary>
    public AuthenticationAttempts Authentication { get; } = new();

    /// <summary>Counts an object that was created, closed or deleted.</summary>
    public void Note(Churn churn) => Interlocked.Increment(ref _churn[(int)churn]);

    /// <summary>Returns a count of created, closed or deleted objects.</summary>
    public long Count(Churn churn) => Volatile.Read(ref _churn[(int)churn]);

    /// <summary>Counts dead messages, by type of queue, dead-letter strategy and reason.</summary>
    public void NoteDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason, int messages) =>
        Interlocked.Add(ref _dead[Place(type, strategy, reason)], messages);

    /// <summary>Returns the number of dead messages of a type of queue, dead-letter strategy and reason.</summary>
    public long CountDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason) =>
        Volatile.Read(ref _dead[Place(type, strategy, reason)]);

    /// <summary>Adds the counts of a deleted queue.</summary>
    public void Keep(QueueType type, in DeliveryCounts counts)
    {
        lock (_lock)
            _ofDeletedQueues[(int)type].Add(counts);
    }

    /// <summary>Returns the counts of the deleted queues of a type.</summary>
    public DeliveryCounts OfDeletedQueues(QueueType type)
    {
        lock (_lock)
            return _ofDeletedQueues[(int)type];
    }

    /// <summary>Adds the counts of a deleted virtual host.</summary>
    public void Keep(in MessageCounts messages, TrafficCounts traffic)
    {
        lock (_lock)
        {
            _ofDeletedHosts.Add(messages);
            _trafficOfDeletedHosts += traffic;
        }
    }

    /// <summary>Returns the message counts of all virtual hosts, deleted ones included.</summary>
    public MessageCounts Messages(IEnumerable<VirtualHostStatistics> hosts)
    {
        MessageCounts counts;
        lock (_lock)
            counts = _ofDeletedHosts;
        foreach (var host in hosts)
            counts.Add(host.Messages());
        return counts;
    }

    /// <summary>Returns the traffic of all connections, those to deleted virtual hosts included.</summary>
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
