using System.Buffers.Binary;
using System.Security.Cryptography;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>The key by which a repeat of a message is recognised.</summary>
/// <param name="Hash">Hash of the value that the publisher gave. So every key takes the same memory, however long the value is.</param>
/// <param name="Due">
/// Time when the key expires, in milliseconds since 1970-01-01 UTC; <see cref="Deadline.Never"/> if it does not expire.
/// </param>
internal readonly record struct MessageKey(UInt128 Hash, long Due)
{
    /// <summary>Name of the message header that overrides the lifetime of the key, in milliseconds.</summary>
    public const string LifetimeHeader = "x-cache-ttl";

    /// <summary>Reads the key of a message. Returns false if the message has none: it is never a repeat.</summary>
    /// <param name="properties">Property flags and property list.</param>
    /// <param name="headers">The encoded fields of the headers table, without the length.</param>
    /// <param name="settings">The header that holds the key, and the usual lifetime of keys.</param>
    /// <param name="now">Time of publishing, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="key">The key.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, DeduplicationSettings settings, long now, out MessageKey key)
    {
        key = default;
        if (!TryHash(properties, headers, settings, out var hash))
            return false;
        long lifetime = settings.Lifetime ?? Deadline.Never;
        if (EncodedFieldTable.TryFind(headers, "x-cache-ttl"u8, out var own) && IntegerOf(own) is > 0 and var given)
            lifetime = given;
        key = new MessageKey(hash, lifetime == Deadline.Never ? Deadline.Never : Deadline.After(now, lifetime));
        return true;
    }

    private static bool TryHash(
        ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, DeduplicationSettings settings, out UInt128 hash)
    {
        hash = default;
        if (EncodedFieldTable.TryFind(headers, settings.EncodedHeader, out var value))
        {
            if ((FieldType)value[0] == FieldType.Void)
                return false;
            hash = HashOf(value);
            return true;
        }
        if (!settings.UsesMessageId || properties.IsEmpty)
            return false;
        var id = EncodedProperties.Find(properties, PropertyFlags.MessageId);
        if (id.IsEmpty)
            return false;
        hash = HashOfText(id);
        return true;
    }

    /// <summary>Hashes a header. Integers of different widths are equal, and so are texts and byte arrays with the same bytes.</summary>
    private static UInt128 HashOf(ReadOnlySpan<byte> value)
    {
        if ((FieldType)value[0] is FieldType.LongString or FieldType.ByteArray)
            return Hashed(value[1..]); // the length that precedes the bytes keeps texts apart from the other forms
        if (IntegerOf(value) is not { } number)
            return Hashed(value);
        Span<byte> integer = stackalloc byte[1 + sizeof(long)];
        integer[0] = (byte)FieldType.Int64;
        BinaryPrimitives.WriteInt64BigEndian(integer[1..], number);
        return Hashed(integer);
    }

    /// <summary>Hashes a property, so that it equals a header with the same text.</summary>
    private static UInt128 HashOfText(ReadOnlySpan<byte> text)
    {
        Span<byte> encoded = stackalloc byte[sizeof(uint) + ShortString.MaxLength];
        BinaryPrimitives.WriteUInt32BigEndian(encoded, (uint)text.Length);
        text.CopyTo(encoded[sizeof(uint)..]);
        return Hashed(encoded[..(sizeof(uint) + text.Length)]);
    }

    private static UInt128 Hashed(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    /// <summary>Returns an encoded value as an integer; null if it has another type.</summary>
    private static long? IntegerOf(ReadOnlySpan<byte> value) => (FieldType)value[0] switch
    {
        FieldType.SByte => (sbyte)value[1],
        FieldType.Byte => value[1],
        FieldType.Int16 => BinaryPrimitives.ReadInt16BigEndian(value[1..]),
        FieldType.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(value[1..]),
        FieldType.Int32 => BinaryPrimitives.ReadInt32BigEndian(value[1..]),
        FieldType.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(value[1..]),
        FieldType.Int64 or FieldType.Int64Alias => BinaryPrimitives.ReadInt64BigEndian(value[1..]),
        _ => null,
    };
}
