using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles direct reply-to: methods that name RabbitMQ's pseudo-queue <c>amq.rabbitmq.reply-to</c>.</summary>
internal static class DirectReplyToHandlers
{
    /// <summary>If the reply-to of a request is the pseudo-queue, replaces it by the name of the channel's reply consumer.</summary>
    /// <exception cref="AmqpException">406: the channel has no reply consumer.</exception>
    public static void NameRequester(AmqpChannel channel)
    {
        var request = EncodedMessage.Read(channel.Content.Head);
        var properties = EncodedProperties.Read(request.Properties, channel.Connection.Options.Limits.MaxTableDepth);
        if (!properties.ReplyTo.SequenceEqual("amq.rabbitmq.reply-to"u8))
            return;
        if (channel.ReplyConsumer is not { } consumer) // needs no lock: only this thread writes the property
            throw channel.Session.Publisher.NoRequester(channel.Content.Head);
        channel.Content.ReplaceReplyTo(consumer.EncodedName);
    }

    public static void Consume(AmqpChannel channel, BasicConsume method)
    {
        lock (channel.Gate)
        {
            channel.Session.Consumers.DemandRoom(method.ConsumerTag);
            if (!method.NoAck)
                throw new AmqpException(ReplyCode.PreconditionFailed, "reply consumer cannot acknowledge");
            if (channel.ReplyConsumer is not null)
                throw new AmqpException(ReplyCode.PreconditionFailed, "reply consumer already set");
            channel.ReplyConsumer = new ReplyConsumer(
                channel, method.ConsumerTag.Length == 0 ? ReservedNames.NewConsumerTag() : method.ConsumerTag);
        }
        if (!method.NoWait)
            channel.Send(new BasicConsumeOk(channel.ReplyConsumer.Tag));
    }

    /// <summary>Answers a queue.declare that names the pseudo-queue or a reply consumer. Declares nothing.</summary>
    /// <remarks>Before a client replies, it sends this queue.declare to check whether the requester still waits.</remarks>
    public static void Declare(AmqpChannel channel, string name, bool noWait)
    {
        channel.LastQueue = name;
        if (!noWait)
            channel.Send(new QueueDeclareOk(name, MessageCount: 0, ConsumerCount: 1));
    }
}
