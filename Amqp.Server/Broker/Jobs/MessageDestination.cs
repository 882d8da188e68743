using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Jobs;

/// <summary>The queues or the exchange to which a job sends messages. Used by one thread at a time, which holds no lock.</summary>
internal abstract class MessageDestination
{
    /// <summary>The destination in words, such as <c>queue 'x'</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Returns true if the destination is this queue.</summary>
    public virtual bool Is(Queue queue) => false;

    /// <summary>The reason for which <see cref="Find"/> has found no route.</summary>
    public string SkipReason { get; protected set; } = "";

    /// <summary>
    /// Returns the reason for which the message must stay; null if the job can send it. Called under the lock of the source.
    /// </summary>
    public virtual string? ReasonToStay(in EncodedMessage message) => null;

    /// <summary>Finds the queues for a message.</summary>
    /// <param name="session">Session of the user who started the job.</param>
    /// <param name="message">The message, as it is stored in its old queue.</param>
    /// <param name="head">The head with which the message is stored in its new queues.</param>
    /// <returns>The route; null if the message must stay, for <see cref="SkipReason"/>.</returns>
    /// <exception cref="BrokerException">No message can be sent, for example because the user lacks a permission.</exception>
    public abstract MessageRoute? Find(BrokerSession session, in EncodedMessage message, out ReadOnlySpan<byte> head);

    /// <summary>Returns the head of a message that is stored anew, without the marks of its old queue.</summary>
    protected static ReadOnlySpan<byte> NewHead(in EncodedMessage message) => message.IsPlain
        ? message.Head
        : EncodedMessage.NewHead(message.Address, message.Properties, message.HiddenKeys);
}

/// <summary>A queue. The messages keep their exchange and routing key, so that they look the same in their new queue.</summary>
internal sealed class QueueDestination : MessageDestination
{
    private readonly Queue _queue;
    private readonly MessageRoute _route;

    /// <param name="session">Session of the user. It must be allowed to publish to the default exchange, as a client must.</param>
    /// <param name="name">Name of the queue.</param>
    /// <exception cref="BrokerException">403, 404 or 405: the user may not write to the queue, or the queue does not exist.</exception>
    public QueueDestination(BrokerSession session, string name)
    {
        session.Access.DemandExchange(AccessKind.Write, "");
        _queue = session.Client.VirtualHost.GetQueue(name, session.Client);
        _queue.Faults.DemandRunning();
        _route = new MessageRoute([_queue]);
    }

    public override string Name => $"queue '{_queue.Name}'";

    public override bool Is(Queue queue) => ReferenceEquals(queue, _queue);

    public override MessageRoute? Find(BrokerSession session, in EncodedMessage message, out ReadOnlySpan<byte> head)
    {
        session.Access.DemandExchange(AccessKind.Write, "");
        head = NewHead(message);
        return _route;
    }
}

/// <summary>An exchange. The messages are published to it as a client would publish them.</summary>
internal sealed class ExchangeDestination : MessageDestination
{
    private readonly string _exchange;
    private readonly ArrayBufferWriter<byte> _address = new();
    private readonly byte[]? _key; // null: each message keeps its key

    /// <param name="session">Session of the user.</param>
    /// <param name="exchange">Name of the exchange.</param>
    /// <param name="routingKey">Routing key of all messages; null if each message keeps its own.</param>
    /// <exception cref="BrokerException">403 or 404: the user may not publish to the exchange, or it does not exist.</exception>
    public ExchangeDestination(BrokerSession session, string exchange, string? routingKey)
    {
        session.Access.DemandExchange(AccessKind.Write, exchange);
        session.Client.VirtualHost.GetExchange(exchange);
        _exchange = exchange;
        _key = routingKey is null ? null : OctetText.Encode(routingKey);
    }

    public override string Name => _exchange.Length == 0 ? "the default exchange" : $"exchange '{_exchange}'";

    public override MessageRoute? Find(BrokerSession session, in EncodedMessage message, out ReadOnlySpan<byte> head)
    {
        PublishAddress.Split(message.Address, out _, out var oldKey);
        return Find(session, message, _key is null ? oldKey : _key, message.Properties, out head);
    }

    /// <summary>Finds the queues for a message that is published with another routing key and other properties.</summary>
    public MessageRoute? Find(
        BrokerSession session,
        in EncodedMessage message,
        ReadOnlySpan<byte> routingKey,
        ReadOnlySpan<byte> properties,
        out ReadOnlySpan<byte> head)
    {
        _address.ResetWrittenCount();
        var writer = new WireWriter(_address);
        writer.WriteShortString(_exchange);
        writer.WriteByte((byte)routingKey.Length);
        _address.Write(routingKey);
        var route = Route(session, properties);
        head = EncodedMessage.NewHead(_address.WrittenSpan, properties, message.HiddenKeys);
        return route;
    }

    private MessageRoute? Route(BrokerSession session, ReadOnlySpan<byte> properties)
    {
        try
        {
            var headers = EncodedProperties.ReadAccepted(properties).Headers;
            var route = session.Publisher.Routes.Find(_address.WrittenSpan, properties, headers, out var tally);
            if (route.IsUnrouted)
            {
                SkipReason = $"no queue for it: no binding of {Name} matches";
                return null;
            }
            tally.Note(route.Queues.Length);
            return route;
        }
        catch (BrokerException error) when (error.Error == BrokerError.Precondition)
        {
            SkipReason = error.Message;
            return null;
        }
    }
}
