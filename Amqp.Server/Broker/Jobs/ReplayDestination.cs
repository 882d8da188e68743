using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DeadLetters;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Jobs;

/// <summary>
/// The queues in which dead letters died, or an exchange to which dead letters are published with their first routing keys.
/// </summary>
/// <remarks>
/// The headers about deaths are removed, so that the messages begin anew: otherwise dead-lettering could take them for messages that run in
/// a cycle, and drop them.
/// </remarks>
internal sealed class ReplayDestination : MessageDestination
{
    private readonly string _source;
    private readonly ExchangeDestination? _exchange;
    private readonly EncodedFieldEditor _editor = new();
    private readonly ArrayBufferWriter<byte> _headers = new();
    private readonly ArrayBufferWriter<byte> _properties = new();
    private readonly ArrayBufferWriter<byte> _address = new();
    private (byte[] Name, MessageRoute Route)? _last; // the route of the last message, because most messages died in the same queue

    /// <param name="session">Session of the user.</param>
    /// <param name="source">Name of the queue with the dead letters.</param>
    /// <param name="exchange">Name of the exchange; null to return each message to the queue in which it died first.</param>
    /// <exception cref="BrokerException">403 or 404: the user may not publish, or the exchange does not exist.</exception>
    public ReplayDestination(BrokerSession session, string source, string? exchange)
    {
        _source = source;
        if (exchange is not null)
            _exchange = new ExchangeDestination(session, exchange, routingKey: null);
        else
            session.Access.DemandExchange(AccessKind.Write, "");
    }

    public override string Name => _exchange?.Name ?? "the queues in which they died";

    public override string? ReasonToStay(in EncodedMessage message)
    {
        if (!FirstDeath.TryFind(HeadersOf(message), out var death))
            return "no header x-death tells where it died";
        bool isShort = death.Exchange.Length <= ShortString.MaxLength && death.RoutingKey.Length <= ShortString.MaxLength;
        return isShort ? null : "its header x-death is not valid";
    }

    public override MessageRoute? Find(BrokerSession session, in EncodedMessage message, out ReadOnlySpan<byte> head)
    {
        FirstDeath.TryFind(HeadersOf(message), out var death); // ReasonToStay has checked the message
        ForgetDeaths(message);
        if (_exchange is not null)
        {
            var found = _exchange.Find(session, message, death.RoutingKey, _properties.WrittenSpan, out head);
            SkipReason = _exchange.SkipReason;
            return found;
        }
        session.Access.DemandExchange(AccessKind.Write, "");
        _address.ResetWrittenCount();
        WriteShort(death.Exchange);
        WriteShort(death.RoutingKey);
        head = EncodedMessage.NewHead(_address.WrittenSpan, _properties.WrittenSpan, message.HiddenKeys);
        return FindQueue(session, death.Queue);
    }

    private static ReadOnlySpan<byte> HeadersOf(in EncodedMessage message) =>
        EncodedProperties.ReadAccepted(message.Properties).Headers;

    private MessageRoute? FindQueue(BrokerSession session, ReadOnlySpan<byte> octets)
    {
        if (_last is { } last && octets.SequenceEqual(last.Name) && !last.Route.Queues[0].Status.IsDeleted)
            return last.Route;
        string name = OctetText.Decode(octets);
        if (name == _source)
            return Skip("it died in this queue");
        if (session.Client.VirtualHost.FindQueue(name) is not { } queue)
            return Skip($"queue '{name}', in which it died, does not exist");
        if (queue.Declaration.IsExclusive)
            return Skip($"queue '{name}', in which it died, is exclusive to another connection");
        var route = new MessageRoute([queue]);
        _last = (octets.ToArray(), route);
        return route;
    }

    private MessageRoute? Skip(string reason)
    {
        SkipReason = reason;
        return null;
    }

    /// <summary>Copies the properties without the headers about deaths.</summary>
    private void ForgetDeaths(in EncodedMessage message)
    {
        _editor.Read(HeadersOf(message));
        _editor.Remove("x-death"u8);
        _editor.Remove("x-first-death-exchange"u8);
        _editor.Remove("x-first-death-queue"u8);
        _editor.Remove("x-first-death-reason"u8);
        _editor.Remove("x-last-death-exchange"u8); // RabbitMQ 3.13 writes these three
        _editor.Remove("x-last-death-queue"u8);
        _editor.Remove("x-last-death-reason"u8);
        _headers.ResetWrittenCount();
        _editor.WriteTo(_headers);
        _properties.ResetWrittenCount();
        EncodedProperties.Rewrite(message.Properties, _headers.WrittenSpan, keepsExpiration: true, _properties);
    }

    private void WriteShort(ReadOnlySpan<byte> text)
    {
        _address.Write([(byte)text.Length]);
        _address.Write(text);
    }
}
