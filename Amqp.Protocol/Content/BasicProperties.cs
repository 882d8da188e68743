using System.Buffers;

namespace Amqp.Protocol;

/// <summary>The decoded properties of a message. A property is null if the message does not have it.</summary>
public sealed record BasicProperties
{
    public string? ContentType { get; init; }
    public string? ContentEncoding { get; init; }
    public FieldTable? Headers { get; init; }

    /// <summary>1 for a transient message, 2 for a persistent message.</summary>
    public byte? DeliveryMode { get; init; }

    public byte? Priority { get; init; }
    public string? CorrelationId { get; init; }
    public string? ReplyTo { get; init; }

    /// <summary>Time to live of the message in milliseconds, as text.</summary>
    public string? Expiration { get; init; }

    public string? MessageId { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public ulong? Timestamp { get; init; }

    public string? Type { get; init; }
    public string? UserId { get; init; }
    public string? AppId { get; init; }
    public string? ClusterId { get; init; }

    /// <summary>Decodes the property flags and properties of a content header.</summary>
    /// <exception cref="AmqpException">502: a property is missing or malformed.</exception>
    public static BasicProperties Read(ReadOnlySpan<byte> properties)
    {
        var reader = new WireReader(properties);
        var flags = (PropertyFlags)reader.ReadUInt16();
        for (var more = flags; (more & PropertyFlags.Continuation) != 0;)
            more = (PropertyFlags)reader.ReadUInt16();
        // Each initialiser reads the next encoded property. So the order of the initialisers must not change.
        return new BasicProperties
        {
            ContentType = Has(PropertyFlags.ContentType) ? reader.ReadOctetText() : null,
            ContentEncoding = Has(PropertyFlags.ContentEncoding) ? reader.ReadOctetText() : null,
            Headers = Has(PropertyFlags.Headers) ? reader.ReadTable() : null,
            DeliveryMode = Has(PropertyFlags.DeliveryMode) ? reader.ReadByte() : null,
            Priority = Has(PropertyFlags.Priority) ? reader.ReadByte() : null,
            CorrelationId = Has(PropertyFlags.CorrelationId) ? reader.ReadOctetText() : null,
            ReplyTo = Has(PropertyFlags.ReplyTo) ? reader.ReadOctetText() : null,
            Expiration = Has(PropertyFlags.Expiration) ? reader.ReadOctetText() : null,
            MessageId = Has(PropertyFlags.MessageId) ? reader.ReadOctetText() : null,
            Timestamp = Has(PropertyFlags.Timestamp) ? reader.ReadUInt64() : null,
            Type = Has(PropertyFlags.Type) ? reader.ReadOctetText() : null,
            UserId = Has(PropertyFlags.UserId) ? reader.ReadOctetText() : null,
            AppId = Has(PropertyFlags.AppId) ? reader.ReadOctetText() : null,
            ClusterId = Has(PropertyFlags.ClusterId) ? reader.ReadOctetText() : null,
        };

        bool Has(PropertyFlags flag) => (flags & flag) != 0;
    }

    /// <summary>Writes the property flags and the properties. <see cref="FrameWriter.WriteContent"/> expects this form.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.WriteUInt16((ushort)Flags);
        WriteIfPresent(writer, ContentType);
        WriteIfPresent(writer, ContentEncoding);
        if (Headers is not null)
            writer.WriteTable(Headers);
        if (DeliveryMode is { } mode)
            writer.WriteByte(mode);
        if (Priority is { } priority)
            writer.WriteByte(priority);
        WriteIfPresent(writer, CorrelationId);
        WriteIfPresent(writer, ReplyTo);
        WriteIfPresent(writer, Expiration);
        WriteIfPresent(writer, MessageId);
        if (Timestamp is { } timestamp)
            writer.WriteUInt64(timestamp);
        WriteIfPresent(writer, Type);
        WriteIfPresent(writer, UserId);
        WriteIfPresent(writer, AppId);
        WriteIfPresent(writer, ClusterId);
    }

    private PropertyFlags Flags =>
        (ContentType is null ? 0 : PropertyFlags.ContentType)
        | (ContentEncoding is null ? 0 : PropertyFlags.ContentEncoding)
        | (Headers is null ? 0 : PropertyFlags.Headers)
        | (DeliveryMode is null ? 0 : PropertyFlags.DeliveryMode)
        | (Priority is null ? 0 : PropertyFlags.Priority)
        | (CorrelationId is null ? 0 : PropertyFlags.CorrelationId)
        | (ReplyTo is null ? 0 : PropertyFlags.ReplyTo)
        | (Expiration is null ? 0 : PropertyFlags.Expiration)
        | (MessageId is null ? 0 : PropertyFlags.MessageId)
        | (Timestamp is null ? 0 : PropertyFlags.Timestamp)
        | (Type is null ? 0 : PropertyFlags.Type)
        | (UserId is null ? 0 : PropertyFlags.UserId)
        | (AppId is null ? 0 : PropertyFlags.AppId)
        | (ClusterId is null ? 0 : PropertyFlags.ClusterId);

    private static void WriteIfPresent(WireWriter writer, string? value)
    {
        if (value is not null)
            writer.WriteShortString(value);
    }
}
