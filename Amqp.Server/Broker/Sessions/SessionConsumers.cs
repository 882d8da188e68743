using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The consumers of a session, by tag. The lock <see cref="ISessionSink.Gate"/> guards all state.</summary>
/// <remarks>Each method takes the lock, or its comment says that the caller holds the lock.</remarks>
internal sealed class SessionConsumers(BrokerSession session)
{
    private readonly Dictionary<string, SessionConsumer> _byTag = [];
    private readonly BrokerClient _client = session.Client;
    private readonly Lock _gate = session.Sink.Gate;
    private BrokerException? _revoked;

    /// <summary>Maximum number of unacknowledged deliveries of each new consumer; 0: no limit.</summary>
    public ushort Prefetch { get; set; }

    public SessionConsumer[] All
    {
        get
        {
            lock (_gate)
                return [.. _byTag.Values];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _byTag.Count;
        }
    }

    /// <summary>True if no consumer will soon have to wait for acknowledgements. The caller holds the lock.</summary>
    public bool HavePrefetchToSpare
    {
        get
        {
            foreach (var consumer in _byTag.Values)
            {
                if (!consumer.HasPrefetchToSpare)
                    return false;
            }
            return true;
        }
    }

    /// <summary>If a consumer was revoked: the error that closes the session; otherwise null. Any thread may read the property.</summary>
    public BrokerException? Revoked => Volatile.Read(ref _revoked);

    /// <summary>Begins to consume a queue.</summary>
    /// <param name="queue">A queue that the user may read.</param>
    /// <param name="options">Tag, prefetch and other options of the consumer.</param>
    /// <param name="onAdded">Called with the lock held, before the first delivery.</param>
    /// <exception cref="BrokerException">
    /// 403: another consumer is exclusive, or the queue cannot grant exclusive use. 530: the tag is in use, or too many consumers.
    /// </exception>
    public SessionConsumer Add(Queue queue, in ConsumeOptions options, Action<SessionConsumer> onAdded)
    {
        _client.WatchDeliveriesOf(queue);
        var consumer = new SessionConsumer(session, queue, options);
        lock (_gate)
            DemandRoom(options.Tag);
        // onAdded is called under the queue's lock, because afterwards another thread may deliver to the new consumer.
        queue.Use.Subscribe(consumer, options.IsExclusive, subscription =>
        {
            consumer.Subscription = subscription;
            lock (_gate)
            {
                _byTag.Add(consumer.Tag, consumer);
                _client.ConsumerCount++;
                onAdded(consumer);
            }
        });
        _client.Services.Events.ConsumerCreated(consumer, options.IsExclusive);
        return consumer;
    }

    /// <summary>Throws if a consumer with this tag cannot be added. The caller holds the lock.</summary>
    /// <exception cref="BrokerException">530: the tag is in use, or there are too many consumers.</exception>
    public void DemandRoom(string tag)
    {
        if (_byTag.ContainsKey(tag))
            throw new BrokerException(BrokerError.NotAllowed, $"attempt to reuse consumer tag '{tag}'");
        int most = _client.Services.Options.Limits.ConsumerMaxPerChannel;
        if (most != 0 && _byTag.Count >= most)
            throw new BrokerException(BrokerError.NotAllowed, $"reached maximum ({most}) of consumers per channel");
    }

    /// <summary>Ends a consumer at the client's request. Does nothing if no consumer has this tag.</summary>
    public void Cancel(string tag)
    {
        SessionConsumer? consumer;
        lock (_gate)
        {
            if (!_byTag.TryGetValue(tag, out consumer))
                return;
            Forget(consumer);
        }
        Leave(consumer);
    }

    /// <summary>Removes a consumer from the list. Returns false if the consumer was already removed. The caller holds the lock.</summary>
    public bool Forget(SessionConsumer consumer)
    {
        if (!ReferenceEquals(_byTag.GetValueOrDefault(consumer.Tag), consumer))
            return false;
        session.Deliveries.Prefetch.Forget(consumer);
        _client.ConsumerCount--;
        return _byTag.Remove(consumer.Tag);
    }

    /// <summary>Removes all consumers from the list. The caller holds the lock, and unsubscribes the consumers later.</summary>
    public SessionConsumer[] ForgetAll()
    {
        SessionConsumer[] consumers = [.. _byTag.Values];
        _client.ConsumerCount -= _byTag.Count;
        _byTag.Clear();
        return consumers;
    }

    /// <summary>Resumes the consumers that wait for the session's prefetch limit. Does nothing while the limit is reached.</summary>
    public void ResumeWaiting()
    {
        var prefetch = session.Deliveries.Prefetch;
        if (!prefetch.IsUsed)
            return;
        List<SessionConsumer> consumers;
        lock (_gate)
            consumers = prefetch.TakeWaiting();
        foreach (var consumer in consumers)
        {
            consumer.Queue.Use.Resume(consumer.Subscription!);
            _client.Round.Touch(consumer.Queue);
        }
        consumers.Clear();
    }

    /// <summary>Unsubscribes a removed consumer from its queue. An auto-delete queue is deleted with its last consumer.</summary>
    public void Leave(SessionConsumer consumer)
    {
        if (Leave(consumer, _client.Round))
            _client.ExclusiveQueues.Remove(consumer.Queue);
    }

    /// <summary>Ends a consumer whose user may no longer read its queue. Any thread may call this.</summary>
    /// <returns>False if the client cannot be told. The caller must then close the session.</returns>
    public bool Revoke(SessionConsumer consumer, DispatchRound round)
    {
        lock (_gate)
        {
            if (!Forget(consumer))
                return true; // another thread has cancelled the consumer
        }
        Leave(consumer, round); // called before TryCancel, because no delivery may follow the cancel notification
        bool isTold;
        lock (_gate)
        {
            isTold = session.Sink.TryCancel(consumer);
            if (!isTold)
                Volatile.Write(ref _revoked, session.Access.RefusedToRead(consumer.Queue.Name));
        }
        round.Touch(session.Sink.Output);
        return isTold;
    }

    /// <returns>True if the queue was deleted.</returns>
    private bool Leave(SessionConsumer consumer, DispatchRound round)
    {
        _client.Services.Events.ConsumerDeleted(consumer);
        if (!consumer.Queue.Use.Unsubscribe(consumer.Subscription!))
            return false;
        _client.VirtualHost.Topology.DeleteAbandoned(consumer.Queue, round);
        return true;
    }
}
