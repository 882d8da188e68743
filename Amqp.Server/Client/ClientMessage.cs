using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>A message that another broker delivered or returned.</summary>
/// <param name="Tag">The delivery tag; 0 for a returned message.</param>
/// <param name="IsRedelivered">True if the broker has delivered the message before.</param>
/// <param name="Exchange">The exchange that the message was published to.</param>
/// <param name="RoutingKey">The routing key that the message was published with.</param>
/// <param name="EncodedProperties">Property flags and property list.</param>
/// <param name="Body">The whole body.</param>
internal sealed record ClientMessage(
    ulong Tag, bool IsRedelivered, string Exchange, string RoutingKey, byte[] EncodedProperties, byte[] Body)
{
    /// <exception cref="AmqpException">502: the property list does not match its flags.</exception>
    public BasicProperties Properties => BasicProperties.Read(EncodedProperties);
}
