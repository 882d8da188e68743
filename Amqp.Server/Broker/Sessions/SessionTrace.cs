using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Traces the messages of a session: copies them to the firehose exchange and makes OpenTelemetry spans.</summary>
internal sealed class SessionTrace(BrokerSession session)
{
    private readonly VirtualHost _virtualHost = session.Client.VirtualHost;

    /// <summary>Connection, channel and user of the session, for the copies in the firehose.</summary>
    private TracedBy By => new(session.Client.Origin.ConnectionName, session.Number, session.Client.User.Name);

    /// <summary>True while messages are traced. While tracing is off, a message costs only this check.</summary>
    public bool IsOn => _virtualHost.Firehose is not null || _virtualHost.Spans is not null;

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

    /// <summary>Traces a delivery.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // the same for each delivery
    public void NoteDelivery(
        string operation,
        EncodedMessage content,
        ReadOnlySpan<byte> properties,
        Queue from,
        ulong tag,
        bool isRedelivered,
        DispatchRound round)
    {
        if (_virtualHost.Firehose is { } firehose
            && firehose.Delivered(content.Address, properties, content.Body, from, isRedelivered, By) is { } copy)
            round.Defer(copy);
        _virtualHost.Spans?.NoteDelivery(operation, content, from, tag, isRedelivered);
    }
}
