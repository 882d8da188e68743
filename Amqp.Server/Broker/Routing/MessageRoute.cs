using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Where a message goes. Immutable; good for as long as the topology stays as it is, and often for other messages too.</summary>
/// <param name="queues">Queues that get it at once.</param>
/// <param name="targets">Exchanges that keep it themselves.</param>
internal sealed class MessageRoute(Queue[] queues, IRouteTarget[] targets)
{
    /// <summary>A route to queues and nowhere else, as nearly all are.</summary>
    public MessageRoute(Queue[] queues)
        : this(queues, [])
    {
    }

    public Queue[] Queues { get; } = queues;

    /// <summary>Exchanges that keep it: they let it wait, or replay it later.</summary>
    public IRouteTarget[] Targets { get; } = targets;

    /// <summary>Who takes it as a reply, past every queue. They may be gone while the route is remembered.</summary>
    public IReplyConsumer[] Replies { get; init; } = [];

    /// <summary>The queues as the store knows them, in the same order.</summary>
    public StoredQueue[] Stored { get; } = Array.ConvertAll(queues, queue => queue.Messages.Stored);

    /// <summary>No queue gets it, now or later: a mandatory message goes back, unless it is a reply that was taken.</summary>
    public bool IsUnrouted => Queues.Length == 0 && !Array.Exists(Targets, target => target.IsDestination);

    /// <summary>True when a persistent message is written to the disk on this route.</summary>
    public bool IsDurable => Array.Exists(Stored, queue => queue.IsDurable) || Array.Exists(Targets, target => target.IsDurable);

    /// <summary>True when none of the queues has rules of its own about what is published to it now.</summary>
    public bool IsPlain
    {
        get
        {
            foreach (var queue in Queues)
                if (!queue.Settings.IsPlain || queue.Faults.IsCrashed)
                    return false;
            return true;
        }
    }
}
