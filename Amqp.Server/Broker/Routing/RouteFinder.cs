using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Follows one message from its exchange over bindings and alternate exchanges to its queues.</summary>
/// <remarks>Each queue is found once and each exchange visited once, so cycles end. Reused by its one owner, a channel.</remarks>
internal sealed class RouteFinder(RoutingTable routing)
{
    private readonly HashSet<Queue> _queues = [];
    private readonly HashSet<Exchange> _visited = [];
    private readonly Stack<Exchange> _waiting = [];
    private readonly List<IRouteTarget> _targets = [];
    private HashSet<IReplyConsumer>? _replies; // made for the first reply
    private int _found;

    /// <summary>True when the route holds for this message only.</summary>
    public bool VariesByMessage { get; private set; }

    /// <summary>True when a queue or an exchange of a name was looked for and is not there: the route may be another one once it is.</summary>
    public bool HasMissed { get; private set; }

    /// <summary>For a topic exchange, while it routes: places behind a '#' with the start of the rest of the key that was tried there.</summary>
    public HashSet<(TopicNode Hash, int Start)> VisitedHashes { get; } = [];

    /// <summary>The exchange met last whose alternate exchange was asked for and is not there; null when there was none.</summary>
    public Exchange? WithoutAlternate { get; private set; }

    /// <summary>Called by routers.</summary>
    public void Add(IBindingDestination destination)
    {
        _found++;
        if (destination is Queue queue)
            _queues.Add(queue);
        else if (destination is Exchange exchange && _visited.Add(exchange))
            _waiting.Push(exchange);
    }

    /// <summary>Called by routers: the exchange itself keeps the message.</summary>
    public void Add(IRouteTarget target)
    {
        if (target.IsDestination)
            _found++;
        _targets.Add(target);
    }

    /// <summary>Called by the default exchange: there is no queue of that name.</summary>
    public void NoteMissing() => HasMissed = true;

    /// <summary>Called by the default exchange: the message is a reply.</summary>
    public void Add(IReplyConsumer consumer)
    {
        _found++;
        (_replies ??= []).Add(consumer);
    }

    /// <summary>Finds anew. The topology lock is held, at least shared.</summary>
    public void Follow(Exchange start, in RoutedMessage message)
    {
        Clear();
        (VariesByMessage, HasMissed) = (false, false);
        _visited.Add(start);
        _waiting.Push(start);
        while (_waiting.TryPop(out var exchange))
        {
            VariesByMessage |= exchange.VariesByMessage;
            int before = _found;
            exchange.Route(message, this);
            if (_found == before && exchange.AlternateExchange is { Length: > 0 } name)
                AskAlternate(exchange, name);
        }
    }

    /// <summary>What was found. Nothing of it is kept here: an idle channel must not hold queues that are gone.</summary>
    public MessageRoute ToRoute()
    {
        var route = new MessageRoute([.. _queues], [.. _targets]) { Replies = [.. _replies ?? []] };
        Clear();
        return route;
    }

    /// <summary>Forgets what was found.</summary>
    public void Clear()
    {
        _queues.Clear();
        _visited.Clear();
        _targets.Clear();
        _replies?.Clear();
        WithoutAlternate = null;
        VisitedHashes.Clear();
    }

    private void AskAlternate(Exchange exchange, string name)
    {
        if (routing.Find(name) is not { } alternate)
            (WithoutAlternate, HasMissed) = (exchange, true);
        else if (_visited.Add(alternate))
            _waiting.Push(alternate);
    }
}
