using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Messages: their bounds, the alarms for memory and disk, and what is added to them.</summary>
internal static class MessageSettings
{
    private const long LargestMessage = 536_870_912;

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("max_message_size", Bytes(1, LargestMessage), "134217728", "Largest message body; a larger one closes the channel with 406.",
            (target, value) => target.Options.Limits.MaxMessageSize = value),
        Setting.Of("max_table_depth", Integer(1, 1_000_000), "1024", "How deep tables and arrays may nest in headers and arguments; what nests deeper closes the connection with 502.",
            (target, value) => target.Options.Limits.MaxTableDepth = value),
        Setting.Of("vm_memory_high_watermark.relative", Fraction, "0.6", "Publishers are blocked while messages that are in memory only (transient ones not paged out, persistent ones not yet written), what queues remember of each message, contents in arrival, open transactions, deliveries that are not acknowledged, what waits to be sent to clients, and connections, channels, consumers, queues, exchanges and bindings take more than this share of the memory available to the broker. A limit that is set while the broker runs (`set_vm_memory_high_watermark`), and is below both this one and what the empty process took, is compared with the resident size, as in RabbitMQ, so that a tiny one raises the alarm.",
            (target, value) => target.Memory.Relative = value),
        Setting.Of("vm_memory_high_watermark.absolute", Bytes(0, long.MaxValue), "", "The same limit in bytes; it outweighs the share.",
            (target, value) => target.Memory.Absolute = value),
        Setting.Of("vm_memory_high_watermark_paging_ratio", PositiveFactor, "0.5", "Transient messages begin to go to the disk, the oldest first, when those in memory take this share of the memory high watermark; with 1.0 or more they stay in memory.",
            (target, value) => target.Memory.PagingRatio = value),
        Setting.Of("disk_free_limit.absolute", Bytes(0, long.MaxValue), "50MB", "Publishers are blocked, and transient messages stay in memory, while less than this is free where the data directory is.",
            (target, value) => target.Disk.Absolute = value),
        Setting.Of("disk_free_limit.relative", Factor, "", "The same limit as a multiple of the memory available to the broker; the number of bytes outweighs it.",
            (target, value) => target.Disk.Relative = value),
        Setting.Of("total_memory_available_override_value", Bytes(1, long.MaxValue), "", "The memory that the share is of; what the machine and its control group allow unless given.",
            (target, value) => target.Memory.AvailableOverride = value),

        Setting.Of("message_interceptors.incoming.set_header_timestamp.overwrite", ValueKinds.Boolean, "", "Give every published message the header `timestamp_in_ms` and a timestamp; `false` leaves those that it has, `true` replaces them. Neither unless given.",
            (target, value) => target.Options.Interceptors.OverwritesTimestamp = value),
        Setting.Of("message_interceptors.incoming.set_header_routing_node.overwrite", ValueKinds.Boolean, "", "Give every published message the header `x-routed-by` with the node's name; `false` leaves one that it has, `true` replaces it. None unless given.",
            (target, value) => target.Options.Interceptors.OverwritesRoutingNode = value),
    ];
}
