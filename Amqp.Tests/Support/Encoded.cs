using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>AMQP's values as the bytes that they are on the wire.</summary>
internal static class Encoded
{
    /// <summary>A whole method frame.</summary>
    public static byte[] Frame<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteMethod(channel, method);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Any frame.</summary>
    public static byte[] Frame(FrameType type, ushort channel, ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteFrame(type, channel, payload);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A method's arguments, behind the id.</summary>
    public static byte[] Arguments<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => Frame(1, method)[11..^1];

    /// <summary>The fields of a table, without their length.</summary>
    public static byte[] Fields(FieldTable table)
    {
        var output = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(output, table);
        return output.WrittenSpan[4..].ToArray();
    }

    /// <summary>Property flags and list.</summary>
    public static byte[] Properties(BasicProperties properties)
    {
        var output = new ArrayBufferWriter<byte>();
        properties.Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A content header's payload.</summary>
    public static byte[] Header(ulong bodySize, ReadOnlySpan<byte> properties, ushort classId = 60, ushort weight = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteUInt16(classId);
        writer.WriteUInt16(weight);
        writer.WriteUInt64(bodySize);
        output.Write(properties);
        return output.WrittenSpan.ToArray();
    }
}
