using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The use of one queue: its consumers, exclusive use, auto-delete, and the time since its last use (<c>x-expires</c>).</summary>
/// <remarks>The queue's lock guards the state. Every public method takes it.</remarks>
internal sealed class QueueUse
{
    private readonly QueueState _state;
    private readonly QueueFaults _faults;
    private QueueLease? _lease; // null until x-expires is checked for the first time
    private bool _isAbandoned; // the queue is auto-delete and its last consumer has left: it refuses new consumers until it is deleted

    public QueueUse(QueueState state, QueueFaults faults)
    {
        (_state, _faults) = (state, faults);
    }

    /// <summary>
    /// True if the queue has been unused for the time of <c>x-expires</c>. If it was unused for a shorter time, its alarm is set to the end
    /// of that time.
    /// </summary>
    public bool IsUnused
    {
        get
        {
            lock (_state.Gate)
                return IsOver() && !_faults.IsCrashed;
        }
    }

    /// <summary>Adds a consumer.</summary>
    /// <param name="consumer">The consumer, which gets messages from now on.</param>
    /// <param name="exclusive">True to refuse all other consumers.</param>
    /// <param name="onSubscribed">Called under the lock once the consumer is accepted, before its first delivery.</param>
    /// <exception cref="BrokerException">
    /// 403: the queue is in exclusive use, or exclusive use was requested for a queue in use. 404: the queue is deleted or has crashed.
    /// </exception>
    public void Subscribe(IConsumer consumer, bool exclusive, Action<Subscription> onSubscribed)
    {
        lock (_state.Gate)
        {
            var consumers = _state.Consumers;
            if (_state.IsDeleted || _isAbandoned)
                throw NameErrors.NoQueue(_state.Declaration.Name, _state.Host.VirtualHost);
            _faults.DemandRunning();
            if (consumers.HasExclusive || (exclusive && (consumers.Count > 0 || _state.Declaration.Arguments.SingleActiveConsumer)))
                throw new BrokerException(BrokerError.Refused, $"{_state.Place} in exclusive use");
            var subscription = new Subscription(consumer, exclusive);
            consumers.Add(subscription);
            onSubscribed(subscription);
        }
    }

    /// <summary>Removes a consumer. It receives no message after this call has returned.</summary>
    /// <returns>True if the caller has to delete the queue: it is auto-delete, and this was the last consumer.</returns>
    public bool Unsubscribe(Subscription subscription)
    {
        lock (_state.Gate)
        {
            bool wasLast = _state.Consumers.Remove(subscription) && _state.Consumers.Count == 0;
            if (wasLast)
                Renew();
            _isAbandoned |= wasLast && _state.Declaration.IsAutoDelete && !_state.IsDeleted;
            return _isAbandoned && !_state.IsDeleted;
        }
    }

    /// <summary>Returns a parked consumer to the ring, because it may have free capacity again. Throws nothing.</summary>
    public void Resume(Subscription subscription)
    {
        try
        {
            lock (_state.Gate)
                _state.Consumers.Resume(subscription);
        }
        catch (Exception error)
        {
            _faults.Crash(error);
        }
    }

    /// <summary>
    /// Restarts the time of <c>x-expires</c>, because the queue was used or declared, its last consumer left, or its policies changed.
    /// </summary>
    public void Renew()
    {
        if (_state.Rules.Settings.Expires is null)
            return;
        lock (_state.Gate)
        {
            _lease?.Renew();
            IsOver();
        }
    }

    /// <summary>Restarts the time of <c>x-expires</c> for basic.get. Called under the lock.</summary>
    public void RenewForGet() => _lease?.Renew();

    private bool IsOver()
    {
        if (_state.Rules.Settings.Expires is not { } expires || _state.Consumers.Count > 0 || _state.IsDeleted)
            return false;
        _lease ??= new QueueLease(_state.Services.Timer, _state.Rules.Alarm);
        return _lease.IsOver(expires);
    }
}
