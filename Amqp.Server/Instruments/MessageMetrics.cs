using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Instruments;

/// <summary>RabbitMQ's metrics of messages, for channels and for the whole node.</summary>
internal static class MessageMetrics
{
    /// <summary>Counts of one channel, or sums over all channels since the start, including closed ones.</summary>
    public static readonly Metric<MessageCounts>[] Published =
    [
        new(
            "channel_messages_published_total",
            MetricKind.Counter,
            "Total number of messages published into an exchange on a channel",
            counts => counts.Publish),
        new(
            "channel_messages_confirmed_total",
            MetricKind.Counter,
            "Total number of messages published into an exchange and confirmed on the channel",
            counts => counts.Confirm),
        new(
            "channel_messages_unroutable_returned_total",
            MetricKind.Counter,
            "Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable",
            counts => counts.ReturnUnroutable),
        new(
            "channel_messages_unroutable_dropped_total",
            MetricKind.Counter,
            "Total number of messages published as non-mandatory into an exchange and dropped as unroutable",
            counts => counts.DropUnroutable),
    ];

    /// <inheritdoc cref="Published"/>
    public static readonly Metric<MessageCounts>[] Delivered =
    [
        new(
            "channel_get_ack_total",
            MetricKind.Counter,
            "Total number of messages fetched with basic.get in manual acknowledgement mode",
            counts => counts.Deliveries.Get,
            DeliveredBy("get", "manual")),
        new(
            "channel_get_total",
            MetricKind.Counter,
            "Total number of messages fetched with basic.get in automatic acknowledgement mode",
            counts => counts.Deliveries.GetNoAck,
            DeliveredBy("get", "automatic")),
        new(
            "channel_messages_delivered_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers in manual acknowledgement mode",
            counts => counts.Deliveries.Deliver,
            DeliveredBy("deliver", "manual")),
        new(
            "channel_messages_delivered_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers in automatic acknowledgement mode",
            counts => counts.Deliveries.DeliverNoAck,
            DeliveredBy("deliver", "automatic")),
        new("channel_messages_redelivered_total", MetricKind.Counter, "Total number of messages redelivered to consumers",
            counts => counts.Deliveries.Redeliver,
            new("message.redelivered", "{message}", "Delivered messages that had been delivered before")),
        new("channel_messages_acked_total", MetricKind.Counter, "Total number of messages acknowledged by consumers",
            counts => counts.Deliveries.Ack,
            new("message.acknowledged", "{message}", "Messages acknowledged by consumers")),
        new("channel_get_empty_total", MetricKind.Counter, "Total number of times basic.get operations fetched no message", counts =>
            counts.Deliveries.GetEmpty),
    ];

    /// <summary>Metrics of all messages since the start, by protocol.</summary>
    public static readonly Metric<MessageCounts>[] AllReceived =
    [
        new("messages_confirmed_total", MetricKind.Counter, "Total number of messages confirmed to publishers", counts => counts.Confirm,
            new("message.confirmed", "{message}", "Messages confirmed to their publishers")),
        new(
            "messages_received_confirm_total",
            MetricKind.Counter,
            "Total number of messages received from publishers expecting confirmations",
            counts => counts.PublishConfirm),
        new("messages_received_total", MetricKind.Counter, "Total number of messages received from publishers", counts => counts.Publish,
            new("message.received", "{message}", "Messages that clients published, routed or not")),
        new("messages_routed_total", MetricKind.Counter, "Total number of messages routed to queues or streams", counts => counts.Routed,
            new("message.enqueued", "{message}", "Messages put into queues: a message in three queues counts three times")),
        new(
            "messages_unroutable_dropped_total",
            MetricKind.Counter,
            "Total number of messages published as non-mandatory into an exchange and dropped as unroutable",
            counts => counts.DropUnroutable,
            Unroutable("dropped")),
        new(
            "messages_unroutable_returned_total",
            MetricKind.Counter,
            "Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable",
            counts => counts.ReturnUnroutable,
            Unroutable("returned")),
    ];

    /// <summary>
    /// Number of messages put into queues since the start. A page that lists each queue shows <see cref="QueueMetrics.Published"/> instead.
    /// </summary>
    public static readonly Metric<MessageCounts> Enqueued = new(
        "queue_messages_published_total", MetricKind.Counter, "Total number of messages published to queues", counts => counts.Routed);

    /// <summary>Metrics of all deliveries since the start, by protocol and type of queue.</summary>
    public static readonly Metric<DeliveryCounts>[] AllDelivered =
    [
        new("messages_acknowledged_total", MetricKind.Counter, "Total number of messages acknowledged by consumers", counts => counts.Ack),
        new(
            "messages_delivered_consume_auto_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers using basic.consume with automatic acknowledgment",
            counts => counts.DeliverNoAck),
        new(
            "messages_delivered_consume_manual_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers using basic.consume with manual acknowledgment",
            counts => counts.Deliver),
        new(
            "messages_delivered_get_auto_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers using basic.get with automatic acknowledgment",
            counts => counts.GetNoAck),
        new(
            "messages_delivered_get_manual_ack_total",
            MetricKind.Counter,
            "Total number of messages delivered to consumers using basic.get with manual acknowledgment",
            counts => counts.Get),
        new("messages_delivered_total", MetricKind.Counter, "Total number of messages delivered to consumers", counts => counts.All),
        new("messages_get_empty_total", MetricKind.Counter, "Total number of times basic.get operations fetched no message", counts =>
            counts.GetEmpty),
        new("messages_redelivered_total", MetricKind.Counter, "Total number of messages redelivered to consumers", counts =>
            counts.Redeliver),
    ];

    /// <summary>Number of dead-lettered messages by reason, over all queues.</summary>
    public static readonly (DeathReason Reason, Metric<BrokerStatistics> Metric)[] Dead =
    [
        Died(
            DeathReason.DeliveryLimit,
            "messages_dead_lettered_delivery_limit_total",
            "Total number of messages dead-lettered due to delivery-limit exceeded"),
        Died(
            DeathReason.Expired,
            "messages_dead_lettered_expired_total",
            "Total number of messages dead-lettered due to message TTL exceeded"),
        Died(
            DeathReason.MaxLength,
            "messages_dead_lettered_maxlen_total",
            "Total number of messages dead-lettered due to overflow drop-head or reject-publish-dlx"),
        Died(
            DeathReason.Rejected,
            "messages_dead_lettered_rejected_total",
            "Total number of messages dead-lettered due to basic.reject or basic.nack"),
    ];

    /// <summary>
    /// Number of messages dead-lettered with the strategy <c>at-least-once</c>. The target queues have confirmed all of these messages.
    /// </summary>
    public static readonly Metric<BrokerStatistics> DeadConfirmed = new(
        "messages_dead_lettered_confirmed_total",
        MetricKind.Counter,
        "Total number of messages dead-lettered and confirmed by target queues",
        statistics => Dead.Sum(row => statistics.CountDead(QueueType.Quorum, DeadLetterStrategy.AtLeastOnce, row.Reason)));

    /// <summary>Number of repeats that queues and exchanges have dropped. RabbitMQ does not have this metric.</summary>
    public static readonly Metric<BrokerStatistics> Repeats = new(
        "messages_deduplicated_total",
        MetricKind.Counter,
        "Total number of repeated messages that deduplicating queues and exchanges dropped",
        statistics => statistics.Repeats,
        new("message.deduplicated", "{message}", "Repeated messages that deduplicating queues and exchanges dropped"));

    /// <summary>Histogram of the sizes of received messages, as in RabbitMQ 4.</summary>
    public static readonly Metric<SizeCounts> Sizes = new(
        "message_size_bytes", MetricKind.Histogram, "Size of messages received from publishers", CountAll);

    private static Instrument DeliveredBy(string operation, string acknowledgement) => new(
        "message.delivered", "{message}", "Messages sent to clients", ("messaging.operation.name", operation),
        ("amqpbroker.acknowledgement", acknowledgement));

    private static Instrument Unroutable(string outcome) =>
        new("message.unroutable", "{message}", "Messages that were routed to no queue", ("amqpbroker.outcome", outcome));

    private static (DeathReason Reason, Metric<BrokerStatistics> Metric) Died(DeathReason reason, string name, string help) => (reason, new(
        name, MetricKind.Counter, help, statistics => CountDead(statistics, reason),
        new(
            "message.dead_lettered",
            "{message}",
            "Messages that left a queue by expiry, rejection, eviction or delivery limit, dead-lettered or dropped",
            ("amqpbroker.reason", reason.Name()))));

    private static double CountDead(BrokerStatistics statistics, DeathReason reason)
    {
        long dead = 0;
        foreach (var type in Enum.GetValues<QueueType>())
            foreach (var strategy in Enum.GetValues<DeadLetterStrategy>())
                dead += statistics.CountDead(type, strategy, reason);
        return dead;
    }

    private static double CountAll(SizeCounts sizes)
    {
        long count = 0;
        for (int i = 0; i <= SizeCounts.Bounds.Length; i++)
            count += sizes[i];
        return count;
    }
}
