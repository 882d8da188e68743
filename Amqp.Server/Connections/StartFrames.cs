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
    private readonly ConcurrentDictionary<string, byte[]> _byMechanisms = new();

    /// <summary>The frame for these mechanisms, space-separated.</summary>
    public byte[] Offering(string mechanisms) => _byMechanisms.GetOrAdd(mechanisms, static (offered, options) => Encode(offered, options), options);

    private static byte[] Encode(string mechanisms, BrokerOptions options)
    {
        var frame = new ArrayBufferWriter<byte>();
        new FrameWriter(frame).WriteMethod(
            0, new ConnectionStart(0, 9, ServerProperties.Of(options), Encoding.ASCII.GetBytes(mechanisms), "en_US"u8.ToArray()));
        return frame.WrittenSpan.ToArray();
    }
}
