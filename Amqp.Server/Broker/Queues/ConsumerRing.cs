namespace Amqp.Server.Broker.Queues;

/// <summary>The consumers of a queue: who is served next, by priority and then in turn.</summary>
/// <remarks>
/// A consumer without room is parked, out of the ring, so that a thousand of them cost nothing per message; whoever
/// makes room for it resumes it. The queue's lock guards everything.
/// </remarks>
/// <param name="singleActive">Only one is served at all until it goes; the next is the oldest of the highest priority.</param>
internal sealed class ConsumerRing(bool singleActive)
{
    private readonly List<Subscription> _all = []; // in the order of subscribing
    private readonly List<Level> _levels = []; // highest priority first
    private Subscription? _active; // with singleActive

    public int Count => _all.Count;

    public bool HasExclusive => _all.Count == 1 && _all[0].IsExclusive;

    public IReadOnlyCollection<Subscription> All => _all;

    /// <summary>The only one that is served, where only one is.</summary>
    public Subscription? Active => _active;

    public void Add(Subscription subscription)
    {
        _all.Add(subscription);
        subscription.IsSubscribed = true;
        LevelOf(subscription).Ready.AddLast(subscription.Place);
        if (singleActive)
            _active ??= subscription;
    }

    /// <summary>False when it was not there (any more).</summary>
    public bool Remove(Subscription subscription)
    {
        if (!subscription.IsSubscribed)
            return false;
        _all.Remove(subscription);
        Leave(subscription);
        _levels.RemoveAll(level => level.Ready.Count == 0); // made anew when someone stands there again
        if (ReferenceEquals(_active, subscription))
            _active = _all.MaxBy(candidate => candidate.Consumer.Priority); // the first of equals
        return true;
    }

    public void Clear()
    {
        _all.ForEach(Leave);
        _all.Clear();
        _levels.Clear();
        _active = null;
    }

    /// <summary>Whose turn it is; null when no one has room.</summary>
    /// <param name="isOnly">True when no other consumer of its priority waits for a turn, so it may take many at once.</param>
    public Subscription? Next(out bool isOnly)
    {
        isOnly = singleActive;
        if (singleActive)
            return _active is { Place.List: not null } ? _active : null;
        foreach (var level in _levels)
        {
            if (level.Ready.First is { } first)
            {
                isOnly = level.Ready.Count == 1;
                return first.Value;
            }
        }
        return null;
    }

    /// <summary>It had its turn and can take more.</summary>
    public static void MoveToBack(Subscription subscription)
    {
        if (subscription.Place.List is { Count: > 1 } ready)
        {
            ready.Remove(subscription.Place);
            ready.AddLast(subscription.Place);
        }
    }

    /// <summary>It has no room for now.</summary>
    public static void Park(Subscription subscription) => subscription.Place.List?.Remove(subscription.Place);

    /// <summary>It may have room again. False when it was not parked.</summary>
    public bool Resume(Subscription subscription)
    {
        if (subscription.Place.List is not null || !subscription.IsSubscribed)
            return false;
        LevelOf(subscription).Ready.AddLast(subscription.Place);
        return true;
    }

    private static void Leave(Subscription subscription)
    {
        subscription.IsSubscribed = false;
        Park(subscription);
    }

    private Level LevelOf(Subscription subscription)
    {
        int priority = subscription.Consumer.Priority;
        int at = 0;
        while (at < _levels.Count && _levels[at].Priority > priority)
            at++;
        if (at == _levels.Count || _levels[at].Priority != priority)
            _levels.Insert(at, new Level(priority));
        return _levels[at];
    }

    private sealed class Level(int priority)
    {
        public int Priority => priority;

        public LinkedList<Subscription> Ready { get; } = [];
    }
}
