using Amqp.Protocol;

namespace Amqp.Server.Broker.Messages;

/// <summary>The address and the properties of a stored message, decoded for display.</summary>
internal sealed record DecodedMessage(string Exchange, string RoutingKey, BasicProperties Properties)
{
    /// <summary>Decodes a stored message.</summary>
    /// <exception cref="AmqpException">502: the property list does not match its flags.</exception>
    public static DecodedMessage Of(in EncodedMessage message)
    {
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        return new DecodedMessage(OctetText.Decode(exchange), OctetText.Decode(routingKey), BasicProperties.Read(message.Properties));
    }
}
