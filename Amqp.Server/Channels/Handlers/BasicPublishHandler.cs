using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Channels.Handlers;

/// <summary>basic.publish, once its content is whole.</summary>
internal static class BasicPublishHandler
{
    /// <summary>Takes the message that the channel has gathered.</summary>
    /// <exception cref="AmqpException">Names basic.publish as the cause, unless the content cannot be read at all.</exception>
    public static void Publish(AmqpChannel channel, ReadOnlySpan<byte> body)
    {
        try
        {
            var content = channel.Content;
            if (content.Immediate)
                throw new AmqpException(ReplyCode.NotImplemented, "immediate=true", BasicPublish.Id);
            if (HasReplyTo(EncodedMessage.Read(content.Head).Properties))
                DirectReplyToHandlers.NameRequester(channel);
            channel.Session.Publish(content.Head, body, content.Mandatory);
            content.Release();
        }
        catch (BrokerException error)
        {
            throw error.ToAmqp(BasicPublish.Id);
        }
    }

    private static bool HasReplyTo(ReadOnlySpan<byte> properties) =>
        properties.Length >= sizeof(ushort) && ((PropertyFlags)BinaryPrimitives.ReadUInt16BigEndian(properties) & PropertyFlags.ReplyTo) != 0;
}
