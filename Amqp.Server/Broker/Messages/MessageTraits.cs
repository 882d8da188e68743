using Amqp.Protocol;

namespace Amqp.Server.Broker.Messages;

/// <summary>The properties of a message that decide how the message is stored.</summary>
/// <param name="IsPersistent">True if the message survives a restart in durable queues.</param>
/// <param name="Priority">Priority of the message; 0 if the publisher gave none.</param>
/// <param name="Expiration">Expiration that the publisher gave, in milliseconds, or <see cref="Expiry.None"/>.</param>
internal readonly record struct MessageTraits(bool IsPersistent, byte Priority, long Expiration)
{
    /// <summary>Reads the properties that decide how a published message is stored.</summary>
    /// <exception cref="Errors.BrokerException">406: the expiration is negative, longer than ten years, or not a number.</exception>
    public static MessageTraits Of(in EncodedProperties properties) =>
        new(properties.IsPersistent, properties.Priority, Expiry.Of(properties));
}
