using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>Recognizes input that consists of a few acknowledgements.</summary>
internal static class AcknowledgementFrames
{
    /// <summary>Size of a frame with basic.ack: 7 octets of frame header, 13 octets of method, and the end octet.</summary>
    public const int Size = 21;

    /// <summary>Maximum number of frames. More of them in one read show that the client is busy.</summary>
    public const int MaxCount = 12;

    private const int MethodSize = 13;

    /// <summary>Returns true if the octets are whole frames with basic.ack, from 1 to <see cref="MaxCount"/>.</summary>
    public static bool AreAll(in ReadOnlySequence<byte> octets)
    {
        var rest = octets.FirstSpan;
        if (rest.Length is 0 or > MaxCount * Size || rest.Length != octets.Length || rest.Length % Size != 0)
            return false;
        for (; !rest.IsEmpty; rest = rest[Size..])
        {
            bool isAcknowledgement = rest[0] == (byte)FrameType.Method
                && BinaryPrimitives.ReadInt32BigEndian(rest[3..]) == MethodSize
                && BinaryPrimitives.ReadUInt32BigEndian(rest[7..]) == BasicAck.Id.Value;
            if (!isAcknowledgement)
                return false;
        }
        return true;
    }
}
