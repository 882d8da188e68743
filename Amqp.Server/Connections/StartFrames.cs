using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>The frames of connection.start: the same for every client that is offered the same mechanisms, so each is encoded once for as long as the cluster has its name.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StartFrames(BrokerOptions options)
{
    private readonly ConcurrentDictionary<(string Mechanisms, bool IsAmqp08), (string ClusterName, byte[] Octets)> _encoded = new();

    /// <summary>The frame that offers mechanisms.</summary>
    /// <param name="mechanisms">Separated by spaces.</param>
    /// <param name="clusterName">The cluster's name now.</param>
    /// <param name="isAmqp08">To a client that asked for 0-8, which has none of the capabilities.</param>
    public byte[] Offering(string mechanisms, string clusterName, bool isAmqp08)
    {
        var key = (mechanisms, isAmqp08);
        if (_encoded.TryGetValue(key, out var known) && known.ClusterName == clusterName)
            return known.Octets;
        byte[] octets = Encode(mechanisms, clusterName, isAmqp08);
        _encoded[key] = (clusterName, octets);
        return octets;
    }

    private byte[] Encode(string mechanisms, string clusterName, bool isAmqp08)
    {
        var frame = new ArrayBufferWriter<byte>();
        new FrameWriter(frame).WriteMethod(
            0, new ConnectionStart((byte)(isAmqp08 ? 8 : 0), (byte)(isAmqp08 ? 0 : 9), ServerProperties.Of(options, clusterName, isAmqp08), Encoding.ASCII.GetBytes(mechanisms), "en_US"u8.ToArray()));
        return frame.WrittenSpan.ToArray();
    }
}
