using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>The frames of connection.start: the same for every client that is offered the same mechanisms, so each is encoded once.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StartFrames(BrokerOptions options)
{
    private readonly ConcurrentDictionary<(string Mechanisms, bool IsAmqp08), byte[]> _encoded = new();

    /// <summary>The frame that offers mechanisms.</summary>
    /// <param name="mechanisms">Separated by spaces.</param>
    /// <param name="isAmqp08">To a client that asked for 0-8, which has none of the capabilities.</param>
    public byte[] Offering(string mechanisms, bool isAmqp08) =>
        _encoded.GetOrAdd((mechanisms, isAmqp08), static (offered, options) => Encode(offered.Mechanisms, offered.IsAmqp08, options), options);

    private static byte[] Encode(string mechanisms, bool isAmqp08, BrokerOptions options)
    {
        var frame = new ArrayBufferWriter<byte>();
        new FrameWriter(frame).WriteMethod(
            0, new ConnectionStart((byte)(isAmqp08 ? 8 : 0), (byte)(isAmqp08 ? 0 : 9), ServerProperties.Of(options, isAmqp08), Encoding.ASCII.GetBytes(mechanisms), "en_US"u8.ToArray()));
        return frame.WrittenSpan.ToArray();
    }
}
