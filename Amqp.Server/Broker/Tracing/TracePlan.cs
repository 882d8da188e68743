using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Tracing;

/// <summary>The messages that a trace follows, and its limits.</summary>
/// <param name="VirtualHost">Name of the virtual host.</param>
/// <param name="Queue">Name of the queue whose messages are traced; null for an exchange.</param>
/// <param name="Exchange">Name of the exchange whose messages are traced; null for a queue.</param>
/// <param name="Seconds">Time after which the trace ends.</param>
/// <param name="Hops">Number of hops after which the trace ends.</param>
/// <param name="User">The user who has started the trace.</param>
internal sealed record TracePlan(string VirtualHost, string? Queue, string? Exchange, int Seconds, int Hops, string User)
{
    /// <summary>Only messages with this property message_id; null for any messages.</summary>
    public string? MessageId { get; init; }

    /// <summary>Only messages with this header; null for any messages.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>Returns true if the message satisfies the conditions. Its place is not compared.</summary>
    public bool Wants(ReadOnlySpan<byte> properties)
    {
        if (MessageId is not null && MessageIdOf(properties) != MessageId)
            return false;
        return Header is not { } header
            || (FieldTableCodec.Read(EncodedProperties.ReadAccepted(properties).Headers)[header.Name] is { } value
                && Text(value) == header.Value);
    }

    /// <summary>Returns the property message_id; null if the message has none.</summary>
    public static string? MessageIdOf(ReadOnlySpan<byte> properties) =>
        (EncodedProperties.ReadAccepted(properties).Flags & PropertyFlags.MessageId) != 0
            ? OctetText.Decode(EncodedProperties.Find(properties, PropertyFlags.MessageId))
            : null;

    private static string Text(FieldValue value) => value.Type switch
    {
        FieldType.LongString => value.AsString(),
        FieldType.Boolean => value.AsBoolean() ? "true" : "false",
        _ when value.IsInteger => value.AsInteger().ToString(CultureInfo.InvariantCulture),
        _ when value.IsFloat => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
