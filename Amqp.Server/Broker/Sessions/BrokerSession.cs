using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Tracing;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>What a logged-in client may ask of the broker, without a wire: AMQP's channel, and whatever else a front end makes of it.</summary>
/// <remarks>
/// One thread at a time asks, such as a connection's read loop. What deliveries from other threads touch as well (delivery tags, prefetch, unacknowledged
/// deliveries, consumers, confirms that wait) is under the gate of the <see cref="Sink"/>. Whoever asks ends its rounds by <see cref="BrokerClient.EndRound"/>.
/// </remarks>
internal sealed class BrokerSession
{
    private readonly Settlements _settlements;
    private SessionPublisher? _publisher;

    /// <param name="client">Whose it is.</param>
    /// <param name="sink">The front end, with what goes out to the client.</param>
    /// <param name="number">The session's number within its client.</param>
    public BrokerSession(BrokerClient client, ISessionSink sink, ushort number)
    {
        (Client, Sink, Number) = (client, sink, number);
        Counts = client.VirtualHost.Statistics.OpenChannel();
        Access = new AccessCheck(client);
        Topology = new SessionTopology(client, Access);
        Deliveries = new SessionDeliveries(client, sink.Gate);
        Consumers = new SessionConsumers(this);
        Confirms = new Confirms(this);
        _settlements = new Settlements(this);
        Transactions = new Transactions(this, _settlements);
        Trace = new SessionTrace(this);
    }

    public BrokerClient Client { get; }

    public ISessionSink Sink { get; }

    public ushort Number { get; }

    /// <summary>RabbitMQ's name for a channel: its connection's, and its number.</summary>
    public string Name => $"{Client.Origin.ConnectionName} ({Number})";

    /// <summary>What the user may do.</summary>
    public AccessCheck Access { get; }

    /// <summary>Declares, binds and deletes.</summary>
    public SessionTopology Topology { get; }

    /// <summary>What it counts of its messages.</summary>
    public ChannelCounts Counts { get; }

    /// <summary>What is with the client.</summary>
    public SessionDeliveries Deliveries { get; }

    public SessionConsumers Consumers { get; }

    /// <summary>Most sessions of most programs only consume: what publishing needs is made when it is needed.</summary>
    public SessionPublisher Publisher => _publisher ??= new SessionPublisher(this);

    /// <summary>Tells which publishes are safe.</summary>
    public Confirms Confirms { get; }

    /// <summary>Holds publishes and settlements for commits.</summary>
    public Transactions Transactions { get; }

    /// <summary>Tells whoever traces messages.</summary>
    public SessionTrace Trace { get; }

    /// <inheritdoc cref="SessionPublisher.Publish"/>
    public void Publish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory)
    {
        if (Client.VirtualHost.Spans is { } spans)
            PublishTraced(head, body, isMandatory, spans);
        else
            Publisher.Publish(head, body, isMandatory);
    }

    /// <summary>Demands that a message is not too large.</summary>
    /// <param name="bodySize">Octets of its body.</param>
    /// <exception cref="BrokerException">406: it is.</exception>
    public void DemandSize(ulong bodySize)
    {
        long most = Client.Services.Options.MaxMessageSize;
        if (bodySize > (ulong)most)
            throw new BrokerException(BrokerError.Precondition, $"message size {bodySize} is larger than configured max size {most}");
    }

    /// <summary>Adds a consumer to a queue.</summary>
    /// <param name="queue">A queue that <see cref="SessionTopology.GetQueueToRead"/> has returned.</param>
    /// <param name="options">Tag, acknowledgement mode, priority and arguments.</param>
    /// <param name="onAdded">Called before the first delivery, with the gate held.</param>
    /// <exception cref="BrokerException">403: the user may not read, or exclusive use. 530: the tag is in use, or too many consumers.</exception>
    public void Consume(Queue queue, in ConsumeOptions options, Action<SessionConsumer> onAdded)
    {
        Consumers.Add(queue, options, onAdded);
        Access.DemandQueue(AccessKind.Read, queue.Name); // again: a change of permissions may have missed the new consumer
        Client.Round.Touch(Sink.Output);
        Client.Round.Touch(queue);
    }

    /// <summary>Takes one message from a queue.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="noAck">It needs no acknowledgement.</param>
    /// <param name="state">For <paramref name="deliver"/>.</param>
    /// <param name="deliver">Sends it, with the queue's lock and the gate held.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="BrokerException">403: the user may not. 404: no such queue, or it has crashed. 405: another connection's, or locked by a single active consumer. 541: it cannot be read.</exception>
    public bool Get<TState>(string name, bool noAck, TState state, GetMessage<TState> deliver)
    {
        var queue = Topology.GetQueueToRead(name);
        if (queue.Settings is { SingleActiveConsumer: true, Type: QueueType.Quorum })
            throw NoGetBesideSingleActiveConsumer(queue);
        Client.WatchDeliveriesOf(queue);
        bool isThere = queue.TryGet(
            (Session: this, queue, noAck, state, deliver), noAck,
            static ((BrokerSession Session, Queue Queue, bool NoAck, TState State, GetMessage<TState> Deliver) got, in StoredMessage message, ReadOnlySpan<byte> payload, long left) =>
                got.Session.DeliverGot(got.Queue, got.NoAck, got.State, got.Deliver, message, payload, left));
        if (!isThere)
            Counts.Deliveries.GetEmpty++;
        if (queue.HasRules)
            Client.Round.Touch(queue); // what is in front now may have expired
        Client.Round.Touch(Sink.Output);
        return isThere;
    }

    /// <inheritdoc cref="Settlements.Settle"/>
    public void Settle(ulong tag, bool isMultiple, Settlement settlement) => _settlements.Settle(tag, isMultiple, settlement);

    /// <summary>Returns every delivery that is with the client to its queue, as the client said.</summary>
    public void RequeueAll() => _settlements.RequeueAll(isReturned: true);

    /// <summary>How many deliveries may be with the client; 0: no limit.</summary>
    public void SetPrefetch(ushort limit, PrefetchScope scope)
    {
        if (scope == PrefetchScope.NewConsumers)
        {
            Consumers.Prefetch = limit;
            return;
        }
        lock (Sink.Gate)
            Deliveries.Prefetch.Limit = limit;
        Consumers.ResumeWaiting();
    }

    /// <summary>
    /// Gives back everything that the session holds: consumers leave their queues, deliveries return to theirs. Twice does no harm.
    /// Throws nothing: each step is taken whatever became of the others.
    /// </summary>
    public void Release()
    {
        Contain(LeaveAll);
        Contain(Transactions.GiveBack);
        Contain(() => Transactions.Held?.Clear());
        Contain(() => _settlements.RequeueAll(isReturned: false));
        Contain(Deliveries.Close);
        Client.Round.Drain();
        Client.VirtualHost.Statistics.Close(Counts);
    }

    /// <summary>Takes every consumer off its queue. Nothing is delivered or confirmed any more.</summary>
    public void LeaveAll()
    {
        SessionConsumer[] consumers;
        lock (Sink.Gate)
        {
            Confirms.End();
            consumers = Consumers.ForgetAll();
        }
        Client.Round.HandOver();
        foreach (var consumer in consumers)
            Contain(() => Consumers.Leave(consumer));
    }

    /// <summary>As the log names it.</summary>
    public override string ToString() => $"channel {Name}";

    private void Contain(Action step) => Client.Services.Faults.Contain(Compartment.Connection, $"the end of {this}", step);

    private void PublishTraced(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory, MessageSpans spans)
    {
        using var span = spans.StartPublish(Client.VirtualHost.Name, EncodedMessage.Read(head), body.Length);
        try
        {
            Publisher.Publish(head, body, isMandatory);
        }
        catch (Exception exception) when (exception is BrokerException or AmqpException)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private void DeliverGot<TState>(
        Queue queue, bool noAck, TState state, GetMessage<TState> deliver, in StoredMessage message, ReadOnlySpan<byte> payload, long left)
    {
        var content = EncodedMessage.Read(payload);
        PublishAddress.Split(content.Address, out _, out _); // what is wrong with the message is said before it is sent
        // Unlike a delivery to a consumer, as in RabbitMQ, this one says so the first time too.
        var properties = queue.CountsDeliveries ? DeliveryCount.AddTo(content.Properties, MessageNote.Requeues(message)) : content.Properties;
        ulong tag;
        lock (Sink.Gate)
        {
            (noAck ? ref Counts.Deliveries.GetNoAck : ref Counts.Deliveries.Get)++;
            if (message.IsRedelivered)
                Counts.Deliveries.Redeliver++;
            tag = noAck ? Deliveries.NextTag() : Deliveries.Track(message, queue, consumer: null);
            try
            {
                deliver(state, tag, message.IsRedelivered, content, properties, left);
            }
            catch (Exception error)
            {
                Deliveries.Untrack(tag);
                throw new OutputFailedException(error);
            }
        }
        Trace.NoteDelivery("get", content, properties, queue, tag, message.IsRedelivered, Client.Round);
    }

    /// <summary>RabbitMQ's classic queues let a message be got past the active consumer; its quorum queues do not.</summary>
    private static BrokerException NoGetBesideSingleActiveConsumer(Queue queue) => new(
        BrokerError.Locked,
        $"cannot obtain access to locked queue '{queue.Name}' in vhost '{queue.VirtualHost}'. basic.get operations are not supported by quorum queues with single active consumer");
}

/// <summary>Sends what <see cref="BrokerSession.Get"/> took. The queue's lock and the gate are held.</summary>
internal delegate void GetMessage<in TState>(
    TState state, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left);
