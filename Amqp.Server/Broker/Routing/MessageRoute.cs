using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>The destinations of a message. Immutable, and valid until the topology changes.</summary>
/// <remarks>Messages with the same exchange and routing key share a route, unless a router on the way varies by message.</remarks>
/// <param name="queues">Queues that receive the message at once.</param>
/// <param name="targets">Exchanges that keep the message themselves.</param>
internal sealed class MessageRoute(Queue[] queues, IRouteTarget[] targets)
{
    /// <summary>Creates a route to queues only, as nearly all routes are.</summary>
    public MessageRoute(Queue[] queues)
        : this(queues, [])
    {
    }

    public Queue[] Queues { get; } = queues;

    /// <summary>Exchanges that keep the message: to delay it, or to replay it later.</summary>
    public IRouteTarget[] Targets { get; } = targets;

    /// <summary>
    /// Requesters that receive the message as a reply, without a queue. A cached route may contain requesters that have already
    /// disconnected.
    /// </summary>
    public IReplyConsumer[] Replies { get; init; } = [];

    /// <summary>
    /// The store's queue for each of the <see cref="Queues"/>, in the same order. If a queue has several levels, the lowest level.
    /// </summary>
    public StoredQueue[] Stored { get; } = Array.ConvertAll(queues, queue => queue.Messages.Stored);

    /// <summary>
    /// True if no queue receives the message, now or later. A mandatory message is then returned, unless a requester takes it as a reply.
    /// </summary>
    public bool IsUnrouted => Queues.Length == 0 && !Array.Exists(Targets, target => target.IsDestination);

    /// <summary>True if a destination of the route writes persistent messages to disk.</summary>
    public bool IsDurable => Array.Exists(Stored, queue => queue.IsDurable) || Array.Exists(Targets, target => target.IsDurable);

    /// <summary>True if no queue of the route has crashed, and none has rules that apply to a publish.</summary>
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
