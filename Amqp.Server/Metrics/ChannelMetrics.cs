using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Metrics;

/// <summary>A channel at the moment when metrics were asked for.</summary>
internal sealed class ChannelSample
{
    public ChannelSample(BrokerSession session)
    {
        (Number, ConnectionName, VirtualHost) = (session.Number, session.Client.Origin.ConnectionName, session.Client.VirtualHost.Name);
        Consumers = session.Consumers.Count;
        (Unacknowledged, Unconfirmed) = (session.Deliveries.Count, session.Confirms.WaitingCount);
        (Uncommitted, UncommittedAcknowledgements) = session.Transactions.Held?.WaitingCounts ?? default;
        (ConsumerPrefetch, Prefetch) = (session.Consumers.Prefetch, session.Deliveries.Prefetch.Limit);
        Counts = session.Counts.Read();
    }

    public int Number { get; }

    public string ConnectionName { get; }

    public string VirtualHost { get; }

    /// <summary>RabbitMQ's name for the channel.</summary>
    public string Name => field ??= $"{ConnectionName} ({Number})";

    public int Consumers { get; }

    public long Unacknowledged { get; }

    public long Unconfirmed { get; }

    public long Uncommitted { get; }

    public long UncommittedAcknowledgements { get; }

    public int ConsumerPrefetch { get; }

    public int Prefetch { get; }

    public MessageCounts Counts { get; }
}

/// <summary>RabbitMQ's metrics of channels.</summary>
internal static class ChannelMetrics
{
    public static readonly Metric<ChannelSample>[] Gauges =
    [
        new("channel_consumers", MetricKind.Gauge, "Consumers on a channel", channel => channel.Consumers),
        new("channel_messages_unacked", MetricKind.Gauge, "Delivered but not yet acknowledged messages", channel => channel.Unacknowledged),
        new("channel_messages_unconfirmed", MetricKind.Gauge, "Published but not yet confirmed messages", channel => channel.Unconfirmed),
        new("channel_messages_uncommitted", MetricKind.Gauge, "Messages received in a transaction but not yet committed", channel => channel.Uncommitted),
        new("channel_acks_uncommitted", MetricKind.Gauge, "Message acknowledgements in a transaction not yet committed", channel => channel.UncommittedAcknowledgements),
        new("consumer_prefetch", MetricKind.Gauge, "Limit of unacknowledged messages for each consumer", channel => channel.ConsumerPrefetch),
        new("channel_prefetch", MetricKind.Gauge, "Total limit of unacknowledged messages for all consumers on a channel", channel => channel.Prefetch),
    ];

    /// <summary>Of the counts of one channel, or of all there were.</summary>
    public static readonly Metric<MessageCounts>[] Published =
    [
        new("channel_messages_published_total", MetricKind.Counter, "Total number of messages published into an exchange on a channel", counts => counts.Publish),
        new("channel_messages_confirmed_total", MetricKind.Counter, "Total number of messages published into an exchange and confirmed on the channel", counts => counts.Confirm),
        new("channel_messages_unroutable_returned_total", MetricKind.Counter, "Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable", counts => counts.ReturnUnroutable),
        new("channel_messages_unroutable_dropped_total", MetricKind.Counter, "Total number of messages published as non-mandatory into an exchange and dropped as unroutable", counts => counts.DropUnroutable),
    ];

    /// <inheritdoc cref="Published"/>
    public static readonly Metric<MessageCounts>[] Delivered =
    [
        new("channel_get_ack_total", MetricKind.Counter, "Total number of messages fetched with basic.get in manual acknowledgement mode", counts => counts.Deliveries.Get),
        new("channel_get_total", MetricKind.Counter, "Total number of messages fetched with basic.get in automatic acknowledgement mode", counts => counts.Deliveries.GetNoAck),
        new("channel_messages_delivered_ack_total", MetricKind.Counter, "Total number of messages delivered to consumers in manual acknowledgement mode", counts => counts.Deliveries.Deliver),
        new("channel_messages_delivered_total", MetricKind.Counter, "Total number of messages delivered to consumers in automatic acknowledgement mode", counts => counts.Deliveries.DeliverNoAck),
        new("channel_messages_redelivered_total", MetricKind.Counter, "Total number of messages redelivered to consumers", counts => counts.Deliveries.Redeliver),
        new("channel_messages_acked_total", MetricKind.Counter, "Total number of messages acknowledged by consumers", counts => counts.Deliveries.Ack),
        new("channel_get_empty_total", MetricKind.Counter, "Total number of times basic.get operations fetched no message", counts => counts.Deliveries.GetEmpty),
    ];
}
