using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of connections and channels, and limits for connections, channels and the objects that clients declare.</summary>
internal static class ConnectionSettings
{
    private const int LargestFrame = 536_870_912;

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "10000",
            "Time limit for a client to send connection.open after it has connected.",
            (target, value) => target.Options.Connections.HandshakeTimeout = value),
        Setting.Of("heartbeat", Integer(0, ushort.MaxValue), "60", "Heartbeat interval offered to clients, in seconds; 0 offers none.",
            (target, value) => target.Options.Connections.Heartbeat = (ushort)value),
        Setting.Of("frame_max", BinarySize(4_096, LargestFrame).Or("0", 0), "131072",
            "Largest frame offered to clients, in bytes; 0 is no limit.",
            (target, value) => target.Options.Connections.FrameMax = value),
        Setting.Of("initial_frame_max", BinarySize(4_096, LargestFrame), "4096",
            "Largest frame accepted before connection.tune-ok, in bytes.",
            (target, value) => target.Options.Connections.InitialFrameMax = value),
        Setting.Of("channel_max", Integer(0, ushort.MaxValue), "2047",
            "Limit for the channels of a connection, offered to clients; 0 is no limit.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("max_channels_per_connection", Integer(0, ushort.MaxValue), "",
            "RabbitMQ 4.3's name for `channel_max`. If both are set, the smaller value applies.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "infinity",
            "Limit for the number of open AMQP connections.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "",
            "RabbitMQ 4.3's name for `connection_max`. If several of `connection_max`, `max_connections` and `ranch_connection_max` are "
                + "set, the smallest value applies.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("ranch_connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "",
            "The same as `connection_max`. In RabbitMQ, this limit applies to each listener.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("consumer_max_per_channel", Integer(1, int.MaxValue).Or("infinity", 0), "infinity",
            "Limit for the number of consumers on one channel.",
            (target, value) => target.Options.Limits.ConsumerMaxPerChannel = value),
        Setting.Of("queue.quarantine_limit", Integer(0, int.MaxValue), "100",
            "Limit for the quarantined messages of one queue or `x-delayed-message` exchange. Above this limit, the queue or exchange "
                + "stops. A message is quarantined if the broker fails to handle it.",
            (target, value) => target.Options.Limits.QuarantineLimit = value),
        Setting.Of("exchange.recent_history_limit", Integer(1, 1_000_000), "10000",
            "Limit for the number of messages that an `x-recent-history` exchange keeps. It applies even if `x-recent-history-length` is "
                + "higher.",
            (target, value) => target.Options.Limits.RecentHistoryLimit = value),
        Setting.Of("deduplication.cache_limit", Integer(1, 100_000_000), "1000000",
            "Limit for the number of keys that a deduplicating queue or exchange keeps. It applies even if `x-cache-size` is higher. A key "
                + "takes up to 160 bytes of memory.",
            (target, value) => target.Options.Limits.DeduplicationLimit = value),
        Setting.Of("cluster_queue_limit", Integer(0, int.MaxValue).Or("infinity", -1), "infinity",
            "Limit for the number of queues in all virtual hosts together. A declaration above the limit is refused with 406.",
            (target, value) => target.Options.Limits.ClusterQueueLimit = value < 0 ? null : value),
        .. VirtualHostSettings.Rows,
        Setting.Of("default_queue_type", OneOf("classic", "quorum", "undefined"), "undefined",
            "Type of durable queues that are declared without `x-queue-type` and are neither exclusive nor auto-delete. If a type is "
                + "set, a redeclaration without `x-queue-type` matches a queue of any type.",
            (target, value) => target.Options.VirtualHosts.DefaultQueueType = value == "undefined" ? null : value)
        .Ignoring(OneOf("stream"), "streams are not supported; queues without a type are classic queues"),
        Setting.Of("consumer_timeout",
            Milliseconds(1, int.MaxValue).Or("undefined", Timeout.InfiniteTimeSpan).Or("infinity", Timeout.InfiniteTimeSpan), "infinity",
            "Time limit for a client to acknowledge a delivery. After this time, the channel is closed with 406. RabbitMQ's default is "
                + "1800000.",
            (target, value) => target.Options.Limits.ConsumerTimeout = value),
        Setting.Of("connection.outbox_high_watermark", Bytes(4_096, 1L << 40), "1MiB",
            "If a connection has more unsent bytes than this, deliveries to the connection stop.",
            (target, value) => target.Options.Connections.OutboxHighWatermark = value),
        Setting.Of("connection.reply_high_watermark", Bytes(4_096, 1L << 40), "64MiB",
            "If a requester's connection has more unsent bytes than this, direct replies to the connection are dropped.",
            (target, value) => target.Options.Connections.ReplyHighWatermark = value),
        Setting.Of("shutdown_timeout", Milliseconds(0, 600_000), "3000",
            "Time limit for clients to answer connection.close when the broker stops.",
            (target, value) => target.Options.Connections.ShutdownTimeout = value),

        Setting.Of("connection.max_unauthenticated", Integer(1, int.MaxValue).Or("infinity", 0), "4096",
            "Limit for connections that have not logged in. When a client connects above this limit, the oldest connection that has not "
                + "logged in is closed.",
            (target, value) => target.Options.Connections.MaxUnauthenticated = value),
        Setting.Of("connection.failed_login_limit", Integer(1, int.MaxValue).Or("infinity", 0), "20",
            "Limit for refused logins from one IP address in ten seconds. Above this limit, each refused login is answered after 3 "
                + "seconds.",
            (target, value) => target.Options.Connections.FailedLoginLimit = value),
        Setting.Of("connection.log_limit", Integer(1, int.MaxValue / 10).Or("infinity", 0), "100",
            "In ten seconds, the log contains at most this number of warnings and errors about connections from one IP address. The limit "
                + "for all addresses together is ten times as high. Further warnings and errors are summarised in one line.",
            (target, value) => target.Options.Connections.LogLimit = value),
    ];
}
