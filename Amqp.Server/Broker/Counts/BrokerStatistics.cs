using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Counts;

/// <summary>What the broker counts as a whole, and what is left of the counts of virtual hosts and queues that are gone.</summary>
/// <remarks>Thread-safe: what happens seldom, or is counted many at once, is interlocked; the rest is under a lock.</remarks>
internal sealed class BrokerStatistics
{
    private const int Reasons = 4, Strategies = 3;

    private readonly long[] _churn = new long[Enum.GetValues<Churn>().Length];
    private readonly long[] _dead = new long[2 * Strategies * Reasons];
    private readonly Lock _lock = new();
    private readonly DeliveryCounts[] _ofDeletedQueues = new DeliveryCounts[2]; // by type
    private MessageCounts _ofDeletedHosts;
    private TrafficCounts _trafficOfDeletedHosts;

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Logins, of clients and of the HTTP API.</summary>
    public AuthenticationAttempts Authentication { get; } = new();

    /// <summary>Counts something that came or went.</summary>
    public void Note(Churn churn) => Interlocked.Increment(ref _churn[(int)churn]);

    /// <summary>How often that was.</summary>
    public long Count(Churn churn) => Volatile.Read(ref _churn[(int)churn]);

    /// <summary>Counts messages that died of a reason, in a queue of a type, with such a strategy.</summary>
    public void NoteDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason, int messages) =>
        Interlocked.Add(ref _dead[Place(type, strategy, reason)], messages);

    /// <summary>How many messages died of a reason, in queues of a type, with such a strategy.</summary>
    public long CountDead(QueueType type, DeadLetterStrategy strategy, DeathReason reason) => Volatile.Read(ref _dead[Place(type, strategy, reason)]);

    /// <summary>Keeps the counts of a queue that is deleted.</summary>
    public void Keep(QueueType type, in DeliveryCounts counts)
    {
        lock (_lock)
            _ofDeletedQueues[(int)type].Add(counts);
    }

    /// <summary>What deleted queues of a type have counted.</summary>
    public DeliveryCounts OfDeletedQueues(QueueType type)
    {
        lock (_lock)
            return _ofDeletedQueues[(int)type];
    }

    /// <summary>Keeps the counts of a virtual host that is deleted.</summary>
    public void Keep(in MessageCounts messages, TrafficCounts traffic)
    {
        lock (_lock)
        {
            _ofDeletedHosts.Add(messages);
            _trafficOfDeletedHosts += traffic;
        }
    }

    /// <summary>What all virtual hosts have counted, those that are gone included.</summary>
    public MessageCounts Messages(IEnumerable<VirtualHostStatistics> hosts)
    {
        MessageCounts counts;
        lock (_lock)
            counts = _ofDeletedHosts;
        foreach (var host in hosts)
            counts.Add(host.Messages());
        return counts;
    }

    /// <summary>What was received and sent by the connections to all virtual hosts, those that are gone included.</summary>
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
