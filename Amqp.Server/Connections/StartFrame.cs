using System.Buffers;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;
using Amqp.Server.Security;

namespace Amqp.Server.Connections;

/// <summary>The frame of connection.start: the same for every client, so it is encoded once.</summary>
internal static class StartFrame
{
    public static byte[] Encode(BrokerOptions options)
    {
        var frame = new ArrayBufferWriter<byte>();
        new FrameWriter(frame).WriteMethod(
            0, new ConnectionStart(0, 9, ServerProperties.Of(options), Encoding.ASCII.GetBytes(SaslMechanisms.Offered), "en_US"u8.ToArray()));
        return frame.WrittenSpan.ToArray();
    }
}
