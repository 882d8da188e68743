namespace Amqp.Server.Broker.Sessions;

/// <summary>The prefetch that all consumers of a session share: basic.qos with global=true.</summary>
/// <remarks>
/// As in RabbitMQ, what was got by basic.get does not count, and a consumer that needs no acknowledgements waits too while there is no room.
/// The gate of the session's sink guards everything.
/// </remarks>
internal sealed class Prefetch
{
    private List<SessionConsumer> _waiting = []; // the one first that was served longest ago
    private List<SessionConsumer> _resumed = []; // the list before, for the next time
    private int _count; // deliveries of consumers that are unacknowledged
    private ushort _limit;

    /// <summary>Deliveries that may be with the client at once; 0: no limit.</summary>
    public ushort Limit
    {
        get => _limit;
        set
        {
            _limit = value;
            IsUsed |= value != 0;
        }
    }

    /// <summary>False while there never was a limit: nobody waits. The read loop may ask without the lock.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Counts deliveries to consumers, or with a minus their settlement.</summary>
    public void Note(int deliveries) => _count += deliveries;

    /// <summary>Whether a consumer may deliver; if not, it waits.</summary>
    public bool HasRoom(SessionConsumer consumer)
    {
        if (_limit == 0 || _count < _limit)
            return true;
        if (!consumer.IsWaiting)
            Add(consumer);
        return false;
    }

    /// <summary>Takes those that wait, if there is room. The list is good until the next call.</summary>
    public List<SessionConsumer> TakeWaiting()
    {
        if (_limit != 0 && _count >= _limit)
            return _resumed;
        (_waiting, _resumed) = (_resumed, _waiting);
        foreach (var consumer in _resumed)
            consumer.IsWaiting = false;
        return _resumed;
    }

    /// <summary>The consumer is gone.</summary>
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
