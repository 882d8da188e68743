using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>Encodes AMQP values into the bytes that a client or a broker sends.</summary>
internal static class Encoded
{
    public static byte[] Frame<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteMethod(channel, method);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Frame(FrameType type, ushort channel, ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteFrame(type, channel, payload);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Encodes the arguments of a method, without the method id.</summary>
    public static byte[] Arguments<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => Frame(1, method)[11..^1];

    /// <summary>Encodes the fields of a table, without the length that precedes them.</summary>
    public static byte[] Fields(FieldTable table)
    {
        var output = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(output, table);
        return output.WrittenSpan[4..].ToArray();
    }

    /// <summary>Encodes properties as they follow the body size in a content header: property flags and property list.</summary>
    public static byte[] Properties(BasicProperties properties)
    {
        var output = new ArrayBufferWriter<byte>();
        properties.Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Encodes the payload of a content header.</summary>
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
