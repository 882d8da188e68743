using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>A message that was read for display, without taking it from its queue.</summary>
/// <param name="Place">The numbers that identify the message in the store.</param>
/// <param name="Entry">The entry of the message, with its mark of redelivery and its priority or number of requeues.</param>
internal sealed record PeekedMessage(MessagePlace Place, StoredMessage Entry)
{
    /// <summary>Reason why the message could not be read or decoded; null if it was decoded.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Exchange, routing key and properties; null if the message is unreadable.</summary>
    public DecodedMessage? Content { get; init; }

    /// <summary>Bytes of the body.</summary>
    public long BodyLength { get; init; }

    /// <summary>The body, or the beginning of it.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Number of requeues in the record of the message. The entry may contain a higher number.</summary>
    public int Requeues { get; init; }

    /// <summary>Time of publishing, and expiration. Null if the message cannot expire.</summary>
    public MessageStamp? Stamp { get; init; }

    /// <summary>Decodes a message.</summary>
    /// <param name="place">The numbers that identify the message in the store.</param>
    /// <param name="entry">The entry of the message.</param>
    /// <param name="message">The message. Its body may be incomplete.</param>
    /// <param name="unread">Number of bytes of the body that were not read.</param>
    /// <param name="most">Maximum number of bytes of the body to return.</param>
    /// <exception cref="Exception">The bytes are not an encoded message.</exception>
    public static PeekedMessage Of(
        MessagePlace place, in StoredMessage entry, in EncodedMessage message, int unread, int most) =>
        new(place, entry)
        {
            Content = DecodedMessage.Of(message),
            BodyLength = (long)message.Body.Length + unread,
            Body = message.Body[..Math.Min(most, message.Body.Length)].ToArray(),
            Requeues = message.Requeues,
            Stamp = message.Stamp,
        };
}
