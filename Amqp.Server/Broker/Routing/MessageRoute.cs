using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>The destinations of a message. Immutable. Valid until an exchange, queue or binding changes.</summary>
/// <param name="queues">The queues that receive the message at once.</param>
/// <param name="targets">The exchanges that store the message themselves.</param>
internal sealed class MessageRoute(Queue[] queues, IRouteTarget[] targets)
{
    /// <summary>Creates a route to queues only. Nearly all routes are of this kind.</summary>
    public MessageRoute(Queue[] queues)
        : this(queues, [])
    {
    }

    public Queue[] Queues { get; } = queues;

    /// <summary>The exchanges that store the message, to publish it later, or to copy it to bindings that are added later.</summary>
    public IRouteTarget[] Targets { get; } = targets;

    /// <summary>The deduplicating exchanges on the route. A gate precedes the gates inside of it.</summary>
    public RouteGate[] Gates { get; private init; } = [];

    /// <summary>For each of the <see cref="Queues"/>, the index of its gate. Empty if there are no gates.</summary>
    public int[] QueueGates { get; private init; } = [];

    /// <summary>For each of the <see cref="Targets"/>, the index of its gate. Empty if there are no gates.</summary>
    public int[] TargetGates { get; private init; } = [];

    /// <summary>The clients that receive the message as a direct reply. Some may have disconnected.</summary>
    public IReplyConsumer[] Replies { get; init; } = [];

    /// <summary>The store's queue for each of the <see cref="Queues"/>; with priorities, the one for the lowest priority.</summary>
    public StoredQueue[] Stored { get; } = Array.ConvertAll(queues, queue => queue.Messages.Stored);

    /// <summary>True if a queue of the route is of a type that RabbitMQ replicates, so that it stores each message.</summary>
    public bool HasReplicatedQueue { get; } = Array.Exists(queues, queue => queue.Declaration.Arguments.Type.IsReplicated);

    /// <summary>True if no queue receives the message at once, and no exchange delays the message.</summary>
    public bool IsUnrouted => Queues.Length == 0 && !Array.Exists(Targets, target => target.IsDestination);

    /// <summary>True if at least one destination writes persistent messages to the disk.</summary>
    public bool IsDurable => Array.Exists(Stored, queue => queue.IsDurable) || Array.Exists(Targets, target => target.IsDurable);

    /// <summary>
    /// True if no queue of the route has crashed, and no queue has a rule that affects a newly published message. Ignores the gates.
    /// </summary>
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

    /// <summary>Returns the same route through gates.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="gateOf">Returns the index of the gate that leads to a queue or a target.</param>
    public MessageRoute Through(RouteGate[] gates, Func<object, int> gateOf) => new(Queues, Targets)
    {
        Replies = Replies,
        Gates = gates,
        QueueGates = Array.ConvertAll(Queues, queue => gateOf(queue)),
        TargetGates = Array.ConvertAll(Targets, target => gateOf(target)),
    };

    /// <summary>Returns the same route with only some of its queues, or with new queues of the same names.</summary>
    public MessageRoute WithQueues(Queue[] queues)
    {
        var route = new MessageRoute(queues, Targets) { Replies = Replies };
        return Gates.Length == 0 ? route : route.Through(Gates, GateOf);
    }

    private int GateOf(object destination)
    {
        if (destination is not Queue queue)
            return TargetGates[Array.IndexOf(Targets, destination)];
        int at = Array.FindIndex(Queues, known => known.Name == queue.Name);
        return at < 0 ? RouteGate.None : QueueGates[at];
    }
}
