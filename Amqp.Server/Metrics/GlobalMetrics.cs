using System.Globalization;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Metrics;

/// <summary>RabbitMQ's metrics of all messages since the start, by protocol and type of queue.</summary>
internal static class GlobalMetrics
{
    private static readonly (string Label, string Value) _protocol = ("protocol", "amqp091");

    private static readonly (string Name, string Help, Func<MessageCounts, long> Value)[] _received =
    [
        ("messages_confirmed_total", "Total number of messages confirmed to publishers", counts => counts.Confirm),
        ("messages_received_confirm_total", "Total number of messages received from publishers expecting confirmations", counts => counts.PublishConfirm),
        ("messages_received_total", "Total number of messages received from publishers", counts => counts.Publish),
        ("messages_routed_total", "Total number of messages routed to queues or streams", counts => counts.Routed),
        ("messages_unroutable_dropped_total", "Total number of messages published as non-mandatory into an exchange and dropped as unroutable", counts => counts.DropUnroutable),
        ("messages_unroutable_returned_total", "Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable", counts => counts.ReturnUnroutable),
    ];

    private static readonly (string Name, string Help, Func<DeliveryCounts, long> Value)[] _delivered =
    [
        ("messages_acknowledged_total", "Total number of messages acknowledged by consumers", counts => counts.Ack),
        ("messages_delivered_consume_auto_ack_total", "Total number of messages delivered to consumers using basic.consume with automatic acknowledgment", counts => counts.DeliverNoAck),
        ("messages_delivered_consume_manual_ack_total", "Total number of messages delivered to consumers using basic.consume with manual acknowledgment", counts => counts.Deliver),
        ("messages_delivered_get_auto_ack_total", "Total number of messages delivered to consumers using basic.get with automatic acknowledgment", counts => counts.GetNoAck),
        ("messages_delivered_get_manual_ack_total", "Total number of messages delivered to consumers using basic.get with manual acknowledgment", counts => counts.Get),
        ("messages_delivered_total", "Total number of messages delivered to consumers", counts => counts.All),
        ("messages_get_empty_total", "Total number of times basic.get operations fetched no message", counts => counts.GetEmpty),
        ("messages_redelivered_total", "Total number of messages redelivered to consumers", counts => counts.Redeliver),
    ];

    private static readonly (string Name, string Help, DeathReason Reason)[] _dead =
    [
        ("messages_dead_lettered_delivery_limit_total", "Total number of messages dead-lettered due to delivery-limit exceeded", DeathReason.DeliveryLimit),
        ("messages_dead_lettered_expired_total", "Total number of messages dead-lettered due to message TTL exceeded", DeathReason.Expired),
        ("messages_dead_lettered_maxlen_total", "Total number of messages dead-lettered due to overflow drop-head or reject-publish-dlx", DeathReason.MaxLength),
        ("messages_dead_lettered_rejected_total", "Total number of messages dead-lettered due to basic.reject or basic.nack", DeathReason.Rejected),
    ];

    public static void Write(MetricsWriter writer, MessageBroker broker, IReadOnlyList<VirtualHost> hosts, IReadOnlyList<QueueSample> queues, in MessageCounts messages)
    {
        writer.Begin("consumers", MetricKind.Gauge, "Current number of consumers");
        writer.Sample(queues.Sum(queue => (long)queue.Consumers), _protocol);
        writer.Begin("publishers", MetricKind.Gauge, "Current number of publishers");
        writer.Sample(hosts.Sum(host => host.Statistics.CountPublishers()), _protocol);
        foreach (var (name, help, value) in _received)
        {
            writer.Begin(name, MetricKind.Counter, help);
            writer.Sample(value(messages), _protocol);
        }
        WriteDelivered(writer, broker.Statistics, queues);
        WriteDead(writer, broker.Statistics);
    }

    /// <summary>How large messages were, as RabbitMQ 4 tells it.</summary>
    public static void WriteSizes(MetricsWriter writer, in MessageCounts messages)
    {
        writer.Begin("message_size_bytes", MetricKind.Histogram, "Size of messages received from publishers");
        long count = 0;
        for (int i = 0; i < SizeCounts.Bounds.Length; i++)
        {
            count += messages.Sizes[i];
            writer.SampleOf("_bucket", count, _protocol, ("le", SizeCounts.Bounds[i].ToString(CultureInfo.InvariantCulture)));
        }
        count += messages.Sizes[SizeCounts.Bounds.Length];
        writer.SampleOf("_bucket", count, _protocol, ("le", "+Inf"));
        writer.SampleOf("_sum", messages.Sizes.Bytes, _protocol);
        writer.SampleOf("_count", count, _protocol);
    }

    private static void WriteDelivered(MetricsWriter writer, BrokerStatistics statistics, IReadOnlyList<QueueSample> queues)
    {
        DeliveryCounts classic = statistics.OfDeletedQueues(QueueType.Classic), quorum = statistics.OfDeletedQueues(QueueType.Quorum);
        foreach (var queue in queues)
        {
            if (queue.Type == QueueType.Quorum)
                quorum.Add(queue.Deliveries);
            else
                classic.Add(queue.Deliveries);
        }
        foreach (var (name, help, value) in _delivered)
        {
            writer.Begin(name, MetricKind.Counter, help);
            writer.Sample(value(classic), _protocol, ("queue_type", Name(QueueType.Classic)));
            writer.Sample(value(quorum), _protocol, ("queue_type", Name(QueueType.Quorum)));
        }
    }

    private static void WriteDead(MetricsWriter writer, BrokerStatistics statistics)
    {
        foreach (var (name, help, reason) in _dead)
        {
            writer.Begin(name, MetricKind.Counter, help);
            foreach (var type in new[] { QueueType.Classic, QueueType.Quorum })
            {
                foreach (var (strategy, label) in new[] { (DeadLetterStrategy.Disabled, "disabled"), (DeadLetterStrategy.AtMostOnce, "at_most_once"), (DeadLetterStrategy.AtLeastOnce, "at_least_once") })
                {
                    if (type == QueueType.Quorum || (strategy != DeadLetterStrategy.AtLeastOnce && reason != DeathReason.DeliveryLimit))
                        writer.Sample(statistics.CountDead(type, strategy, reason), ("queue_type", Name(type)), ("dead_letter_strategy", label));
                }
            }
        }
        // Here the targets have a message before the queue gives it up, so what died was confirmed as well.
        writer.Begin("messages_dead_lettered_confirmed_total", MetricKind.Counter, "Total number of messages dead-lettered and confirmed by target queues");
        long confirmed = _dead.Sum(row => statistics.CountDead(QueueType.Quorum, DeadLetterStrategy.AtLeastOnce, row.Reason));
        writer.Sample(confirmed, ("queue_type", Name(QueueType.Quorum)), ("dead_letter_strategy", "at_least_once"));
    }

    private static string Name(QueueType type) => type == QueueType.Quorum ? "rabbit_quorum_queue" : "rabbit_classic_queue";
}
