using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>One channel of a connection: writes the output of a broker session as AMQP frames.</summary>
/// <remarks>The connection's read loop owns the channel. The session uses the lock of the connection's outbox as its own lock.</remarks>
internal sealed class AmqpChannel : ISessionSink
{
    private readonly Outbox _outbox;
    private readonly int _frameMax;

    public AmqpChannel(ushort number, OpenedConnection connection)
    {
        (Number, Connection, _outbox, _frameMax) = (number, connection, connection.Outbox, connection.FrameMax);
        Content = new ContentAssembler(connection.Client.HeldMemory);
        Session = new BrokerSession(connection.Client, this, number);
    }

    public ushort Number { get; }

    public OpenedConnection Connection { get; }

    public BrokerSession Session { get; }

    /// <summary>Assembles the message that the client is sending on this channel.</summary>
    public ContentAssembler Content { get; }

    /// <summary>True from the broker's channel.close to the client's close-ok. Requests that arrive in between are discarded.</summary>
    public bool IsClosing { get; set; }

    /// <summary>
    /// Name of the queue that the channel declared last; empty for none. An empty queue name in a method means this queue.
    /// </summary>
    public string LastQueue { get; set; } = "";

    /// <summary>The channel's direct reply-to consumer; null if there is none. Written with the outbox's lock held.</summary>
    public ReplyConsumer? ReplyConsumer { get; set; }

    /// <inheritdoc/>
    public Lock Gate => _outbox.Gate;

    IOutput ISessionSink.Output => _outbox;

    bool ISessionSink.IsFlushDue => _outbox.IsFlushDue;

    /// <summary>Writes a method. The output is flushed when the connection's current round of work ends.</summary>
    public void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => _outbox.Send(Number, method, Connection.Round);

    /// <summary>Cancels the channel's consumers and requeues its deliveries. A second call does nothing. Never throws.</summary>
    public void Release()
    {
        LeaveAll();
        Connection.Client.Services.Faults.Contain(Compartment.Connection, $"the end of {this}", Content.Close);
        Session.Release();
    }

    /// <summary>Cancels the channel's consumers. The channel writes no deliveries and confirms any more. Throws nothing.</summary>
    public void LeaveAll() => Connection.Client.Services.Faults.Contain(Compartment.Connection, $"the end of {this}", () =>
    {
        lock (Gate)
            ReplyConsumer?.Cancel();
        Session.LeaveAll();
    });

    public override string ToString() => Session.ToString();

    bool ISessionSink.Refuses(SessionConsumer consumer) => _outbox.Refuses(consumer);

    void ISessionSink.Deliver(
        SessionConsumer consumer, ulong tag, bool isRedelivered, EncodedMessage content, ReadOnlySpan<byte> properties) =>
        _outbox.WriteDelivery(Number, consumer.EncodedTag, tag, isRedelivered, content.Address, properties, content.Body, _frameMax);

    void ISessionSink.Confirm(ulong upTo, bool isMultiple) => _outbox.Write(Number, new BasicAck(upTo, isMultiple));

    void ISessionSink.Refuse(ulong upTo, bool isMultiple) => _outbox.Write(Number, new BasicNack(upTo, isMultiple, Requeue: false));

    /// <summary>Writes basic.return with reply code 312, NO_ROUTE, and then the message.</summary>
    void ISessionSink.Return(in EncodedMessage message, ReadOnlySpan<byte> body)
    {
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        lock (Gate)
        {
            _outbox.Write(Number, new BasicReturn(
                (ushort)ReplyCode.NoRoute, ReplyCode.NoRoute.Name(), OctetText.Decode(exchange), OctetText.Decode(routingKey)));
            _outbox.WriteContent(Number, message.Properties, body, _frameMax);
        }
        Connection.Round.Touch(_outbox);
    }

    bool ISessionSink.TryCancel(SessionConsumer consumer)
    {
        if (!Connection.Capabilities.ConsumerCancelNotify)
            return false;
        _outbox.Write(Number, new BasicCancel(consumer.Tag, NoWait: true));
        return true;
    }

    void ISessionSink.AwaitAcknowledgements() => _outbox.AwaitAcknowledgements();

    void ISessionSink.Fail(Exception error) => _outbox.Fail(error);

    void ISessionSink.Abort() => Connection.Abort();
}
