using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>Caches the encoded connection.start for each list of mechanisms and each AMQP version. Thread-safe.</summary>
internal sealed class StartFrames(BrokerOptions options)
{
    private readonly ConcurrentDictionary<(string Mechanisms, bool IsAmqp08), (string ClusterName, byte[] Octets)> _encoded = new();

    /// <summary>Returns the encoded connection.start that offers these mechanisms.</summary>
    /// <param name="mechanisms">Names of the mechanisms, separated by spaces.</param>
    /// <param name="clusterName">The current name of the cluster.</param>
    /// <param name="isAmqp08">True for AMQP 0-8. The table of capabilities is then empty.</param>
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
            0, new ConnectionStart(
                (byte)(isAmqp08 ? 8 : 0), (byte)(isAmqp08 ? 0 : 9), ServerProperties.Of(options, clusterName, isAmqp08),
                Encoding.ASCII.GetBytes(mechanisms), "en_US"u8.ToArray()));
        return frame.WrittenSpan.ToArray();
    }
}
