using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A message that a <see cref="LocalSession"/> took from a queue.</summary>
/// <param name="Tag">To settle it by.</param>
/// <param name="IsRedelivered">Whether it was delivered before.</param>
/// <param name="Exchange">Where it was published.</param>
/// <param name="RoutingKey">The key that it was published with.</param>
/// <param name="Left">Messages that were ready behind it.</param>
/// <param name="EncodedProperties">Flags and property list.</param>
/// <param name="Body">The beginning of its body.</param>
/// <param name="BodyLength">Octets of the whole body.</param>
internal sealed record LocalMessage(
    ulong Tag, bool IsRedelivered, string Exchange, string RoutingKey, long Left, byte[] EncodedProperties, byte[] Body, long BodyLength)
{
    /// <summary>Octets of it that are kept here, properties and body.</summary>
    public long Size => EncodedProperties.Length + Body.Length;

    /// <exception cref="AmqpException">502: they are not what their flags say.</exception>
    public BasicProperties Properties => BasicProperties.Read(EncodedProperties);
}
