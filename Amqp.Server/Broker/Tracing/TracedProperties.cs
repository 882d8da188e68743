using Amqp.Protocol;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Converts message properties to a table for the firehose. Like RabbitMQ's table, it has AMQP's order reversed.</summary>
internal static class TracedProperties
{
    private static readonly (string Name, PropertyFlags Flag)[] _names =
    [
        ("cluster_id", PropertyFlags.ClusterId), ("app_id", PropertyFlags.AppId), ("user_id", PropertyFlags.UserId),
        ("type", PropertyFlags.Type),
        ("timestamp", PropertyFlags.Timestamp), ("message_id", PropertyFlags.MessageId), ("expiration", PropertyFlags.Expiration),
        ("reply_to", PropertyFlags.ReplyTo), ("correlation_id", PropertyFlags.CorrelationId), ("priority", PropertyFlags.Priority),
        ("delivery_mode", PropertyFlags.DeliveryMode),
        ("headers", PropertyFlags.Headers),
        ("content_encoding", PropertyFlags.ContentEncoding),
        ("content_type", PropertyFlags.ContentType),
    ];

    /// <param name="properties">Property flags and list. Texts may be invalid UTF-8.</param>
    public static FieldTable Of(ReadOnlySpan<byte> properties)
    {
        var flags = EncodedProperties.Read(properties).Flags;
        var fields = new List<KeyValuePair<string, FieldValue>>();
        foreach (var (name, flag) in _names)
            if ((flags & flag) != 0)
                fields.Add(new(name, Value(flag, EncodedProperties.Find(properties, flag))));
        return new FieldTable(fields);
    }

    private static FieldValue Value(PropertyFlags flag, ReadOnlySpan<byte> encoded) => flag switch
    {
        PropertyFlags.Headers => FieldValue.FromTable(FieldTableCodec.Read(encoded)),
        PropertyFlags.DeliveryMode or PropertyFlags.Priority => FieldValue.FromInt32(encoded[0]),
        PropertyFlags.Timestamp => Number((long)new WireReader(encoded).ReadUInt64()),
        _ => FieldValue.FromString(encoded),
    };

    /// <summary>Returns a signed 32-bit integer, as RabbitMQ does, or a 64-bit integer for a larger value.</summary>
    private static FieldValue Number(long value) =>
        value is >= int.MinValue and <= int.MaxValue ? FieldValue.FromInt32((int)value) : FieldValue.FromInt64(value);
}
