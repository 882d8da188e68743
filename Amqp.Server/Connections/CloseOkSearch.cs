using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>Finds connection.close-ok by its octets. Used after a broken frame, because the start of the next frame is unknown.</summary>
internal static class CloseOkSearch
{
    private static ReadOnlySpan<byte> Frame091 => [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 51, Frame.End];

    private static ReadOnlySpan<byte> Frame08 => [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 61, Frame.End];

    /// <summary>Searches the received octets for connection.close-ok. Consumes the octets that cannot belong to it.</summary>
    /// <param name="buffer">
    /// Before the call, the received octets. After the call, only the last octets, which may be the beginning of connection.close-ok.
    /// </param>
    /// <param name="isAmqp08">True for a client that uses AMQP 0-8.</param>
    public static bool TryFind(ref ReadOnlySequence<byte> buffer, bool isAmqp08)
    {
        bool isFound = new SequenceReader<byte>(buffer).TryReadTo(out ReadOnlySequence<byte> _, isAmqp08 ? Frame08 : Frame091);
        long kept = isFound ? 0 : Math.Min(buffer.Length, Frame091.Length - 1);
        buffer = buffer.Slice(buffer.Length - kept);
        return isFound;
    }
}
