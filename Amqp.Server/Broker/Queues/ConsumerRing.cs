namespace Amqp.Server.Broker.Queues;

/// <summary>The consumers of a queue. The highest priority is served first, consumers of equal priority round-robin.</summary>
/// <remarks>
/// A consumer without free capacity (prefetch or output buffer full) is parked outside the ring, so that a thousand of them cost nothing
/// per message. The thread that frees capacity resumes the consumer. The queue's lock guards the state.
/// </remarks>
/// <param name="singleActive">
/// True if only one consumer is served until it leaves. After that, the oldest consumer of the highest priority is served.
/// </param>
internal sealed class ConsumerRing(bool singleActive)
{
    private readonly List<Subscription> _all = []; // in the order of subscription
    private readonly List<Level> _levels = []; // highest priority first
    private Subscription? _active; // set only if singleActive

    public int Count => _all.Count;

    public bool HasExclusive => _all.Count == 1 && _all[0].IsExclusive;

    public IReadOnlyCollection<Subscription> All => _all;

    /// <summary>The single active consumer; null if the queue has none.</summary>
    public Subscription? Active => _active;

    public void Add(Subscription subscription)
    {
        _all.Add(subscription);
        subscription.IsSubscribed = true;
        LevelOf(subscription).Ready.AddLast(subscription.Place);
        if (singleActive)
            _active ??= subscription;
    }

    /// <summary>Removes a consumer.</summary>
    /// <returns>False if the consumer was not subscribed, or was removed before.</returns>
    public bool Remove(Subscription subscription)
    {
        if (!subscription.IsSubscribed)
            return false;
        _all.Remove(subscription);
        Leave(subscription);
        _levels.RemoveAll(level => level.Ready.Count == 0); // LevelOf creates a level again when a consumer needs it
        if (ReferenceEquals(_active, subscription))
            _active = _all.MaxBy(candidate => candidate.Consumer.Priority); // the oldest of the highest priority
        return true;
    }

    public void Clear()
    {
        _all.ForEach(Leave);
        _all.Clear();
        _levels.Clear();
        _active = null;
    }

    /// <summary>Returns the next consumer with free capacity, or null if every consumer is parked.</summary>
    /// <param name="isOnly">
    /// True if no other consumer of the same priority can take messages, so that the returned consumer may take many at once.
    /// </param>
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

    /// <summary>Moves a consumer that was served, and has free capacity left, behind the other consumers of its priority.</summary>
    public static void MoveToBack(Subscription subscription)
    {
        if (subscription.Place.List is { Count: > 1 } ready)
        {
            ready.Remove(subscription.Place);
            ready.AddLast(subscription.Place);
        }
    }

    /// <summary>Removes a consumer without free capacity from the ring until <see cref="Resume"/>.</summary>
    public static void Park(Subscription subscription) => subscription.Place.List?.Remove(subscription.Place);

    /// <summary>Returns a parked consumer to the ring, because it may have free capacity again.</summary>
    /// <returns>False if the consumer was not parked.</returns>
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
