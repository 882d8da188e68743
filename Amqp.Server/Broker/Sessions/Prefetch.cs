namespace Amqp.Server.Broker.Sessions;

/// <summary>The prefetch limit that all consumers of a session share: basic.qos with global=true.</summary>
/// <remarks>
/// As in RabbitMQ, messages taken by basic.get do not count. A consumer that needs no acknowledgements waits too while the limit is
/// reached. The gate of the session's sink guards all state.
/// </remarks>
internal sealed class Prefetch
{
    private List<SessionConsumer> _waiting = []; // longest without a delivery first
    private List<SessionConsumer> _resumed = []; // the previous list, kept for reuse
    private int _count; // unacknowledged deliveries of consumers
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

    /// <summary>
    /// True once a limit was set; before, no consumer waits. May be read without the gate by the one thread that uses the session.
    /// </summary>
    public bool IsUsed { get; private set; }

    /// <summary>Adds deliveries to consumers; negative for settled ones.</summary>
    public void Note(int deliveries) => _count += deliveries;

    /// <summary>True if a consumer may receive a message. If not, the consumer is added to the waiting ones.</summary>
    public bool HasRoom(SessionConsumer consumer)
    {
        if (_limit == 0 || _count < _limit)
            return true;
        if (!consumer.IsWaiting)
            Add(consumer);
        return false;
    }

    /// <summary>Removes and returns the waiting consumers, if the limit is not reached. The list is valid until the next call.</summary>
    public List<SessionConsumer> TakeWaiting()
    {
        if (_limit != 0 && _count >= _limit)
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
