using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Instruments;

/// <summary>The state of a queue at the time when its metrics are read.</summary>
internal sealed class QueueSample
{
    // Read only when a reply contains the value, because reading may visit every message.
    private readonly Lazy<QueueStorage> _storage;
    private readonly Lazy<double> _headTimestamp;

    public QueueSample(Queue queue)
    {
        (Name, VirtualHost, Type) = (queue.Name, queue.VirtualHost, queue.Settings.Type);
        (Ready, Unacknowledged, Consumers) = queue.Counts;
        Quarantined = queue.Faults.QuarantinedCount;
        (ReadyBytes, UnacknowledgedBytes) = queue.Status.Bytes;
        Capacity = Consumers == 0 ? 0 : queue.Traffic.ConsumerCapacity ?? (queue.Status.IsServed ? 1 : 0);
        Published = queue.Traffic.Published;
        Deliveries = queue.Traffic.Deliveries;
        _storage = new Lazy<QueueStorage>(() => queue.Status.Storage);
        _headTimestamp = new Lazy<double>(() => queue.Status.HeadTimestamp ?? double.NaN);
        (DiskReads, DiskWrites) = (queue.Deliveries.DiskReads, queue.Traffic.DiskWrites);
    }

    public string Name { get; }

    public string VirtualHost { get; }

    public QueueType Type { get; }

    public long Ready { get; }

    public long Unacknowledged { get; }

    public int Consumers { get; }

    public int Quarantined { get; }

    public long ReadyBytes { get; }

    public long UnacknowledgedBytes { get; }

    public double Capacity { get; }

    public long Published { get; }

    public DeliveryCounts Deliveries { get; }

    public QueueStorage Storage => _storage.Value;

    /// <summary>The property <c>timestamp</c> of the first message, in seconds since 1970-01-01 UTC; NaN if there is none.</summary>
    public double HeadTimestamp => _headTimestamp.Value;

    public long DiskReads { get; }

    public long DiskWrites { get; }
}

/// <summary>RabbitMQ's metrics of queues.</summary>
internal static class QueueMetrics
{
    public static readonly Metric<QueueSample>[] Coarse =
    [
        new("queue_messages_ready", MetricKind.Gauge, "Messages ready to be delivered to consumers", queue => queue.Ready),
        new("queue_messages_unacked", MetricKind.Gauge, "Messages delivered to consumers but not yet acknowledged", queue =>
            queue.Unacknowledged),
        new("queue_messages", MetricKind.Gauge, "Sum of ready and unacknowledged messages - total queue depth", queue =>
            queue.Ready + queue.Unacknowledged),
    ];

    /// <summary>Number of quarantined messages. RabbitMQ does not have this metric.</summary>
    public static readonly Metric<QueueSample>[] Quarantined =
    [
        new("queue_messages_quarantined", MetricKind.Gauge, "Quarantined messages, which the broker could not handle", queue =>
            queue.Quarantined),
    ];

    public static readonly Metric<QueueSample>[] Consumers =
    [
        new("queue_consumers", MetricKind.Gauge, "Consumers on a queue", queue => queue.Consumers),
    ];

    public static readonly Metric<QueueSample>[] Further =
    [
        new("queue_consumer_capacity", MetricKind.Gauge, "Consumer capacity", queue => queue.Capacity),
        new("queue_consumer_utilisation", MetricKind.Gauge, "Same as consumer capacity", queue => queue.Capacity),
        new("queue_process_memory_bytes", MetricKind.Gauge, "Memory in bytes used by the Erlang queue process", queue =>
            queue.Storage.Memory),
        new("queue_messages_ram", MetricKind.Gauge, "Ready and unacknowledged messages stored in memory", queue => queue.Storage.InMemory),
        new("queue_messages_ram_bytes", MetricKind.Gauge, "Size of ready and unacknowledged messages stored in memory", queue =>
            queue.Storage.InMemoryBytes),
        new("queue_messages_ready_ram", MetricKind.Gauge, "Ready messages stored in memory", queue => queue.Storage.Ready),
        new("queue_messages_unacked_ram", MetricKind.Gauge, "Unacknowledged messages stored in memory", queue =>
            queue.Storage.Unacknowledged),
        new("queue_messages_persistent", MetricKind.Gauge, "Persistent messages", queue => queue.Storage.Persistent),
        new("queue_messages_persistent_bytes", MetricKind.Gauge, "Size in bytes of persistent messages", queue =>
            queue.Storage.PersistentBytes),
        new("queue_messages_bytes", MetricKind.Gauge, "Size in bytes of ready and unacknowledged messages", queue =>
            queue.ReadyBytes + queue.UnacknowledgedBytes),
        new("queue_messages_ready_bytes", MetricKind.Gauge, "Size in bytes of ready messages", queue => queue.ReadyBytes),
        new("queue_messages_unacked_bytes", MetricKind.Gauge, "Size in bytes of all unacknowledged messages", queue =>
            queue.UnacknowledgedBytes),
        new("queue_messages_paged_out", MetricKind.Gauge, "Messages paged out to disk", queue => queue.Storage.PagedOut),
        new("queue_messages_paged_out_bytes", MetricKind.Gauge, "Size in bytes of messages paged out to disk", queue =>
            queue.Storage.PagedOutBytes),
        new("queue_head_message_timestamp", MetricKind.Gauge, "Timestamp of the first message in the queue, if any", queue =>
            queue.HeadTimestamp),
        new("queue_disk_reads_total", MetricKind.Counter, "Total number of times queue read messages from disk", queue => queue.DiskReads),
        new("queue_disk_writes_total", MetricKind.Counter, "Total number of times queue wrote messages to disk", queue => queue.DiskWrites),
    ];

    public static readonly Metric<QueueSample>[] Published =
    [
        new("queue_messages_published_total", MetricKind.Counter, "Total number of messages published to queues", queue => queue.Published),
    ];

    public static readonly Metric<QueueSample>[] Deliveries =
    [
        new(
            "queue_get_ack_total",
            MetricKind.Counter,
            "Total number of messages fetched from a queue with basic.get in manual acknowledgement mode",
            queue => queue.Deliveries.Get),
        new(
            "queue_get_total",
            MetricKind.Counter,
            "Total number of messages fetched from a queue with basic.get in automatic acknowledgement mode",
            queue => queue.Deliveries.GetNoAck),
        new(
            "queue_messages_delivered_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered from a queue to consumers in manual acknowledgement mode",
            queue => queue.Deliveries.Deliver),
        new(
            "queue_messages_delivered_total",
            MetricKind.Counter,
            "Total number of messages delivered from a queue to consumers in automatic acknowledgement mode",
            queue => queue.Deliveries.DeliverNoAck),
        new(
            "queue_messages_redelivered_total",
            MetricKind.Counter,
            "Total number of messages redelivered from a queue to consumers",
            queue => queue.Deliveries.Redeliver),
        new("queue_messages_acked_total", MetricKind.Counter, "Total number of messages acknowledged by consumers on a queue", queue =>
            queue.Deliveries.Ack),
        new(
            "queue_get_empty_total",
            MetricKind.Counter,
            "Total number of times basic.get operations fetched no message on a queue",
            queue => queue.Deliveries.GetEmpty),
    ];
}
