using Amqp.Protocol;

namespace Amqp.Server.Configuration;

/// <summary>How large messages may be, how many objects there may be, and how long a delivery may stay unacknowledged.</summary>
public sealed class LimitOptions
{
    /// <summary><see cref="QuarantineLimit"/> unless it is configured.</summary>
    public const int DefaultQuarantineLimit = 100;

    /// <summary><see cref="RecentHistoryLimit"/> unless it is configured.</summary>
    public const int DefaultRecentHistoryLimit = 10_000;

    /// <summary>Largest message body taken, in bytes; at most 536,870,912.</summary>
    public long MaxMessageSize { get; set; } = 134_217_728;

    /// <summary>How deep tables and arrays may nest in what clients send.</summary>
    public int MaxTableDepth { get; set; } = FieldTableCodec.DefaultMaxDepth;

    /// <summary>Consumers allowed on one channel; 0 is no limit.</summary>
    public int ConsumerMaxPerChannel { get; set; }

    /// <summary>How long a delivery may stay unacknowledged, where the queue says nothing else; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</summary>
    public TimeSpan ConsumerTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Messages of one queue, or of one exchange in which messages wait, that may be quarantined before it stops.</summary>
    public int QuarantineLimit { get; set; } = DefaultQuarantineLimit;

    /// <summary>Messages that an exchange of the type x-recent-history keeps at most.</summary>
    public int RecentHistoryLimit { get; set; } = DefaultRecentHistoryLimit;

    /// <summary>Queues allowed in the whole broker; null is no limit.</summary>
    public long? ClusterQueueLimit { get; set; }

    /// <summary>Exchanges allowed in the whole broker; null is no limit.</summary>
    public long? ClusterExchangeLimit { get; set; }

    /// <summary>Channels allowed in the whole broker; null is no limit.</summary>
    public long? ChannelMaxPerNode { get; set; }
}
