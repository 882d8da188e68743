using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Metrics;

/// <summary>A queue at the moment when metrics were asked for.</summary>
internal sealed class QueueSample
{
    public QueueSample(Queue queue)
    {
        (Name, VirtualHost, Type) = (queue.Name, queue.VirtualHost.Name, queue.Settings.Type);
        (Ready, Unacknowledged, Consumers) = queue.Counts;
        (ReadyBytes, UnacknowledgedBytes) = queue.Bytes;
        Capacity = Consumers == 0 ? 0 : queue.ConsumerCapacity ?? (queue.IsServed ? 1 : 0);
        Published = queue.Published;
        Deliveries = queue.Deliveries;
    }

    public string Name { get; }

    public string VirtualHost { get; }

    public QueueType Type { get; }

    public long Ready { get; }

    public long Unacknowledged { get; }

    public int Consumers { get; }

    public long ReadyBytes { get; }

    public long UnacknowledgedBytes { get; }

    public double Capacity { get; }

    public long Published { get; }

    public DeliveryCounts Deliveries { get; }
}

/// <summary>RabbitMQ's metrics of queues.</summary>
internal static class QueueMetrics
{
    public static readonly Metric<QueueSample>[] Coarse =
    [
        new("queue_messages_ready", MetricKind.Gauge, "Messages ready to be delivered to consumers", queue => queue.Ready),
        new("queue_messages_unacked", MetricKind.Gauge, "Messages delivered to consumers but not yet acknowledged", queue => queue.Unacknowledged),
        new("queue_messages", MetricKind.Gauge, "Sum of ready and unacknowledged messages - total queue depth", queue => queue.Ready + queue.Unacknowledged),
    ];

    public static readonly Metric<QueueSample>[] Consumers =
    [
        new("queue_consumers", MetricKind.Gauge, "Consumers on a queue", queue => queue.Consumers),
    ];

    public static readonly Metric<QueueSample>[] Further =
    [
        new("queue_consumer_capacity", MetricKind.Gauge, "Consumer capacity", queue => queue.Capacity),
        new("queue_consumer_utilisation", MetricKind.Gauge, "Same as consumer capacity", queue => queue.Capacity),
        new("queue_messages_bytes", MetricKind.Gauge, "Size in bytes of ready and unacknowledged messages", queue => queue.ReadyBytes + queue.UnacknowledgedBytes),
        new("queue_messages_ready_bytes", MetricKind.Gauge, "Size in bytes of ready messages", queue => queue.ReadyBytes),
        new("queue_messages_unacked_bytes", MetricKind.Gauge, "Size in bytes of all unacknowledged messages", queue => queue.UnacknowledgedBytes),
    ];

    public static readonly Metric<QueueSample>[] Published =
    [
        new("queue_messages_published_total", MetricKind.Counter, "Total number of messages published to queues", queue => queue.Published),
    ];

    public static readonly Metric<QueueSample>[] Deliveries =
    [
        new("queue_get_ack_total", MetricKind.Counter, "Total number of messages fetched from a queue with basic.get in manual acknowledgement mode", queue => queue.Deliveries.Get),
        new("queue_get_total", MetricKind.Counter, "Total number of messages fetched from a queue with basic.get in automatic acknowledgement mode", queue => queue.Deliveries.GetNoAck),
        new("queue_messages_delivered_ack_total", MetricKind.Counter, "Total number of messages delivered from a queue to consumers in manual acknowledgement mode", queue => queue.Deliveries.Deliver),
        new("queue_messages_delivered_total", MetricKind.Counter, "Total number of messages delivered from a queue to consumers in automatic acknowledgement mode", queue => queue.Deliveries.DeliverNoAck),
        new("queue_messages_redelivered_total", MetricKind.Counter, "Total number of messages redelivered from a queue to consumers", queue => queue.Deliveries.Redeliver),
        new("queue_messages_acked_total", MetricKind.Counter, "Total number of messages acknowledged by consumers on a queue", queue => queue.Deliveries.Ack),
        new("queue_get_empty_total", MetricKind.Counter, "Total number of times basic.get operations fetched no message on a queue", queue => queue.Deliveries.GetEmpty),
    ];
}
