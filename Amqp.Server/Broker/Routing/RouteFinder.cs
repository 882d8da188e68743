using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Finds the route of a message: from its exchange, through bindings and alternate exchanges, to its queues.</summary>
/// <remarks>
/// Each queue is added once and each exchange is visited once, so routing ends even if exchanges are bound in a cycle. Owned by one
/// session, which reuses the finder.
/// </remarks>
internal sealed class RouteFinder(RoutingTable routing)
{
    private readonly HashSet<Queue> _queues = [];
    private readonly HashSet<Exchange> _visited = [];
    private readonly Stack<Exchange> _pending = [];
    private readonly List<IRouteTarget> _targets = [];
    private HashSet<IReplyConsumer>? _replies; // created for the first reply
    private int _found;

    /// <summary>True if the route is valid for this message only.</summary>
    public bool VariesByMessage { get; private set; }

    /// <summary>
    /// True if routing looked up a queue or an exchange that does not exist. The declaration of that queue or exchange changes the route.
    /// </summary>
    public bool HasMissed { get; private set; }

    /// <summary>
    /// The nodes behind a '#' that a topic exchange has already tried for the current routing key. <c>Start</c> is the position in the key
    /// at which the unmatched rest begins.
    /// </summary>
    public HashSet<(TopicNode Hash, int Start)> VisitedHashes { get; } = [];

    /// <summary>
    /// The last visited exchange that had no destination for the message, and whose alternate exchange does not exist; null if there is
    /// none.
    /// </summary>
    public Exchange? WithoutAlternate { get; private set; }

    /// <summary>Adds a queue or an exchange. Called by routers.</summary>
    public void Add(IBindingDestination destination)
    {
        _found++;
        if (destination is Queue queue)
            _queues.Add(queue);
        else if (destination is Exchange exchange && _visited.Add(exchange))
            _pending.Push(exchange);
    }

    /// <summary>Adds an exchange that keeps the message itself. Called by routers.</summary>
    public void Add(IRouteTarget target)
    {
        if (target.IsDestination)
            _found++;
        _targets.Add(target);
    }

    /// <summary>Notes that there is no queue with the routing key as its name. Called by the default exchange.</summary>
    public void NoteMissing() => HasMissed = true;

    /// <summary>Adds a requester that receives the message as a reply. Called by the default exchange.</summary>
    public void Add(IReplyConsumer consumer)
    {
        _found++;
        (_replies ??= []).Add(consumer);
    }

    /// <summary>Finds the route of a message. The topology lock is held, shared or exclusively.</summary>
    public void Follow(Exchange start, in RoutedMessage message)
    {
        Clear();
        (VariesByMessage, HasMissed) = (false, false);
        _visited.Add(start);
        _pending.Push(start);
        while (_pending.TryPop(out var exchange))
        {
            VariesByMessage |= exchange.VariesByMessage;
            int before = _found;
            exchange.Route(message, this);
            if (_found == before && exchange.AlternateExchange is { Length: > 0 } name)
                FollowAlternate(exchange, name);
        }
    }

    /// <summary>Returns the route and clears the finder, because an idle session must not keep deleted queues alive.</summary>
    public MessageRoute ToRoute()
    {
        var route = new MessageRoute([.. _queues], [.. _targets]) { Replies = [.. _replies ?? []] };
        Clear();
        return route;
    }

    /// <summary>Removes all found destinations.</summary>
    public void Clear()
    {
        _queues.Clear();
        _visited.Clear();
        _targets.Clear();
        _replies?.Clear();
        WithoutAlternate = null;
        VisitedHashes.Clear();
    }

    private void FollowAlternate(Exchange exchange, string name)
    {
        if (routing.Find(name) is not { } alternate)
            (WithoutAlternate, HasMissed) = (exchange, true);
        else if (_visited.Add(alternate))
            _pending.Push(alternate);
    }
}
