using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Management.Views;

/// <summary>The content of a quarantined message, as far as it can be read.</summary>
internal sealed class QuarantinedContent
{
    private QuarantinedContent()
    {
    }

    /// <summary>Reason why the message could not be read or decoded; null if the message was decoded.</summary>
    public string? Unreadable { get; private set; }

    public string Exchange { get; private set; } = "";

    public string RoutingKey { get; private set; } = "";

    public BasicProperties Properties { get; private set; } = new();

    /// <summary>Size of the body, in bytes.</summary>
    public long BodyLength { get; private set; }

    /// <summary>The body, if requested; else null.</summary>
    public byte[]? Body { get; private set; }

    /// <summary>The stored bytes of a message that cannot be decoded, if requested; else null.</summary>
    public byte[]? Stored { get; private set; }

    /// <summary>Reads a message as far as possible. Throws no exception: an error is returned as <see cref="Unreadable"/>.</summary>
    public static QuarantinedContent Read(IQuarantineOwner owner, QuarantinedMessage message, bool withBody)
    {
        var content = new QuarantinedContent();
        try
        {
            if (!owner.TryReadQuarantined(message.Place, out var payload))
                content.Unreadable = "it is not there any more";
            else
                using (payload)
                    content.ReadStored(payload.Payload, isDelayed: owner is DelayedQuarantine, withBody);
        }
        catch (Exception error)
        {
            content.Unreadable = error.Message; // the message is damaged, or the disk cannot be read
        }
        return content;
    }

    private void ReadStored(ReadOnlySpan<byte> stored, bool isDelayed, bool withBody)
    {
        try
        {
            var message = isDelayed ? DelayedMessage.Read(stored).Message : EncodedMessage.Read(stored);
            (Exchange, RoutingKey, Properties) = DecodedMessage.Of(message);
            BodyLength = message.Body.Length;
            if (withBody)
                Body = message.Body.ToArray();
        }
        catch (Exception error) // the bytes may be anything, so decoding may throw any exception
        {
            Unreadable = $"it is no message that this broker understands: {error.Message}";
            if (withBody)
                Stored = stored.ToArray();
        }
    }
}
