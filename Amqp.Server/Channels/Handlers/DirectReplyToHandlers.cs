using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Direct reply-to: what methods mean that name the pseudo-queue <c>amq.rabbitmq.reply-to</c>, in RabbitMQ's words.</summary>
internal static class DirectReplyToHandlers
{
    /// <summary>Gives a request that asks for it the name that its reply shall be sent to.</summary>
    /// <exception cref="AmqpException">406: the channel takes no replies.</exception>
    public static void NameRequester(AmqpChannel channel)
    {
        var request = EncodedMessage.Read(channel.Content.Head);
        var properties = EncodedProperties.Read(request.Properties, channel.Connection.Options.Limits.MaxTableDepth);
        if (!properties.ReplyTo.SequenceEqual("amq.rabbitmq.reply-to"u8))
            return;
        if (channel.ReplyConsumer is not { } consumer) // only this thread ever sets it
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
            channel.ReplyConsumer = new ReplyConsumer(channel, method.ConsumerTag.Length == 0 ? ReservedNames.NewConsumerTag() : method.ConsumerTag);
        }
        if (!method.NoWait)
            channel.Send(new BasicConsumeOk(channel.ReplyConsumer.Tag));
    }

    /// <summary>Declares nothing: the pseudo-queue is always there, and the name of a requester for as long as the requester is. So one asks whether it still waits.</summary>
    public static void Declare(AmqpChannel channel, string name, bool noWait)
    {
        channel.LastQueue = name;
        if (!noWait)
            channel.Send(new QueueDeclareOk(name, MessageCount: 0, ConsumerCount: 1));
    }
}
