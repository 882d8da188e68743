using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>The payload of a content header frame (spec 4.2.6.1). The properties are not decoded.</summary>
public readonly ref struct ContentHeader
{
    // | class u16 | weight u16 | body size u64 | property flags u16 ... | property list |

    private ContentHeader(ushort classId, ushort weight, ulong bodySize, ReadOnlySpan<byte> properties)
    {
        ClassId = classId;
        Weight = weight;
        BodySize = bodySize;
        Properties = properties;
    }

    public ushort ClassId { get; }

    /// <summary>Not used by AMQP. RabbitMQ rejects a header whose weight is not 0.</summary>
    public ushort Weight { get; }

    /// <summary>Size of the body in bytes.</summary>
    public ulong BodySize { get; }

    /// <summary>The encoded property flags and properties. <see cref="EncodedProperties"/> decodes them.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    /// <exception cref="AmqpException">502: the payload is too short.</exception>
    public static ContentHeader Read(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 14)
            throw new AmqpException(ReplyCode.SyntaxError, "content header ends too soon");
        return new ContentHeader(
            BinaryPrimitives.ReadUInt16BigEndian(payload),
            BinaryPrimitives.ReadUInt16BigEndian(payload[2..]),
            BinaryPrimitives.ReadUInt64BigEndian(payload[4..]),
            payload[12..]);
    }
}
