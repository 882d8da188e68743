using Amqp.Protocol;

namespace Amqp.Server.Configuration;

/// <summary>
/// Limits for message sizes, for the numbers of objects, and for the time that a client may take to acknowledge a delivery.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>Default of <see cref="QuarantineLimit"/>.</summary>
    public const int DefaultQuarantineLimit = 100;

    /// <summary>Default of <see cref="RecentHistoryLimit"/>.</summary>
    public const int DefaultRecentHistoryLimit = 10_000;

    /// <summary>Default of <see cref="DeduplicationLimit"/>.</summary>
    public const int DefaultDeduplicationLimit = 1_000_000;

    /// <summary>Largest message body accepted, in bytes; at most 536,870,912.</summary>
    public long MaxMessageSize { get; set; } = 134_217_728;

    /// <summary>Largest accepted nesting depth of tables and arrays in headers and arguments.</summary>
    public int MaxTableDepth { get; set; } = FieldTableCodec.DefaultMaxDepth;

    /// <summary>Limit for the number of consumers on one channel; 0 is no limit.</summary>
    public int ConsumerMaxPerChannel { get; set; }

    /// <summary>
    /// Time that a client may take to acknowledge a delivery, unless the queue sets its own time; <see cref="Timeout.InfiniteTimeSpan"/> is
    /// no limit.
    /// </summary>
    public TimeSpan ConsumerTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Limit for the number of quarantined messages of a queue or x-delayed-message exchange. Above the limit, the queue or exchange stops.
    /// </summary>
    public int QuarantineLimit { get; set; } = DefaultQuarantineLimit;

    /// <summary>
    /// True to pause publishers while the processors are busy and the consumers of a queue cannot keep up with the publishers.
    /// </summary>
    public bool PublishersWaitForConsumers { get; set; } = true;

    /// <summary>Largest number of messages that an exchange of type x-recent-history keeps.</summary>
    public int RecentHistoryLimit { get; set; } = DefaultRecentHistoryLimit;

    /// <summary>Largest number of keys that a deduplicating queue or exchange keeps.</summary>
    public int DeduplicationLimit { get; set; } = DefaultDeduplicationLimit;

    /// <summary>Limit for the number of queues in the whole broker; null is no limit.</summary>
    public long? ClusterQueueLimit { get; set; }

    /// <summary>Limit for the number of exchanges in the whole broker; null is no limit.</summary>
    public long? ClusterExchangeLimit { get; set; }

    /// <summary>Limit for the number of channels in the whole broker; null is no limit.</summary>
    public long? ChannelMaxPerNode { get; set; }
}
