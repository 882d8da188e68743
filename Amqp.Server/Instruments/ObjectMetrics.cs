using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Instruments;

/// <summary>Number of objects of each kind.</summary>
internal readonly record struct ObjectCounts(long Connections, long Channels, long Consumers, long Queues)
{
    /// <summary>Number of ready messages in all queues. Set only for OTLP.</summary>
    public long Ready { get; init; }

    /// <summary>Number of unacknowledged messages of all queues. Set only for OTLP.</summary>
    public long Unacknowledged { get; init; }
}

/// <summary>Metrics of exchanges and virtual hosts, counts of objects, and counts of messages in queues.</summary>
internal static class ObjectMetrics
{
    public static readonly Metric<ObjectCounts>[] Totals =
    [
        new(
            "connections",
            MetricKind.Gauge,
            "Connections currently open",
            counts => counts.Connections,
            new("connection.count", "{connection}", "AMQP connections")),
        new(
            "channels",
            MetricKind.Gauge,
            "Channels currently open",
            counts => counts.Channels,
            new("channel.count", "{channel}", "Channels")),
        new(
            "consumers",
            MetricKind.Gauge,
            "Consumers currently connected",
            counts => counts.Consumers,
            new("consumer.count", "{consumer}", "Consumers")),
        new("queues", MetricKind.Gauge, "Queues available", counts => counts.Queues, new("queue.count", "{queue}", "Queues")),
    ];

    /// <summary>Messages in all queues, for OTLP. The Prometheus page has <see cref="QueueMetrics.Coarse"/> instead.</summary>
    public static readonly Metric<ObjectCounts>[] Messages =
    [
        new(MetricKind.Gauge, counts => counts.Ready, Current("ready")),
        new(MetricKind.Gauge, counts => counts.Unacknowledged, Current("unacknowledged")),
    ];

    /// <summary>Numbers of consumers and publishers, by protocol.</summary>
    public static readonly Metric<long>
        Consumers = new("consumers", MetricKind.Gauge, "Current number of consumers", count => count),
        Publishers = new("publishers", MetricKind.Gauge, "Current number of publishers", count => count);

    /// <summary>Number of messages published to an exchange. An exchange without published messages has no sample.</summary>
    public static readonly Metric<Exchange> PublishedIn = new(
        "exchange_messages_published_total", MetricKind.Counter, "Total number of messages published into an exchange", exchange =>
            exchange.Counts.In);

    public static readonly Metric<int> ExchangeBindings = new(
        "exchange_bindings", MetricKind.Gauge, "Number of bindings for an exchange. This value is cluster-wide.", bindings => bindings);

    public static readonly Metric<Exchange> ExchangeNames = new("exchange_name", MetricKind.Gauge,
        "Enumerates exchanges without any additional info. This value is cluster-wide. A cheaper alternative to `exchange_bindings`",
        _ => 1);

    public static readonly Metric<VirtualHost> RunningHosts = new(
        "vhost_status", MetricKind.Gauge, "Whether a given vhost is running", _ => 1);

    private static Instrument Current(string state) =>
        new("message.current", "{message}", "Messages in queues", ("amqpbroker.state", state));
}
