using Amqp.Server.Broker.Counts;
using Amqp.Server.Connections;

namespace Amqp.Server.Instruments;

/// <summary>The state of a connection at the time when its metrics are read.</summary>
internal sealed record ConnectionSample(string Name, TrafficCounts Traffic, long Pending, int Channels)
{
    public ConnectionSample(AmqpConnection connection)
        : this(connection.Peer.Name, connection.Traffic.Read(), connection.PendingOutput, connection.Load.Channels)
    {
    }
}

/// <summary>RabbitMQ's metrics of connections.</summary>
internal static class ConnectionMetrics
{
    /// <summary>Traffic of one connection, or of all connections since the start, including closed connections.</summary>
    public static readonly Metric<TrafficCounts>[] Octets =
    [
        new(
            "connection_incoming_bytes_total",
            MetricKind.Counter,
            "Total number of bytes received on a connection",
            traffic => traffic.Received,
            NetworkUse("receive")),
        new(
            "connection_outgoing_bytes_total",
            MetricKind.Counter,
            "Total number of bytes sent on a connection",
            traffic => traffic.Sent,
            NetworkUse("transmit")),
    ];

    /// <inheritdoc cref="Octets"/>
    public static readonly Metric<TrafficCounts>[] Packets =
    [
        new("connection_incoming_packets_total", MetricKind.Counter, "Total number of packets received on a connection", traffic =>
            traffic.Receives),
        new("connection_outgoing_packets_total", MetricKind.Counter, "Total number of packets sent on a connection", traffic =>
            traffic.Sends),
    ];

    public static readonly Metric<ConnectionSample>[] Gauges =
    [
        new("connection_pending_packets", MetricKind.Gauge, "Number of packets waiting to be sent on a connection", connection =>
            connection.Pending > 0 ? 1 : 0),
        new("connection_channels", MetricKind.Gauge, "Channels on a connection", connection => connection.Channels),
    ];

    private static Instrument NetworkUse(string direction) =>
        new("network.io", "By", "Octets of AMQP", ("network.io.direction", direction));
}
