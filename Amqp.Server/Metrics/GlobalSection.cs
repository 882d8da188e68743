using System.Globalization;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Instruments;

namespace Amqp.Server.Metrics;

/// <summary>Writes metrics by protocol and type of queue: messages since the start, current consumers and publishers.</summary>
internal static class GlobalSection
{
    private static readonly (string Label, string Value) _protocol = ("protocol", "amqp091");

    public static void Write(
        MetricsWriter writer,
        MessageBroker broker,
        IReadOnlyList<VirtualHost> hosts,
        IReadOnlyList<QueueSample> queues,
        in MessageCounts messages)
    {
        writer.Begin(ObjectMetrics.Consumers);
        writer.Sample(ObjectMetrics.Consumers.Value(queues.Sum(queue => (long)queue.Consumers)), _protocol);
        writer.Begin(ObjectMetrics.Publishers);
        writer.Sample(ObjectMetrics.Publishers.Value(hosts.Sum(host => (long)host.Statistics.CountPublishers())), _protocol);
        foreach (var metric in MessageMetrics.AllReceived)
        {
            writer.Begin(metric);
            writer.Sample(metric.Value(messages), _protocol);
        }
        WriteDelivered(writer, broker.Statistics, queues);
        WriteDead(writer, broker.Statistics);
    }

    /// <summary>Writes the histogram of the sizes of received messages.</summary>
    public static void WriteSizes(MetricsWriter writer, in MessageCounts messages)
    {
        writer.Begin(MessageMetrics.Sizes);
        long count = 0;
        for (int i = 0; i < SizeCounts.Bounds.Length; i++)
        {
            count += messages.Sizes[i];
            writer.SampleOf("_bucket", count, _protocol, ("le", SizeCounts.Bounds[i].ToString(CultureInfo.InvariantCulture)));
        }
        double all = MessageMetrics.Sizes.Value(messages.Sizes);
        writer.SampleOf("_bucket", all, _protocol, ("le", "+Inf"));
        writer.SampleOf("_sum", messages.Sizes.Bytes, _protocol);
        writer.SampleOf("_count", all, _protocol);
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
        foreach (var metric in MessageMetrics.AllDelivered)
        {
            writer.Begin(metric);
            writer.Sample(metric.Value(classic), _protocol, ("queue_type", Name(QueueType.Classic)));
            writer.Sample(metric.Value(quorum), _protocol, ("queue_type", Name(QueueType.Quorum)));
        }
    }

    private static void WriteDead(MetricsWriter writer, BrokerStatistics statistics)
    {
        foreach (var (reason, metric) in MessageMetrics.Dead)
        {
            writer.Begin(metric);
            foreach (var type in new[] { QueueType.Classic, QueueType.Quorum })
            {
                foreach (var (strategy, label) in new[]
                {
                    (DeadLetterStrategy.Disabled, "disabled"),
                    (DeadLetterStrategy.AtMostOnce, "at_most_once"),
                    (DeadLetterStrategy.AtLeastOnce, "at_least_once")
                })
                {
                    if (type == QueueType.Quorum || (strategy != DeadLetterStrategy.AtLeastOnce && reason != DeathReason.DeliveryLimit))
                        writer.Sample(
                            statistics.CountDead(type, strategy, reason), ("queue_type", Name(type)), ("dead_letter_strategy", label));
                }
            }
        }
        writer.Begin(MessageMetrics.DeadConfirmed);
        writer.Sample(
            MessageMetrics.DeadConfirmed.Value(statistics),
            ("queue_type", Name(QueueType.Quorum)),
            ("dead_letter_strategy", "at_least_once"));
    }

    private static string Name(QueueType type) => type.ModuleName;
}
