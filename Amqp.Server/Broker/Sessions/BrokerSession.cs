using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// A session of a client that logged in, independent of the wire protocol: a front end, such as an AMQP channel, sends its requests here.
/// </summary>
/// <remarks>
/// One thread at a time, such as a connection's read loop, uses a session and ends its rounds with <see cref="BrokerClient.EndRound"/>.
/// The gate of the <see cref="Sink"/> guards the state that deliveries on other threads also change: delivery tags, prefetch,
/// unacknowledged deliveries, consumers, pending confirms.
/// </remarks>
internal sealed class BrokerSession
{
    private readonly SessionGets _gets;
    private readonly long _maxMessageSize; // in octets
    private readonly Settlements _settlements;
    private SessionPublisher? _publisher;

    /// <param name="client">The client that opens the session.</param>
    /// <param name="sink">The front end, which sends the output to the client.</param>
    /// <param name="number">The session's number within its client, such as an AMQP channel's number.</param>
    public BrokerSession(BrokerClient client, ISessionSink sink, ushort number)
    {
        (Client, Sink, Number) = (client, sink, number);
        Counts = client.VirtualHost.Statistics.OpenChannel();
        Access = new AccessCheck(client);
        Topology = new SessionTopology(client, Access);
        Deliveries = new SessionDeliveries(client, sink.Gate);
        Consumers = new SessionConsumers(this);
        Confirms = new Confirms(this);
        _gets = new SessionGets(this);
        _maxMessageSize = client.Services.Options.Limits.MaxMessageSize;
        _settlements = new Settlements(this);
        Transactions = new Transactions(this, _settlements);
        Trace = new SessionTrace(this);
    }

    public BrokerClient Client { get; }

    public ISessionSink Sink { get; }

    public ushort Number { get; }

    /// <summary>RabbitMQ's name for a channel: the connection's name and the channel's number.</summary>
    public string Name => $"{Client.Origin.ConnectionName} ({Number})";

    /// <summary>Checks the user's permissions.</summary>
    public AccessCheck Access { get; }

    /// <summary>Declares, binds and deletes queues and exchanges.</summary>
    public SessionTopology Topology { get; }

    /// <summary>Counts of the session's messages.</summary>
    public ChannelCounts Counts { get; }

    /// <summary>Unacknowledged deliveries, delivery tags and prefetch.</summary>
    public SessionDeliveries Deliveries { get; }

    public SessionConsumers Consumers { get; }

    /// <summary>Publishes messages. Created at the first use, because most sessions only consume.</summary>
    public SessionPublisher Publisher => _publisher ??= new SessionPublisher(this);

    /// <summary>Publisher confirms.</summary>
    public Confirms Confirms { get; }

    /// <summary>Transactions, which hold publishes and settlements until a commit.</summary>
    public Transactions Transactions { get; }

    /// <summary>Traces the session's messages.</summary>
    public SessionTrace Trace { get; }

    /// <inheritdoc cref="SessionPublisher.Publish"/>
    public void Publish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory)
    {
        if (Client.VirtualHost.Spans is { } spans)
            PublishTraced(head, body, isMandatory, spans);
        else
            Publisher.Publish(head, body, isMandatory);
    }

    /// <summary>Demands that a message does not exceed the maximum size.</summary>
    /// <param name="bodySize">Octets of the message's body.</param>
    /// <exception cref="BrokerException">406: the message is too large.</exception>
    public void DemandSize(ulong bodySize)
    {
        if (bodySize > (ulong)_maxMessageSize)
            throw new BrokerException(
                BrokerError.Precondition, $"message size {bodySize} is larger than configured max size {_maxMessageSize}");
    }

    /// <summary>Adds a consumer to a queue.</summary>
    /// <param name="queue">A queue that <see cref="SessionTopology.GetQueueToRead"/> has returned.</param>
    /// <param name="options">Tag, acknowledgement mode, priority and arguments.</param>
    /// <param name="onAdded">Called before the first delivery, with the gate held.</param>
    /// <exception cref="BrokerException">
    /// 403: the user may not read the queue, or the queue is in exclusive use. 530: the tag is in use, or there are too many consumers.
    /// </exception>
    public void Consume(Queue queue, in ConsumeOptions options, Action<SessionConsumer> onAdded)
    {
        Consumers.Add(queue, options, onAdded);
        Access.DemandQueue(AccessKind.Read, queue.Name); // again: a revocation before Add does not end the consumer
        Client.Round.Touch(Sink.Output);
        Client.Round.Touch(queue);
    }

    /// <summary>Takes one message from a queue.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="noAck">True if the message needs no acknowledgement.</param>
    /// <param name="state">State for <paramref name="deliver"/>.</param>
    /// <param name="deliver">Sends the message; called with the queue's lock and the gate held.</param>
    /// <returns>False if the queue is empty.</returns>
    /// <exception cref="BrokerException">403: access refused. 404: no such queue, or it has crashed. 405: the queue belongs to another
    /// connection, or is a quorum queue with a single active consumer. 541: the message cannot be read.</exception>
    public bool Get<TState>(string name, bool noAck, TState state, GetMessage<TState> deliver) => _gets.Get(name, noAck, state, deliver);

    /// <inheritdoc cref="Settlements.Settle"/>
    public void Settle(ulong tag, bool isMultiple, Settlement settlement) => _settlements.Settle(tag, isMultiple, settlement);

    /// <summary>Requeues every unacknowledged delivery, at the client's request.</summary>
    public void RequeueAll() => _settlements.RequeueAll(isReturned: true);

    /// <summary>Sets the maximum number of unacknowledged deliveries, for each new consumer or the whole session; 0: no limit.</summary>
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
    /// Releases everything that the session holds: cancels its consumers and requeues its deliveries. A second call does nothing.
    /// Throws nothing: every step runs, even if an earlier step fails.
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

    /// <summary>Cancels every consumer, and ends deliveries and confirms.</summary>
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

    /// <summary>Returns the session's name for the log.</summary>
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
}
