using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>A key in the message store. Its record is that of its message, or a short record that contains only the key.</summary>
/// <param name="Order">Number by which the keys of a window are sorted by age.</param>
/// <param name="Key">The key with its time of expiry.</param>
/// <param name="Place">The place of the record in the queue of the store that holds the keys.</param>
internal readonly record struct StoredKey(long Order, MessageKey Key, StoredMessage Place)
{
    // Layout of a short record, big-endian: | 0 u8 | 0 u8 | 0x3FFFFFFF u32 | hash, 16 bytes | due i64 | order i64 |
    // The first bytes would be the address and the length of the properties of an encoded message. No message has so long properties.
    private const int Size = sizeof(ushort) + sizeof(uint) + 16 + 2 * sizeof(long);
    private const uint Mark = 0x3FFF_FFFF;
    private const int HashAt = sizeof(ushort) + sizeof(uint), DueAt = HashAt + 16, OrderAt = DueAt + sizeof(long);

    /// <summary>Returns the short record of a key.</summary>
    public static byte[] Write(long order, in MessageKey key)
    {
        byte[] record = new byte[Size];
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(sizeof(ushort)), Mark);
        BinaryPrimitives.WriteUInt128BigEndian(record.AsSpan(HashAt), key.Hash);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(DueAt), key.Due);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(OrderAt), order);
        return record;
    }

    /// <summary>Reads a key from its record.</summary>
    /// <param name="record">A short record, or a message with its time of publishing.</param>
    /// <param name="place">The place of the record.</param>
    /// <param name="settings">The header that holds the key in a message, and the lifetime of keys.</param>
    /// <param name="now">Time of publishing for a message that was stored without this time.</param>
    /// <param name="stored">The key.</param>
    /// <returns>False if the record is a message without a key.</returns>
    /// <exception cref="Exception">The bytes are neither a message nor a short record.</exception>
    public static bool TryRead(
        ReadOnlySpan<byte> record, in StoredMessage place, DeduplicationSettings settings, long now, out StoredKey stored)
    {
        if (record.Length == Size && BinaryPrimitives.ReadUInt32BigEndian(record[sizeof(ushort)..]) == Mark && record[0] == 0)
        {
            var key = new MessageKey(
                BinaryPrimitives.ReadUInt128BigEndian(record[HashAt..]), BinaryPrimitives.ReadInt64BigEndian(record[DueAt..]));
            stored = new StoredKey(BinaryPrimitives.ReadInt64BigEndian(record[OrderAt..]), key, place);
            return true;
        }
        var message = EncodedMessage.Read(record);
        var headers = EncodedProperties.ReadAccepted(message.Properties).Headers;
        bool isFound = MessageKey.TryRead(message.Properties, headers, settings, message.Stamp?.Published ?? now, out var own);
        stored = new StoredKey(place.Sequence, own, place);
        return isFound;
    }
}
