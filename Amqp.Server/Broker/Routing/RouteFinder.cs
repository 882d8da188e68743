using System.Diagnostics.CodeAnalysis;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Finds the destinations of a message: follows bindings and alternate exchanges.</summary>
/// <remarks>Visits each exchange only once, and adds each queue only once. Each session reuses one finder.</remarks>
internal sealed class RouteFinder(RoutingTable routing)
{
    private readonly HashSet<Queue> _queues = [];
    private readonly HashSet<Exchange> _visited = [];
    private readonly Stack<Exchange> _pending = [];
    private readonly List<IRouteTarget> _targets = [];
    private HashSet<IReplyConsumer>? _replies; // created for the first reply only
    private Gates? _gates; // created for the first deduplicating exchange only

    /// <summary>Number of destinations that routers have added since the finder was created.</summary>
    public int Found { get; private set; }

    /// <summary>True if the route is valid for this one message only, and cannot be cached.</summary>
    public bool VariesByMessage { get; private set; }

    /// <summary>True if a queue or an exchange was not found. If the missing object is declared later, the route changes.</summary>
    public bool HasMissed { get; private set; }

    /// <summary>Visited '#' nodes of a topic exchange, each with a start position in the routing key. Prevents a second visit.</summary>
    public HashSet<(TopicNode Hash, int Start)> VisitedHashes { get; } = [];

    /// <summary>The exchange that had no destination, and whose alternate exchange does not exist; null if there is none.</summary>
    public Exchange? WithoutAlternate { get; private set; }

    /// <summary>Adds a queue or an exchange to the destinations. Called by routers.</summary>
    public void Add(IBindingDestination destination)
    {
        Found++;
        if (destination is Queue queue)
        {
            if (_queues.Add(queue))
                _gates?.NotePassed(queue);
        }
        else if (destination is Exchange exchange && _visited.Add(exchange))
        {
            _pending.Push(exchange);
        }
    }

    /// <summary>Adds an exchange that itself stores the message. Called by routers.</summary>
    public void Add(IRouteTarget target)
    {
        if (target.IsDestination)
            Found++;
        _targets.Add(target);
        _gates?.NotePassed(target);
    }

    /// <summary>Records that no queue has the routing key as its name. Called by the router of the default exchange.</summary>
    public void NoteMissing() => HasMissed = true;

    /// <summary>Adds a client that receives the message as a direct reply. Called by the router of the default exchange.</summary>
    public void Add(IReplyConsumer consumer)
    {
        Found++;
        (_replies ??= []).Add(consumer);
    }

    /// <summary>Finds the route of a message. The caller holds the topology lock, shared or exclusively.</summary>
    /// <param name="start">The first exchange.</param>
    /// <param name="message">The message.</param>
    /// <param name="hasPassed">True if the message has passed the first exchange before. It is then no repeat for this exchange.</param>
    public void Follow(Exchange start, in RoutedMessage message, bool hasPassed = false)
    {
        Clear();
        (VariesByMessage, HasMissed) = (false, false);
        _visited.Add(start);
        _pending.Push(start);
        while (TryNext(hasPassed ? start : null, out var exchange))
        {
            VariesByMessage |= exchange.VariesByMessage;
            int before = Found;
            exchange.Route(message, this);
            if (Found == before && exchange.AlternateExchange is { Length: > 0 } name)
                FollowAlternate(exchange, name);
        }
    }

    /// <summary>Returns the route, and clears the finder, so that it keeps no deleted queues in memory.</summary>
    public MessageRoute ToRoute()
    {
        var route = new MessageRoute([.. _queues], [.. _targets]) { Replies = [.. _replies ?? []] };
        if (_gates is { Opened.Count: > 0 } gates)
            route = route.Through([.. gates.Opened], gates.Of);
        Clear();
        return route;
    }

    /// <summary>Removes all destinations found so far.</summary>
    public void Clear()
    {
        _queues.Clear();
        _visited.Clear();
        _targets.Clear();
        _replies?.Clear();
        _gates?.Clear();
        WithoutAlternate = null;
        VisitedHashes.Clear();
    }

    /// <summary>
    /// Returns the next exchange. Deduplicating exchanges come last, so a queue is behind one of them only if no other way leads to it.
    /// </summary>
    private bool TryNext(Exchange? passed, [NotNullWhen(true)] out Exchange? exchange)
    {
        while (_pending.TryPop(out exchange))
        {
            if (exchange.Deduplication is null || ReferenceEquals(exchange, passed))
                return true;
            (_gates ??= new Gates()).Postpone(exchange);
        }
        return _gates is not null && _gates.TryOpen(out exchange);
    }

    private void FollowAlternate(Exchange exchange, string name)
    {
        if (routing.Find(name) is not { } alternate)
            (WithoutAlternate, HasMissed) = (exchange, true);
        else if (_visited.Add(alternate))
            _pending.Push(alternate);
    }

    /// <summary>The deduplicating exchanges of one search, and what lies behind them.</summary>
    private sealed class Gates
    {
        private readonly Queue<(Exchange Exchange, int Outer)> _postponed = [];
        private readonly Dictionary<object, int> _gateOf = new(ReferenceEqualityComparer.Instance);
        private int _current = RouteGate.None; // the gate of everything that is found now

        public List<RouteGate> Opened { get; } = [];

        public void NotePassed(object destination)
        {
            if (_current != RouteGate.None)
                _gateOf[destination] = _current;
        }

        public int Of(object destination) => _gateOf.GetValueOrDefault(destination, RouteGate.None);

        public void Postpone(Exchange exchange) => _postponed.Enqueue((exchange, _current));

        /// <summary>Opens the next gate: what is found from now on lies behind it.</summary>
        public bool TryOpen([NotNullWhen(true)] out Exchange? exchange)
        {
            exchange = null;
            if (!_postponed.TryDequeue(out var next))
                return false;
            exchange = next.Exchange;
            Opened.Add(new RouteGate(exchange.Deduplication!, next.Outer)); // not null: the topology lock is held since Postpone
            _current = Opened.Count - 1;
            return true;
        }

        public void Clear()
        {
            _postponed.Clear();
            _gateOf.Clear();
            Opened.Clear();
            _current = RouteGate.None;
        }
    }
}
