using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Tells of a session's messages to whoever traces them.</summary>
internal sealed class SessionTrace(BrokerSession session)
{
    private readonly VirtualHost _virtualHost = session.Client.VirtualHost;

    /// <summary>The session as the firehose names it.</summary>
    private TracedBy By => new(session.Client.Origin.ConnectionName, session.Number, session.Client.User.Name);

    /// <summary>False while nobody traces: then a message costs no more than this look.</summary>
    public bool IsOn => _virtualHost.Firehose is not null || _virtualHost.Spans is not null;

    /// <summary>A message is published.</summary>
    /// <param name="head">As it will be stored.</param>
    /// <param name="headers">Its headers as they came, with BCC.</param>
    /// <param name="body">Its body.</param>
    /// <param name="routedTo">The queues that get it.</param>
    public void NotePublish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, Queue[] routedTo)
    {
        if (_virtualHost.Firehose is { } firehose && firehose.Published(EncodedMessage.Read(head), headers, body, routedTo, By) is { } copy)
            session.Client.Round.Defer(copy);
    }

    /// <summary>A message goes to the client.</summary>
    /// <param name="operation"><c>deliver</c> or <c>get</c>.</param>
    /// <param name="content">As it is stored.</param>
    /// <param name="properties">Those that the client sees.</param>
    /// <param name="from">The queue that it was in.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isRedelivered">Whether it was delivered before.</param>
    /// <param name="round">The round of whoever delivers.</param>
    public void NoteDelivery(
        string operation, in EncodedMessage content, ReadOnlySpan<byte> properties, Queue from, ulong tag, bool isRedelivered, DispatchRound round)
    {
        if (_virtualHost.Firehose is { } firehose
            && firehose.Delivered(content.Address, properties, content.Body, from, isRedelivered, By) is { } copy)
            round.Defer(copy);
        _virtualHost.Spans?.NoteDelivery(operation, content, from, tag, isRedelivered);
    }
}
