using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// Traces the messages of a session: copies them to the firehose exchange, makes OpenTelemetry spans, and notes the hops of traces.
/// </summary>
internal sealed class SessionTrace(BrokerSession session)
{
    private readonly VirtualHost _virtualHost = session.Client.VirtualHost;
    private readonly QueueHost _host = session.Client.VirtualHost.Host; // read for each message

    /// <summary>Connection, channel and user of the session, for the copies in the firehose.</summary>
    private TracedBy By => new(session.Client.Origin.ConnectionName, session.Number, session.Client.User.Name);

    private MessageTraces? Traces => (MessageTraces?)_host.Observer;

    /// <summary>True while messages are traced. While tracing is off, a message costs only this check.</summary>
    public bool IsOn => _host.IsWatched;

    /// <summary>True while traces follow messages. While there are none, a settlement costs only this check.</summary>
    public bool IsFollowing => _host.Observer is not null;

    /// <summary>Traces a publish.</summary>
    /// <param name="head">The head as it will be stored.</param>
    /// <param name="headers">The headers as received, with BCC.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="routedTo">The queues that receive the message.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // its local variables would be cleared for each publish, also while tracing is off
    public void NotePublish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, Queue[] routedTo)
    {
        if (_virtualHost.Firehose is { } firehose && firehose.Published(EncodedMessage.Read(head), headers, body, routedTo, By) is { } copy)
            session.Client.Round.Defer(copy);
    }

    /// <summary>Notes a message that was stored in its queues, for traces.</summary>
    /// <param name="head">The head as it was stored.</param>
    /// <param name="size">Bytes of the body.</param>
    /// <param name="route">The route of the message.</param>
    /// <param name="gathered">Number of messages that the round had collected before this one.</param>
    /// <param name="isReturned">True if the message was returned to its publisher.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void NoteStored(ReadOnlySpan<byte> head, int size, MessageRoute route, int gathered, bool isReturned) =>
        Traces?.OnPublished(
            EncodedMessage.Read(head), size, route.Queues, session.Client.Round.PublishedSince(gathered), isReturned, By);

    /// <summary>Notes a settled delivery, for traces.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void NoteSettlement(in Delivery delivery, Settlement settlement)
    {
        var queue = delivery.Queue!;
        var (kind, stays) = settlement switch
        {
            Settlement.Acknowledge => (TraceHop.Acked, false),
            Settlement.Requeue => (TraceHop.Requeued, true),
            _ => (TraceHop.Rejected, queue.Settings.DeadLetterExchange is not null),
        };
        Traces?.OnSettled(kind, queue, delivery.Message, delivery.Consumer?.Tag, stays, By);
    }

    /// <summary>Traces a delivery.</summary>
    /// <param name="content">The message as it is stored.</param>
    /// <param name="properties">The properties as the client receives them.</param>
    /// <param name="from">The queue.</param>
    /// <param name="message">The entry of the message in the queue.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="consumer">The consumer; null for basic.get.</param>
    /// <param name="isSettled">True if the client sends no acknowledgement.</param>
    /// <param name="round">Publishes copies of the message.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // the same for each delivery
    public void NoteDelivery(
        EncodedMessage content,
        ReadOnlySpan<byte> properties,
        Queue from,
        in StoredMessage message,
        ulong tag,
        SessionConsumer? consumer,
        bool isSettled,
        DispatchRound round)
    {
        bool isRedelivered = message.IsRedelivered;
        Traces?.OnDelivered(from, message, content, consumer?.Tag, isSettled, By);
        if (_virtualHost.Firehose is { } firehose
            && firehose.Delivered(content.Address, properties, content.Body, from, isRedelivered, By) is { } copy)
            round.Defer(copy);
        _virtualHost.Spans?.NoteDelivery(consumer is null ? "get" : "deliver", content, from, tag, isRedelivered);
    }
}
