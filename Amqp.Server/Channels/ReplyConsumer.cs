using System.Text;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Channels;

/// <summary>A basic.consume of direct reply-to: what is published with its name as the routing key goes straight to its client.</summary>
/// <remarks>
/// <para>The lock of the connection's outbox owns it. A reply is written by the thread that published it, into no queue: RabbitMQ
/// promises at most one delivery, and neither order nor back-pressure between it and what queues deliver. So that a requester that
/// does not read costs bounded memory, replies are dropped while too much waits to be sent to it.</para>
/// <para>Remembered routes may lead here when the channel is long gone: it is let go of then.</para>
/// </remarks>
internal sealed class ReplyConsumer : IReplyConsumer
{
    private readonly byte[] _tag;
    private AmqpChannel? _channel; // written under the gate; null once it is cancelled

    public ReplyConsumer(AmqpChannel channel, string tag)
    {
        (_channel, Tag, _tag) = (channel, tag, Encoding.UTF8.GetBytes(tag));
        Name = ReservedNames.NewReplyToName();
        EncodedName = Encoding.UTF8.GetBytes(Name);
        channel.Connection.VirtualHost.Routing.Replies.Add(Name, this);
    }

    public string Tag { get; }

    /// <summary>The name that its client's requests bear as their reply-to.</summary>
    public string Name { get; }

    /// <summary>The same in UTF-8.</summary>
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
                channel.Number, _tag, channel.Session.Deliveries.NextTag(), redelivered: false, message.Address, message.Properties, body, connection.FrameMax);
            isFlushDue = outbox.IsFlushDue;
        }
        round.Touch(outbox);
        if (isFlushDue)
            outbox.Flush();
        return true;
    }

    /// <summary>Nothing is delivered any more. Under the gate.</summary>
    public void Cancel()
    {
        if (_channel is not { } channel)
            return;
        channel.Connection.VirtualHost.Routing.Replies.Remove(Name);
        channel.ReplyConsumer = null;
        Volatile.Write(ref _channel, null);
    }
}
