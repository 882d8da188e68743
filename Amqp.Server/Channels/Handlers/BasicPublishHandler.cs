using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles a basic.publish whose content is complete.</summary>
internal static class BasicPublishHandler
{
    /// <summary>Publishes the message that the channel has assembled.</summary>
    /// <exception cref="AmqpException">The publish is refused.</exception>
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
        properties.Length >= sizeof(ushort)
            && ((PropertyFlags)BinaryPrimitives.ReadUInt16BigEndian(properties) & PropertyFlags.ReplyTo) != 0;
}
