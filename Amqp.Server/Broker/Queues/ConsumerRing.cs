namespace Amqp.Server.Broker.Queues;

/// <summary>The consumers of a queue. Consumers of the same priority take turns. The lock of the queue guards the state.</summary>
/// <remarks>
/// A consumer whose prefetch or output buffer is full is parked outside the ring. The thread that frees capacity resumes the consumer.
/// </remarks>
/// <param name="singleActive">
/// True if the queue has a single active consumer. When that consumer leaves, the consumer of the highest priority becomes active.
/// </param>
internal sealed class ConsumerRing(bool singleActive)
{
    private readonly List<Subscription> _all = []; // in the order of subscription
    private readonly List<Level> _levels = []; // highest priority first
    private Subscription? _active; // always null unless singleActive is true

    public int Count => _all.Count;

    public bool HasExclusive => _all.Count == 1 && _all[0].IsExclusive;

    public IReadOnlyCollection<Subscription> All => _all;

    /// <summary>The only consumer that the queue serves; null if the queue has no single active consumer.</summary>
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
    /// <returns>False if the consumer is not in the ring, or was removed before.</returns>
    public bool Remove(Subscription subscription)
    {
        if (!subscription.IsSubscribed)
            return false;
        _all.Remove(subscription);
        Leave(subscription);
        _levels.RemoveAll(level => level.Ready.Count == 0); // LevelOf creates a removed level again
        if (ReferenceEquals(_active, subscription))
            _active = _all.MaxBy(candidate => candidate.Consumer.Priority); // the first subscriber, if several have the highest priority
        return true;
    }

    public void Clear()
    {
        _all.ForEach(Leave);
        _all.Clear();
        _levels.Clear();
        _active = null;
    }

    /// <summary>Returns the next consumer to serve; null if no consumer has free capacity.</summary>
    /// <param name="isOnly">
    /// True if no other consumer of the same priority has free capacity. The consumer may then take many messages at once.
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

    /// <summary>Moves a consumer that was served and still has free capacity behind the other consumers of the same priority.</summary>
    public static void MoveToBack(Subscription subscription)
    {
        if (subscription.Place.List is { Count: > 1 } ready)
        {
            ready.Remove(subscription.Place);
            ready.AddLast(subscription.Place);
        }
    }

    /// <summary>Takes a consumer without free capacity out of the ring, until <see cref="Resume"/> is called.</summary>
    public static void Park(Subscription subscription) => subscription.Place.List?.Remove(subscription.Place);

    /// <summary>Returns a parked consumer to the ring.</summary>
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
