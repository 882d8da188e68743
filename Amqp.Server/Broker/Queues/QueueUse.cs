using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>Adds and removes the consumers of a queue. Decides when the queue is deleted (auto-delete and <c>x-expires</c>).</summary>
/// <remarks>The lock of the queue guards the state. Every public method except <see cref="RenewForGet"/> takes the lock.</remarks>
internal sealed class QueueUse(QueueState state, QueueFaults faults)
{
    private QueueLease? _lease; // null until the time of x-expires is first needed
    // True if the queue is auto-delete and its last consumer has left. The queue is about to be deleted and refuses new consumers.
    private bool _isAbandoned;
    private long _leftAt = state.Services.Timer.Now; // time when the last consumer left, in milliseconds since 1970-01-01 UTC

    /// <summary>
    /// Time since which the queue has no consumers, in milliseconds since 1970-01-01 UTC: the queue was declared or recovered, or its last
    /// consumer left. Not defined while the queue has consumers. Takes no lock.
    /// </summary>
    public long UnconsumedSince => Volatile.Read(ref _leftAt);

    /// <summary>
    /// True if the time of <c>x-expires</c> has passed without use. If not, sets the queue's timer to the end of that time.
    /// </summary>
    public bool IsUnused
    {
        get
        {
            lock (state.Gate)
                return IsOver() && !faults.IsCrashed;
        }
    }

    /// <summary>Adds a consumer.</summary>
    /// <param name="consumer">The consumer. Its deliveries start at once.</param>
    /// <param name="exclusive">True to refuse all other consumers of this queue.</param>
    /// <param name="onSubscribed">Called under the lock, before the first delivery.</param>
    /// <exception cref="BrokerException">
    /// 403: another consumer has exclusive use, or the queue has consumers or a single active consumer, and so permits no exclusive use.
    /// 404: the queue is deleted or has crashed.
    /// </exception>
    public void Subscribe(IConsumer consumer, bool exclusive, Action<Subscription> onSubscribed)
    {
        lock (state.Gate)
        {
            var consumers = state.Consumers;
            if (state.IsDeleted || _isAbandoned)
                throw NameErrors.NoQueue(state.Declaration.Name, state.Host.VirtualHost);
            faults.DemandRunning();
            if (consumers.HasExclusive || (exclusive && (consumers.Count > 0 || state.Declaration.Arguments.SingleActiveConsumer)))
                throw new BrokerException(BrokerError.Refused, $"{state.Place} in exclusive use");
            var subscription = new Subscription(consumer, exclusive);
            consumers.Add(subscription);
            onSubscribed(subscription);
        }
    }

    /// <summary>Removes a consumer. The consumer gets no message after this call has returned.</summary>
    /// <returns>True if the caller must delete the queue: it is auto-delete and its last consumer has left.</returns>
    public bool Unsubscribe(Subscription subscription)
    {
        lock (state.Gate)
        {
            bool wasLast = state.Consumers.Remove(subscription) && state.Consumers.Count == 0;
            state.Demand?.Check();
            if (wasLast)
            {
                Volatile.Write(ref _leftAt, state.Services.Timer.Now);
                Renew();
            }
            _isAbandoned |= wasLast && state.Declaration.IsAutoDelete && !state.IsDeleted;
            return _isAbandoned && !state.IsDeleted;
        }
    }

    /// <summary>Adds a follower of the demand for messages of other brokers. It is told the demand at once, and at each change.</summary>
    /// <param name="follower">Called under the lock of the queue; must not wait.</param>
    public void Follow(Action<bool> follower)
    {
        lock (state.Gate)
        {
            state.Demand ??= new QueueDemand(state);
            state.Demand.Add(follower);
        }
    }

    /// <summary>Removes a follower.</summary>
    public void Unfollow(Action<bool> follower)
    {
        lock (state.Gate)
            if (state.Demand?.Remove(follower) == true)
                state.Demand = null;
    }

    /// <summary>Serves a parked consumer again, because it may have free capacity now. Never throws.</summary>
    public void Resume(Subscription subscription)
    {
        try
        {
            lock (state.Gate)
                state.Consumers.Resume(subscription);
        }
        catch (Exception error)
        {
            faults.Crash(error);
        }
    }

    /// <summary>Restarts the time of <c>x-expires</c>.</summary>
    public void Renew()
    {
        if (state.Rules.Settings.Expires is null)
            return;
        lock (state.Gate)
        {
            _lease?.Renew();
            IsOver();
        }
    }

    /// <summary>Restarts the time of <c>x-expires</c> because of basic.get. Called under the lock.</summary>
    public void RenewForGet() => _lease?.Renew();

    private bool IsOver()
    {
        if (state.Rules.Settings.Expires is not { } expires || state.Consumers.Count > 0 || state.IsDeleted)
            return false;
        _lease ??= new QueueLease(state.Services.Timer, state.Rules.Alarm);
        return _lease.IsOver(expires);
    }
}
