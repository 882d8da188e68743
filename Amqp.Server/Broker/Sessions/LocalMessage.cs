using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A message that a <see cref="LocalSession"/> took from a queue.</summary>
/// <param name="Tag">The delivery tag, for the settlement.</param>
/// <param name="IsRedelivered">True if the message was delivered before.</param>
/// <param name="Exchange">The exchange that the message was published to.</param>
/// <param name="RoutingKey">The routing key that the message was published with.</param>
/// <param name="Left">Number of messages that were left in the queue.</param>
/// <param name="EncodedProperties">Property flags and list.</param>
/// <param name="Body">The body, or its beginning.</param>
/// <param name="BodyLength">Octets of the complete body.</param>
internal sealed record LocalMessage(
    ulong Tag, bool IsRedelivered, string Exchange, string RoutingKey, long Left, byte[] EncodedProperties, byte[] Body, long BodyLength)
{
    /// <summary>Octets of the properties and of that part of the body which this object holds.</summary>
    public long Size => EncodedProperties.Length + Body.Length;

    /// <exception cref="AmqpException">502: the properties do not agree with their flags.</exception>
    public BasicProperties Properties => BasicProperties.Read(EncodedProperties);
}
