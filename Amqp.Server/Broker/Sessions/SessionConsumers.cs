using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The consumers of a session, by their tags.</summary>
/// <remarks>The gate of the session's sink guards them. Methods take it where they do not say that it is held.</remarks>
internal sealed class SessionConsumers(BrokerSession session)
{
    private readonly Dictionary<string, SessionConsumer> _byTag = [];
    private readonly BrokerClient _client = session.Client;
    private readonly Lock _gate = session.Sink.Gate;
    private BrokerException? _revoked;

    /// <summary>Deliveries that each consumer to come may have with the client at once; 0: no limit.</summary>
    public ushort Prefetch { get; set; }

    /// <summary>The consumers now.</summary>
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

    /// <summary>Why the session must be closed: a consumer was ended whose client cannot be told. Any thread may ask, without the gate.</summary>
    public BrokerException? Revoked => Volatile.Read(ref _revoked);

    /// <summary>Begins to consume a queue.</summary>
    /// <param name="queue">A queue that the user may read.</param>
    /// <param name="options">How.</param>
    /// <param name="onAdded">Called when the consumer is there and before its first delivery, with the gate held.</param>
    /// <exception cref="BrokerException">403: the queue is in exclusive use, or would have to be. 530: the tag is in use, or there are too many consumers.</exception>
    public SessionConsumer Add(Queue queue, in ConsumeOptions options, Action<SessionConsumer> onAdded)
    {
        _client.WatchDeliveriesOf(queue);
        var consumer = new SessionConsumer(session, queue, options);
        lock (_gate)
            DemandRoom(options.Tag);
        // Another thread may drain the queue as soon as the consumer is there: whoever asked hears of it first, under the queue's lock.
        queue.Subscribe(consumer, options.IsExclusive, subscription =>
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

    /// <summary>Demands that there may be a consumer more, of this tag. The gate is held.</summary>
    /// <exception cref="BrokerException">530: the tag is in use, or there are too many.</exception>
    public void DemandRoom(string tag)
    {
        if (_byTag.ContainsKey(tag))
            throw new BrokerException(BrokerError.NotAllowed, $"attempt to reuse consumer tag '{tag}'");
        int most = _client.Services.Options.Limits.ConsumerMaxPerChannel;
        if (most != 0 && _byTag.Count >= most)
            throw new BrokerException(BrokerError.NotAllowed, $"reached maximum ({most}) of consumers per channel");
    }

    /// <summary>Ends a consumer, as the client said. One that is not there (any more) is no error.</summary>
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

    /// <summary>Removes a consumer; false when it was not there (any more). The gate is held.</summary>
    public bool Forget(SessionConsumer consumer)
    {
        if (!ReferenceEquals(_byTag.GetValueOrDefault(consumer.Tag), consumer))
            return false;
        session.Deliveries.Prefetch.Forget(consumer);
        _client.ConsumerCount--;
        return _byTag.Remove(consumer.Tag);
    }

    /// <summary>Removes all. The gate is held. Each of them has to <see cref="Leave(SessionConsumer)"/> then.</summary>
    public SessionConsumer[] ForgetAll()
    {
        SessionConsumer[] consumers = [.. _byTag.Values];
        _client.ConsumerCount -= _byTag.Count;
        _byTag.Clear();
        return consumers;
    }

    /// <summary>The session's prefetch may have room again: the consumers that wait for it go on, the one first that was served longest ago.</summary>
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
            consumer.Queue.Resume(consumer.Subscription!);
            _client.Round.Touch(consumer.Queue);
        }
        consumers.Clear();
    }

    /// <summary>Takes a consumer that is forgotten off its queue, which goes too if it was auto-delete and this its last one.</summary>
    public void Leave(SessionConsumer consumer)
    {
        if (Leave(consumer, _client.Round))
            _client.ExclusiveQueues.Remove(consumer.Queue);
    }

    /// <summary>Ends a consumer that may no longer read its queue, as if the queue were deleted. Any thread.</summary>
    /// <returns>False when the client cannot be told of it: the session must then be closed.</returns>
    public bool Revoke(SessionConsumer consumer, DispatchRound round)
    {
        lock (_gate)
        {
            if (!Forget(consumer))
                return true; // cancelled at the same time
        }
        Leave(consumer, round); // first: nothing is delivered behind the cancel
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

    /// <returns>Whether the queue went, too.</returns>
    private bool Leave(SessionConsumer consumer, DispatchRound round)
    {
        _client.Services.Events.ConsumerDeleted(consumer);
        if (!consumer.Queue.Unsubscribe(consumer.Subscription!))
            return false;
        _client.VirtualHost.Topology.DeleteAbandoned(consumer.Queue, round);
        return true;
    }
}
