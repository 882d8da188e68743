using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings for messages: size limits, memory and disk alarms, and the headers that the broker adds.</summary>
internal static class MessageSettings
{
    private const long LargestMessage = 536_870_912;

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("max_message_size", Bytes(1, LargestMessage), "134217728",
            "Largest message body. A larger body closes the channel with 406.",
            (target, value) => target.Options.Limits.MaxMessageSize = value),
        Setting.Of("max_table_depth", Integer(1, 1_000_000), "1024",
            "Largest depth of nested tables and arrays in headers and arguments. Deeper nesting closes the connection with 502.",
            (target, value) => target.Options.Limits.MaxTableDepth = value),
        Setting.Of("publishers_wait_for_consumers", ValueKinds.Boolean, "true",
            "While the processors are busy, publishers to a queue are paused for up to 50 ms at a time if its consumers cannot keep up and "
                + "at least 8,000 messages and 8 MiB are ready. Publishers are not paused for a queue without consumers, or for "
                + "consumers that are slow by themselves. Connections that have consumers are not paused.",
            (target, value) => target.Options.Limits.PublishersWaitForConsumers = value),
        Setting.Of("vm_memory_high_watermark.relative", Fraction, "0.6",
            "Publishers are blocked while the broker's data takes more than this share of the available memory. This data consists of "
                + "transient messages that are not paged out, persistent messages that are not yet written, index entries of messages, "
                + "partly received messages, open transactions, unacknowledged deliveries and unsent output to clients. It also includes "
                + "connections, channels, consumers, queues, exchanges and bindings. A limit can also be set at runtime "
                + "(`set_vm_memory_high_watermark`). If the runtime limit is lower than this setting and lower than the resident size of "
                + "the process at its start, the broker compares the runtime limit with the current resident size, as in RabbitMQ. So a "
                + "very small limit raises the alarm.",
            (target, value) => target.Memory.Relative = value),
        Setting.Of("vm_memory_high_watermark.absolute", Bytes(0, long.MaxValue), "",
            "Publishers are blocked while the broker's data takes more bytes than this. Takes precedence over "
                + "`vm_memory_high_watermark.relative`.",
            (target, value) => target.Memory.Absolute = value),
        Setting.Of("vm_memory_high_watermark_paging_ratio", PositiveFactor, "0.5",
            "If transient messages in memory take more than this share of the memory high watermark, the oldest of them are paged out to "
                + "disk. With 1.0 or more, paging is off.",
            (target, value) => target.Memory.PagingRatio = value),
        Setting.Of("disk_free_limit.absolute", Bytes(0, long.MaxValue), "50MB",
            "While the disk of the data directory has fewer free bytes than this, publishers are blocked and transient messages are not "
                + "paged out.",
            (target, value) => target.Disk.Absolute = value),
        Setting.Of("disk_free_limit.relative", Factor, "",
            "The limit for free bytes on the disk, as a multiple of the available memory. `disk_free_limit.absolute` takes precedence.",
            (target, value) => target.Disk.Relative = value),
        Setting.Of("total_memory_available_override_value", Bytes(1, long.MaxValue), "",
            "Available memory in bytes, from which relative limits are computed. Default: the smaller "
                + "of the machine's memory and the control group's limit.",
            (target, value) => target.Memory.AvailableOverride = value),

        Setting.Of("message_interceptors.incoming.set_header_timestamp.overwrite", ValueKinds.Boolean, "",
            "Adds the header `timestamp_in_ms` and the property timestamp to every published message. If the publisher has already set "
                + "them, `true` replaces the values and `false` keeps them. Default: the broker adds nothing.",
            (target, value) => target.Options.Interceptors.OverwritesTimestamp = value),
        Setting.Of("message_interceptors.incoming.set_header_routing_node.overwrite", ValueKinds.Boolean, "",
            "Adds the header `x-routed-by` with the node's name to every published message. If the publisher has already set the header, "
                + "`true` replaces its value and `false` keeps it. Default: the broker adds nothing.",
            (target, value) => target.Options.Interceptors.OverwritesRoutingNode = value),
    ];
}
