using System.Buffers.Binary;

namespace Amqp.Server.Broker;

/// <summary>A message in its one encoded form: written once at publish, stored so, and every delivery is cut from it.</summary>
/// <remarks>The only place where AMQP values become stored bytes.</remarks>
internal readonly ref struct EncodedMessage
{
    // | exchange shortstr | routing key shortstr | properties length u32 | stamp, if the length's top bit says so | property flags and list | body |
    // stamp: | length of what follows u16 | published i64 | expiration i64 | what a later version may add |
    // Head: all but the body. Big-endian, as on the wire.
    private const uint StampedBit = 1u << 31;
    private const int StampSize = sizeof(ushort) + 2 * sizeof(long);

    private EncodedMessage(ReadOnlySpan<byte> head, ReadOnlySpan<byte> address, MessageStamp? stamp, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body)
    {
        Head = head;
        Address = address;
        Stamp = stamp;
        Properties = properties;
        Body = body;
    }

    public ReadOnlySpan<byte> Head { get; }

    /// <summary>Exchange and routing key, as short strings one behind the other.</summary>
    public ReadOnlySpan<byte> Address { get; }

    /// <summary>When it was published, where that was written down: it may expire.</summary>
    public MessageStamp? Stamp { get; }

    /// <summary>Property flags and list as the publisher sent them.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Cuts stored bytes into their parts.</summary>
    public static EncodedMessage Read(ReadOnlySpan<byte> message)
    {
        int address = 1 + message[0];
        address += 1 + message[address];
        uint properties = BinaryPrimitives.ReadUInt32BigEndian(message[address..]);
        int start = address + sizeof(uint);
        if ((properties & StampedBit) != 0)
            return ReadStamped(message, address, start, (int)(properties & ~StampedBit));
        int end = start + (int)properties;
        return new EncodedMessage(message[..end], message[..address], null, message[start..end], message[end..]);
    }

    /// <summary>Bytes that the head will take.</summary>
    public static int HeadSize(int addressLength, int propertiesLength, bool isStamped = false) =>
        addressLength + sizeof(uint) + (isStamped ? StampSize : 0) + propertiesLength;

    /// <summary>Writes a head.</summary>
    public static void WriteHead(Span<byte> target, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties)
    {
        address.CopyTo(target);
        BinaryPrimitives.WriteUInt32BigEndian(target[address.Length..], (uint)properties.Length);
        properties.CopyTo(target[(address.Length + sizeof(uint))..]);
    }

    /// <summary>Writes a head that says when the message was published.</summary>
    public static void WriteHead(Span<byte> target, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, MessageStamp stamp)
    {
        address.CopyTo(target);
        target = target[address.Length..];
        BinaryPrimitives.WriteUInt32BigEndian(target, (uint)properties.Length | StampedBit);
        target = target[sizeof(uint)..];
        BinaryPrimitives.WriteUInt16BigEndian(target, StampSize - sizeof(ushort));
        BinaryPrimitives.WriteInt64BigEndian(target[2..], stamp.Published);
        BinaryPrimitives.WriteInt64BigEndian(target[10..], stamp.Expiration);
        properties.CopyTo(target[StampSize..]);
    }

    private static EncodedMessage ReadStamped(ReadOnlySpan<byte> message, int address, int start, int properties)
    {
        var rest = message[start..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        var stamp = new MessageStamp(BinaryPrimitives.ReadInt64BigEndian(rest[2..]), BinaryPrimitives.ReadInt64BigEndian(rest[10..]));
        rest = rest[(sizeof(ushort) + length)..];
        int end = message.Length - rest.Length + properties;
        return new EncodedMessage(message[..end], message[..address], stamp, rest[..properties], message[end..]);
    }
}

/// <summary>What is written down of a message that may expire.</summary>
/// <param name="Published">When it was published, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Expiration">The milliseconds that its publisher gives it, or <see cref="NoExpiration"/>.</param>
internal readonly record struct MessageStamp(long Published, long Expiration)
{
    /// <summary>The publisher gives it all the time there is.</summary>
    public const long NoExpiration = -1;
}
