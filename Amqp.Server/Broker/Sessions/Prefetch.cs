namespace Amqp.Server.Broker.Sessions;

/// <summary>The prefetch limit that all consumers of a session share: basic.qos with global=true.</summary>
/// <remarks>
/// While the limit is reached, consumers without acknowledgements wait too. Messages taken by basic.get do not count. The lock
/// <see cref="ISessionSink.Gate"/> guards all state.
/// </remarks>
internal sealed class Prefetch
{
    private List<SessionConsumer> _waiting = []; // the consumer that has had no delivery for the longest time is first
    private List<SessionConsumer> _resumed = []; // the list that TakeWaiting returned last; its memory is used again
    private int _count; // number of unacknowledged deliveries of all consumers
    private ushort _limit;

    /// <summary>Maximum number of unacknowledged deliveries; 0: no limit.</summary>
    public ushort Limit
    {
        get => _limit;
        set
        {
            _limit = value;
            IsUsed |= value != 0;
        }
    }

    /// <summary>True once a limit was set. The thread that uses the session may read the property without the lock.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>True while the limit is reached.</summary>
    public bool IsReached => _limit != 0 && _count >= _limit;

    /// <summary>Adds to the number of unacknowledged deliveries. Pass a negative number when deliveries are settled.</summary>
    public void Note(int deliveries) => _count += deliveries;

    /// <summary>Returns true if a consumer may receive another message. Otherwise adds the consumer to the waiting consumers.</summary>
    public bool HasRoom(SessionConsumer consumer)
    {
        if (!IsReached)
            return true;
        if (!consumer.IsWaiting)
            Add(consumer);
        return false;
    }

    /// <summary>Removes and returns all waiting consumers; returns none while the limit is reached. The caller clears the list.</summary>
    public List<SessionConsumer> TakeWaiting()
    {
        if (IsReached)
            return _resumed;
        (_waiting, _resumed) = (_resumed, _waiting);
        foreach (var consumer in _resumed)
            consumer.IsWaiting = false;
        return _resumed;
    }

    /// <summary>Removes a consumer that has ended.</summary>
    public void Forget(SessionConsumer consumer)
    {
        if (consumer.IsWaiting)
            _waiting.Remove(consumer);
    }

    private void Add(SessionConsumer consumer)
    {
        consumer.IsWaiting = true;
        int at = _waiting.Count;
        while (at > 0 && _waiting[at - 1].LastDelivery > consumer.LastDelivery)
            at--;
        _waiting.Insert(at, consumer);
    }
}
