using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the queues.</summary>
internal sealed class QueueMaker(VirtualHostTable hosts, StatisticsSampler sampler) : SnapshotMaker
{
    private readonly HostRoster<Queue> _roster = new(
        hosts, host => host.Queues, queue => queue.Name, (host, queue) => host.Policies.Match(PolicyKind.User, queue)?.Name);

    private QueueFacts? _facts;

    /// <summary>The times of the last two samples, from which rates are computed.</summary>
    public StatisticsSampler Sampler => sampler;

    public override SnapshotTable Make() => new QueueTable(this);

    public override void Forget()
    {
        _roster.Forget();
        _facts = null;
    }

    /// <summary>Returns the queues in the order of the rows, with the properties that seldom change.</summary>
    public QueueFacts Facts() => _roster.Renew() || _facts is null ? _facts = new QueueFacts(_roster) : _facts;
}
