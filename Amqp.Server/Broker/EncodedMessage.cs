using System.Buffers.Binary;

namespace Amqp.Server.Broker;

/// <summary>A message in its one encoded form: written once at publish, stored so, and every delivery is cut from it.</summary>
/// <remarks>The only place where AMQP values become stored bytes.</remarks>
internal readonly ref struct EncodedMessage
{
    // | exchange shortstr | routing key shortstr | properties length u32 | property flags and list | body |
    // Head: all but the body. Big-endian, as on the wire.

    private EncodedMessage(ReadOnlySpan<byte> head, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body)
    {
        Head = head;
        Address = address;
        Properties = properties;
        Body = body;
    }

    public ReadOnlySpan<byte> Head { get; }

    /// <summary>Exchange and routing key, as short strings one behind the other.</summary>
    public ReadOnlySpan<byte> Address { get; }

    /// <summary>Property flags and list as the publisher sent them.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Cuts stored bytes into their parts.</summary>
    public static EncodedMessage Read(ReadOnlySpan<byte> message)
    {
        int address = 1 + message[0];
        address += 1 + message[address];
        int properties = (int)BinaryPrimitives.ReadUInt32BigEndian(message[address..]);
        int start = address + sizeof(uint);
        return new EncodedMessage(message[..(start + properties)], message[..address], message.Slice(start, properties), message[(start + properties)..]);
    }

    /// <summary>Bytes that the head will take.</summary>
    public static int HeadSize(int addressLength, int propertiesLength) => addressLength + sizeof(uint) + propertiesLength;

    /// <summary>Writes a head.</summary>
    public static void WriteHead(Span<byte> target, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties)
    {
        address.CopyTo(target);
        BinaryPrimitives.WriteUInt32BigEndian(target[address.Length..], (uint)properties.Length);
        properties.CopyTo(target[(address.Length + sizeof(uint))..]);
    }
}
