using System.Text;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Channels;

/// <summary>A channel's direct reply-to consumer. Replies are sent to the client at once, and never stored.</summary>
/// <remarks>
/// As in RabbitMQ, a reply is delivered at most once, and prefetch does not apply. A reply is discarded if too much output is pending. The
/// lock of the connection's outbox guards the state.
/// </remarks>
internal sealed class ReplyConsumer : IReplyConsumer
{
    private readonly byte[] _tag;
    private AmqpChannel? _channel; // written with the lock held; null once the consumer is cancelled

    public ReplyConsumer(AmqpChannel channel, string tag)
    {
        (_channel, Tag, _tag) = (channel, tag, Encoding.UTF8.GetBytes(tag));
        Name = ReservedNames.NewReplyToName();
        EncodedName = Encoding.UTF8.GetBytes(Name);
        channel.Connection.VirtualHost.Routing.Replies.Add(Name, this);
    }

    public string Tag { get; }

    /// <summary>The name that replaces the name of the pseudo-queue in the property reply-to of requests.</summary>
    public string Name { get; }

    /// <summary><see cref="Name"/> in UTF-8.</summary>
    public byte[] EncodedName { get; }

    /// <inheritdoc/>
    public bool Deliver(in EncodedMessage message, ReadOnlySpan<byte> body, DispatchRound round)
    {
        if (Volatile.Read(ref _channel) is not { } channel)
            return false;
        var connection = channel.Connection;
        var outbox = connection.Outbox;
        bool isFlushDue;
        lock (outbox.Gate)
        {
            if (_channel is null || !outbox.HasRoomBelow(connection.Options.Connections.ReplyHighWatermark))
                return false;
            outbox.WriteDelivery(
                channel.Number, _tag, channel.Session.Deliveries.NextTag(), redelivered: false, message.Address, message.Properties, body,
                connection.FrameMax);
            isFlushDue = outbox.IsFlushDue;
        }
        round.Touch(outbox);
        if (isFlushDue)
            outbox.Flush();
        return true;
    }

    /// <summary>Ends the deliveries. The caller holds the lock. A second call does nothing.</summary>
    public void Cancel()
    {
        if (_channel is not { } channel)
            return;
        channel.Connection.VirtualHost.Routing.Replies.Remove(Name);
        channel.ReplyConsumer = null;
        Volatile.Write(ref _channel, null);
    }
}
