using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A message that a <see cref="LocalSession"/> took from a queue.</summary>
/// <param name="Tag">The delivery tag, to acknowledge or reject the message.</param>
/// <param name="IsRedelivered">True if the message was delivered before.</param>
/// <param name="Exchange">The exchange that the message was published to.</param>
/// <param name="RoutingKey">The routing key that the message was published with.</param>
/// <param name="Left">Number of messages that are left in the queue.</param>
/// <param name="EncodedProperties">Property flags and property list.</param>
/// <param name="Body">The body, or only its beginning.</param>
/// <param name="BodyLength">Octets of the whole body.</param>
internal sealed record LocalMessage(
    ulong Tag, bool IsRedelivered, string Exchange, string RoutingKey, long Left, byte[] EncodedProperties, byte[] Body, long BodyLength)
{
    /// <summary>Octets of the properties and of <see cref="Body"/>, which may be only the beginning of the whole body.</summary>
    public long Size => EncodedProperties.Length + Body.Length;

    /// <exception cref="AmqpException">502: the property list does not match its flags.</exception>
    public BasicProperties Properties => BasicProperties.Read(EncodedProperties);
}
