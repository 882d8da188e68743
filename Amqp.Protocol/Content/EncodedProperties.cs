using System.Buffers;
using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>The few properties that the server needs from every message. The other properties are not decoded.</summary>
public readonly ref struct EncodedProperties
{
    private EncodedProperties(
        PropertyFlags flags,
        byte deliveryMode,
        byte priority,
        ReadOnlySpan<byte> headers,
        ReadOnlySpan<byte> replyTo,
        ReadOnlySpan<byte> expiration,
        ReadOnlySpan<byte> userId)
    {
        Flags = flags;
        DeliveryMode = deliveryMode;
        Priority = priority;
        Headers = headers;
        ReplyTo = replyTo;
        Expiration = expiration;
        UserId = userId;
    }

    /// <summary>The first 16 bits of the property flags.</summary>
    public PropertyFlags Flags { get; }

    /// <summary>2 for a persistent message; 0 if the message has no delivery mode.</summary>
    public byte DeliveryMode { get; }

    public byte Priority { get; }

    /// <summary>The fields of the headers table, without the length of the table. Empty if the message has no headers.</summary>
    public ReadOnlySpan<byte> Headers { get; }

    public ReadOnlySpan<byte> ReplyTo { get; }

    /// <summary>The expiration as the publisher wrote it. Empty if there is none.</summary>
    public ReadOnlySpan<byte> Expiration { get; }

    public ReadOnlySpan<byte> UserId { get; }

    public bool IsPersistent => DeliveryMode == 2;

    /// <summary>Reads and validates an encoded property list.</summary>
    /// <param name="properties">The property flags and the properties.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables and arrays in the headers.</param>
    /// <exception cref="AmqpException">502: the list is shorter or longer than its flags say, or the headers are malformed.</exception>
    public static EncodedProperties Read(ReadOnlySpan<byte> properties, int maxTableDepth = int.MaxValue)
    {
        var encoded = ReadAccepted(properties);
        FieldTableCodec.Validate(encoded.Headers, maxTableDepth);
        return encoded;
    }

    /// <summary>Reads a property list that <see cref="Read"/> has accepted before. Does not validate the headers again.</summary>
    public static EncodedProperties ReadAccepted(ReadOnlySpan<byte> properties)
    {
        // Shortcut for the most common list, which has only a delivery mode.
        if (properties.Length == 3 && properties[0] == 0x10 && properties[1] == 0)
            return new EncodedProperties(PropertyFlags.DeliveryMode, properties[2], 0, default, default, default, default);
        var reader = new WireReader(properties);
        var flags = (PropertyFlags)reader.ReadUInt16();
        for (var more = flags; (more & PropertyFlags.Continuation) != 0;)
            more = (PropertyFlags)reader.ReadUInt16();

        byte deliveryMode = 0, priority = 0;
        ReadOnlySpan<byte> headers = default, replyTo = default, expiration = default, userId = default;
        if ((flags & PropertyFlags.ContentType) != 0)
            reader.ReadShortStringBytes();
        if ((flags & PropertyFlags.ContentEncoding) != 0)
            reader.ReadShortStringBytes();
        if ((flags & PropertyFlags.Headers) != 0)
            headers = reader.ReadLongString();
        if ((flags & PropertyFlags.DeliveryMode) != 0)
            deliveryMode = reader.ReadByte();
        if ((flags & PropertyFlags.Priority) != 0)
            priority = reader.ReadByte();
        for (var flag = PropertyFlags.CorrelationId; flag >= PropertyFlags.ClusterId; flag = (PropertyFlags)((ushort)flag >> 1))
        {
            if ((flags & flag) == 0)
                continue;
            if (flag == PropertyFlags.Timestamp)
                reader.ReadUInt64();
            else if (flag == PropertyFlags.UserId)
                userId = reader.ReadShortStringBytes();
            else if (flag == PropertyFlags.ReplyTo)
                replyTo = reader.ReadShortStringBytes();
            else if (flag == PropertyFlags.Expiration)
                expiration = reader.ReadShortStringBytes();
            else
                reader.ReadShortStringBytes();
        }
        // More properties may follow, but only if the list has a second word of flags.
        if (!reader.IsAtEnd && (flags & PropertyFlags.Continuation) == 0)
            throw new AmqpException(ReplyCode.SyntaxError, "the property list is longer than its flags say");
        return new EncodedProperties(flags, deliveryMode, priority, headers, replyTo, expiration, userId);
    }

    /// <summary>Copies a property list with another reply-to.</summary>
    /// <param name="properties">A list that <see cref="Read"/> has accepted.</param>
    /// <param name="replyTo">The new reply-to, at most 255 bytes.</param>
    /// <param name="target">Receives the new list.</param>
    /// <returns>Length of the new list.</returns>
    /// <exception cref="ArgumentException">The list has no reply-to, or an empty reply-to.</exception>
    public static int ReplaceReplyTo(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> replyTo, Span<byte> target)
    {
        var current = Read(properties).ReplyTo;
        if (current.IsEmpty || !properties.Overlaps(current, out int start))
            throw new ArgumentException("The properties have no reply-to.", nameof(properties));
        var rest = properties[(start + current.Length)..];
        properties[..start].CopyTo(target);
        target[start - 1] = checked((byte)replyTo.Length);
        replyTo.CopyTo(target[start..]);
        rest.CopyTo(target[(start + replyTo.Length)..]);
        return start + replyTo.Length + rest.Length;
    }

    /// <summary>Copies a property list with new headers.</summary>
    /// <param name="properties">A list that <see cref="Read"/> has accepted.</param>
    /// <param name="headers">The new headers.</param>
    /// <param name="keepsExpiration">False to leave out the expiration.</param>
    /// <param name="output">Receives the new list.</param>
    /// <param name="timestamp">New timestamp in seconds since 1970-01-01 UTC; null to keep the old one.</param>
    public static void Rewrite(
        ReadOnlySpan<byte> properties, FieldTable headers, bool keepsExpiration, IBufferWriter<byte> output, ulong? timestamp = null)
    {
        var fields = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(fields, headers);
        Rewrite(properties, fields.WrittenSpan[sizeof(uint)..], keepsExpiration, output, timestamp);
    }

    /// <summary>Copies a property list with new headers. The caller has encoded the headers, without the length of the table.</summary>
    /// <inheritdoc cref="Rewrite(ReadOnlySpan{byte}, FieldTable, bool, IBufferWriter{byte}, ulong?)"/>
    public static void Rewrite(
        ReadOnlySpan<byte> properties,
        ReadOnlySpan<byte> headers,
        bool keepsExpiration,
        IBufferWriter<byte> output,
        ulong? timestamp = null)
    {
        var reader = new WireReader(properties);
        var writer = new WireWriter(output);
        var flags = (PropertyFlags)reader.ReadUInt16();
        var added = PropertyFlags.Headers | (timestamp is null ? 0 : PropertyFlags.Timestamp);
        writer.WriteUInt16((ushort)((flags | added) & (keepsExpiration ? (PropertyFlags)ushort.MaxValue : ~PropertyFlags.Expiration)));
        for (var more = flags; (more & PropertyFlags.Continuation) != 0;)
            writer.WriteUInt16((ushort)(more = (PropertyFlags)reader.ReadUInt16()));
        for (var flag = PropertyFlags.ContentType; flag >= PropertyFlags.ClusterId; flag = (PropertyFlags)((ushort)flag >> 1))
        {
            if (flag == PropertyFlags.Headers)
                writer.WriteLongString(headers);
            bool isReplaced = flag == PropertyFlags.Headers || (flag == PropertyFlags.Timestamp && timestamp is not null);
            if (flag == PropertyFlags.Timestamp && timestamp is { } seconds)
                writer.WriteUInt64(seconds);
            if ((flags & flag) == 0)
                continue;
            var before = reader.Rest;
            Skip(ref reader, flag);
            if (!isReplaced && (flag != PropertyFlags.Expiration || keepsExpiration))
                output.Write(before[..(before.Length - reader.Rest.Length)]);
        }
        output.Write(reader.Rest); // properties whose flags are in a later word
    }

    /// <summary>Returns one property in its encoded form, without a length prefix. Empty if the property is absent.</summary>
    /// <param name="properties">A list that <see cref="Read"/> has accepted.</param>
    /// <param name="wanted">Flag of the property.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> properties, PropertyFlags wanted)
    {
        var reader = new WireReader(properties);
        var flags = (PropertyFlags)reader.ReadUInt16();
        if ((flags & wanted) == 0)
            return default;
        for (var more = flags; (more & PropertyFlags.Continuation) != 0;)
            more = (PropertyFlags)reader.ReadUInt16();
        for (var flag = PropertyFlags.ContentType; ; flag = (PropertyFlags)((ushort)flag >> 1))
        {
            if ((flags & flag) == 0)
                continue;
            var value = flag switch
            {
                PropertyFlags.Headers => reader.ReadLongString(),
                PropertyFlags.DeliveryMode or PropertyFlags.Priority => reader.Take(1),
                PropertyFlags.Timestamp => reader.Take(8),
                _ => reader.ReadShortStringBytes(),
            };
            if (flag == wanted)
                return value;
        }
    }

    /// <summary>
    /// Returns the offset of the headers table in a property list; -1 if the list has no headers. The table begins with its length.
    /// </summary>
    public static int HeadersOffset(ReadOnlySpan<byte> properties)
    {
        var flags = (PropertyFlags)BinaryPrimitives.ReadUInt16BigEndian(properties);
        if ((flags & PropertyFlags.Headers) == 0)
            return -1;
        var reader = new WireReader(properties);
        for (var more = (PropertyFlags)reader.ReadUInt16(); (more & PropertyFlags.Continuation) != 0;)
            more = (PropertyFlags)reader.ReadUInt16();
        if ((flags & PropertyFlags.ContentType) != 0)
            reader.ReadShortStringBytes();
        if ((flags & PropertyFlags.ContentEncoding) != 0)
            reader.ReadShortStringBytes();
        return properties.Length - reader.Rest.Length;
    }

    private static void Skip(ref WireReader reader, PropertyFlags flag)
    {
        switch (flag)
        {
            case PropertyFlags.Headers:
                reader.ReadLongString();
                break;
            case PropertyFlags.DeliveryMode or PropertyFlags.Priority:
                reader.ReadByte();
                break;
            case PropertyFlags.Timestamp:
                reader.ReadUInt64();
                break;
            default:
                reader.ReadShortStringBytes();
                break;
        }
    }
}
