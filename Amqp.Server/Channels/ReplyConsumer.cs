using System.Text;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Channels;

/// <summary>
/// A channel's consumer of direct reply-to. A message whose routing key is the consumer's name is sent to the client, and no queue stores
/// the message.
/// </summary>
/// <remarks>
/// <para>The lock of the connection's outbox guards the consumer. The thread that publishes a reply writes the reply to the outbox, and no
/// queue stores it. As in RabbitMQ, a reply is delivered at most once, in no defined order with deliveries from queues, and is not limited
/// by prefetch. Replies are discarded while too much output is pending, so that a requester that does not read costs bounded
/// memory.</para>
/// <para>A cached route may lead to a consumer whose channel has closed, so a cancelled consumer holds no reference to its channel.</para>
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

    /// <summary>The name that replaces the pseudo-queue in the reply-to of the client's requests.</summary>
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
