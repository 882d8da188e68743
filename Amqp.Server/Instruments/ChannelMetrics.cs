using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Instruments;

/// <summary>The state of a channel at the time when its metrics are read.</summary>
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
        new("channel_messages_uncommitted", MetricKind.Gauge, "Messages received in a transaction but not yet committed", channel =>
            channel.Uncommitted),
        new("channel_acks_uncommitted", MetricKind.Gauge, "Message acknowledgements in a transaction not yet committed", channel =>
            channel.UncommittedAcknowledgements),
        new("consumer_prefetch", MetricKind.Gauge, "Limit of unacknowledged messages for each consumer", channel =>
            channel.ConsumerPrefetch),
        new("channel_prefetch", MetricKind.Gauge, "Total limit of unacknowledged messages for all consumers on a channel", channel =>
            channel.Prefetch),
    ];
}
