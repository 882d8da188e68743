using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Connections and channels, and the limits of both and of what they declare.</summary>
internal static class ConnectionSettings
{
    private const int LargestFrame = 536_870_912;

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "10000", "How long a client may take from connecting to connection.open.",
            (target, value) => target.Options.Connections.HandshakeTimeout = value),
        Setting.Of("heartbeat", Integer(0, ushort.MaxValue), "60", "Heartbeat interval offered to clients, in seconds; 0 offers none.",
            (target, value) => target.Options.Connections.Heartbeat = (ushort)value),
        Setting.Of("frame_max", BinarySize(4_096, LargestFrame).Or("0", 0), "131072", "Largest frame offered to clients, in bytes; 0 is no limit.",
            (target, value) => target.Options.Connections.FrameMax = value),
        Setting.Of("initial_frame_max", BinarySize(4_096, LargestFrame), "4096", "Largest frame taken before a client has agreed on one, in bytes.",
            (target, value) => target.Options.Connections.InitialFrameMax = value),
        Setting.Of("channel_max", Integer(0, ushort.MaxValue), "2047", "Channels offered per connection; 0 is no limit.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("max_channels_per_connection", Integer(0, ushort.MaxValue), "", "The same as `channel_max`, which is its name until RabbitMQ 4.2; the smaller one holds.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "infinity", "AMQP connections open at once.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same as `connection_max`, which is its name until RabbitMQ 4.2; the smallest of all three holds.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("ranch_connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same as `connection_max`. In RabbitMQ it counts for each listener.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("consumer_max_per_channel", Integer(1, int.MaxValue).Or("infinity", 0), "infinity", "Consumers on one channel.",
            (target, value) => target.Options.Limits.ConsumerMaxPerChannel = value),
        Setting.Of("queue.quarantine_limit", Integer(0, int.MaxValue), "100", "Messages of a queue, or of an exchange in which messages wait, that the broker cannot handle and has put aside; with one more the queue or the exchange stops.",
            (target, value) => target.Options.Limits.QuarantineLimit = value),
        Setting.Of("exchange.recent_history_limit", Integer(1, 1_000_000), "10000", "Messages that an exchange of the type x-recent-history keeps at most, whatever its `x-recent-history-length` says.",
            (target, value) => target.Options.Limits.RecentHistoryLimit = value),
        Setting.Of("cluster_queue_limit", Integer(0, int.MaxValue).Or("infinity", -1), "infinity", "Queues in all virtual hosts together; declaring one more is refused with 406.",
            (target, value) => target.Options.Limits.ClusterQueueLimit = value < 0 ? null : value),
        .. VirtualHostSettings.Rows,
        Setting.Of("default_queue_type", OneOf("classic", "quorum", "undefined"), "undefined", "The type of durable, shared, permanent queues that are declared without `x-queue-type`; while it is not `undefined`, a redeclare without one matches any.",
            (target, value) => target.Options.VirtualHosts.DefaultQueueType = value == "undefined" ? null : value)
        .Ignoring(OneOf("stream"), "there are no streams; queues that name no type are classic ones"),
        Setting.Of("consumer_timeout", Milliseconds(1, int.MaxValue).Or("undefined", Timeout.InfiniteTimeSpan).Or("infinity", Timeout.InfiniteTimeSpan), "infinity", "How long a delivery may stay unacknowledged before its channel is closed with 406; RabbitMQ's default is 1800000.",
            (target, value) => target.Options.Limits.ConsumerTimeout = value),
        Setting.Of("connection.outbox_high_watermark", Bytes(4_096, 1L << 40), "1MiB", "Deliveries to a connection stop while more than this waits to be sent to it.",
            (target, value) => target.Options.Connections.OutboxHighWatermark = value),
        Setting.Of("connection.reply_high_watermark", Bytes(4_096, 1L << 40), "64MiB", "Replies by direct reply-to are dropped while more than this waits to be sent to the connection that asked.",
            (target, value) => target.Options.Connections.ReplyHighWatermark = value),
        Setting.Of("shutdown_timeout", Milliseconds(0, 600_000), "3000", "How long clients may take to answer connection.close when the broker stops.",
            (target, value) => target.Options.Connections.ShutdownTimeout = value),

        Setting.Of("connection.max_unauthenticated", Integer(1, int.MaxValue).Or("infinity", 0), "4096", "Connections that may be open without having logged in; beyond it the one that has waited longest is cut off.",
            (target, value) => target.Options.Connections.MaxUnauthenticated = value),
        Setting.Of("connection.failed_login_limit", Integer(1, int.MaxValue).Or("infinity", 0), "20", "Refused logins of one address within ten seconds that are answered at once; the others wait for 3 seconds each.",
            (target, value) => target.Options.Connections.FailedLoginLimit = value),
        Setting.Of("connection.log_limit", Integer(1, int.MaxValue / 10).Or("infinity", 0), "100", "Warnings and errors about connections of one address that are logged within ten seconds, and ten times as many of all addresses; more are summed up.",
            (target, value) => target.Options.Connections.LogLimit = value),
    ];
}
