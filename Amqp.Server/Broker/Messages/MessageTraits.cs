using Amqp.Protocol;

namespace Amqp.Server.Broker.Messages;

/// <summary>The properties of a message that decide how the message is stored.</summary>
/// <param name="IsPersistent">True if durable queues keep the message over a restart.</param>
/// <param name="Priority">0 if the publisher gave none.</param>
/// <param name="Expiration">Milliseconds that the message may stay in a queue, or <see cref="Expiry.None"/>.</param>
internal readonly record struct MessageTraits(bool IsPersistent, byte Priority, long Expiration)
{
    /// <summary>Reads the traits of a publish from its properties.</summary>
    /// <exception cref="Errors.BrokerException">406: the expiration is negative, longer than ten years, or not a number.</exception>
    public static MessageTraits Of(in EncodedProperties properties) =>
        new(properties.IsPersistent, properties.Priority, Expiry.Of(properties));
}
