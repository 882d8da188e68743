using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>A content header frame's payload (spec 4.2.6.1), its properties still bytes.</summary>
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

    /// <summary>Unused by AMQP; RabbitMQ takes a header whose weight is not 0 for no header at all.</summary>
    public ushort Weight { get; }

    /// <summary>Bytes of body that follow in body frames.</summary>
    public ulong BodySize { get; }

    /// <summary>Property flags and list as they came; <see cref="EncodedProperties"/> looks into them.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    /// <exception cref="AmqpException">502: too short.</exception>
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
