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

/// <summary>A session of a client that has logged in, such as an AMQP channel. Does not depend on the wire protocol.</summary>
/// <remarks>
/// One thread at a time uses the session, and ends each round with <see cref="BrokerClient.EndRound"/>. The lock of the <see cref="Sink"/>
/// guards state that deliveries on other threads change, such as delivery tags.
/// </remarks>
internal sealed class BrokerSession
{
    private readonly SessionGets _gets;
    private readonly long _maxMessageSize; // in octets
    private readonly Settlements _settlements;
    private SessionPublisher? _publisher;

    /// <param name="client">The client that opens the session.</param>
    /// <param name="sink">Sends the session's output to the client.</param>
    /// <param name="number">Number of the session within its client, such as an AMQP channel number.</param>
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

    /// <summary>RabbitMQ's name for a channel: the name of the connection, followed by the number of the channel.</summary>
    public string Name => $"{Client.Origin.ConnectionName} ({Number})";

    /// <summary>Checks the user's permissions.</summary>
    public AccessCheck Access { get; }

    /// <summary>Declares, binds and deletes queues and exchanges.</summary>
    public SessionTopology Topology { get; }

    /// <summary>Counts the messages of the session.</summary>
    public ChannelCounts Counts { get; }

    /// <summary>The unacknowledged deliveries, with their delivery tags and the prefetch limits.</summary>
    public SessionDeliveries Deliveries { get; }

    public SessionConsumers Consumers { get; }

    /// <summary>Publishes messages. Created at first use, because most sessions only consume.</summary>
    public SessionPublisher Publisher => _publisher ??= new SessionPublisher(this);

    /// <summary>Confirms the messages that the session publishes.</summary>
    public Confirms Confirms { get; }

    /// <summary>The transaction of the session. Holds publishes and acknowledgements back until the client commits.</summary>
    public Transactions Transactions { get; }

    /// <summary>Traces the messages of the session.</summary>
    public SessionTrace Trace { get; }

    /// <inheritdoc cref="SessionPublisher.Publish"/>
    public void Publish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory)
    {
        if (Client.VirtualHost.Spans is { } spans)
            PublishTraced(head, body, isMandatory, spans);
        else
            Publisher.Publish(head, body, isMandatory);
    }

    /// <summary>Throws if a message exceeds the maximum size.</summary>
    /// <param name="bodySize">Size of the message's body in octets.</param>
    /// <exception cref="BrokerException">406: the message is too large.</exception>
    public void DemandSize(ulong bodySize)
    {
        if (bodySize > (ulong)_maxMessageSize)
            throw new BrokerException(
                BrokerError.Precondition, $"message size {bodySize} is larger than configured max size {_maxMessageSize}");
    }

    /// <summary>Adds a consumer to a queue.</summary>
    /// <param name="queue">A queue that <see cref="SessionTopology.GetQueueToRead"/> has returned.</param>
    /// <param name="options">Consumer tag, acknowledgement mode, priority and arguments.</param>
    /// <param name="onAdded">Called before the first delivery, under the lock of the sink.</param>
    /// <exception cref="BrokerException">
    /// 403: access refused, or exclusive use is not possible. 530: the tag is in use, or there are too many consumers.
    /// </exception>
    public void Consume(Queue queue, in ConsumeOptions options, Action<SessionConsumer> onAdded)
    {
        Consumers.Add(queue, options, onAdded);
        // Checks the permission again: if it was revoked just before Add, the revocation has not cancelled the new consumer.
        Access.DemandQueue(AccessKind.Read, queue.Name);
        Client.Round.Touch(Sink.Output);
        Client.Round.Touch(queue);
    }

    /// <summary>Takes one message from a queue.</summary>
    /// <param name="name">Name of the queue.</param>
    /// <param name="noAck">True if the message needs no acknowledgement.</param>
    /// <param name="state">Passed to <paramref name="deliver"/>.</param>
    /// <param name="deliver">Sends the message. Called under the locks of the queue and of the sink.</param>
    /// <returns>False if the queue is empty.</returns>
    /// <exception cref="BrokerException">
    /// 403: access refused. 404: the queue is missing or has crashed. 405: another connection owns the queue, or a quorum queue has a
    /// single active consumer. 541: the message cannot be read.
    /// </exception>
    public bool Get<TState>(string name, bool noAck, TState state, GetMessage<TState> deliver) => _gets.Get(name, noAck, state, deliver);

    /// <inheritdoc cref="Settlements.Settle"/>
    public void Settle(ulong tag, bool isMultiple, Settlement settlement) => _settlements.Settle(tag, isMultiple, settlement);

    /// <summary>Requeues every unacknowledged delivery, because the client asks for it.</summary>
    public void RequeueAll() => _settlements.RequeueAll(isReturned: true);

    /// <summary>Limits the unacknowledged deliveries of each new consumer, or of the whole session. 0 means no limit.</summary>
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

    /// <summary>Cancels the consumers and requeues the deliveries. May be called more than once. Never throws.</summary>
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

    /// <summary>Cancels all consumers, and stops sending confirms.</summary>
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

    /// <summary>Returns the name of the session for the log.</summary>
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
