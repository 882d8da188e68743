using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Instruments;

/// <summary>Metrics of the node: process, alarms, churn and store.</summary>
internal static class NodeMetrics
{
    /// <summary>Start time of the process. The metric's name has no prefix.</summary>
    public static readonly Metric<NodeReading> Started = new("process_start_time_seconds", MetricKind.Gauge,
        "Start time of the process since unix epoch in seconds.",
        node => DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (Environment.TickCount64 - node.StartedAt) / 1000);

    public static readonly Metric<NodeReading>[] Alarms =
    [
        new("alarms_file_descriptor_limit", MetricKind.Untyped, "is 1 if file descriptor limit alarm is in effect", _ => 0),
        new(
            "alarms_free_disk_space_watermark",
            MetricKind.Untyped,
            "is 1 if free disk space watermark alarm is in effect",
            node => node.LacksResource("disk") ? 1 : 0,
            Alarm("disk")),
        new(
            "alarms_memory_used_watermark",
            MetricKind.Untyped,
            "is 1 if VM memory watermark alarm is in effect",
            node => node.LacksResource("memory") ? 1 : 0,
            Alarm("memory")),
    ];

    public static readonly Metric<NodeReading>[] Churns =
    [
        new(
            "connections_opened_total", MetricKind.Counter, "Total number of connections opened", Count(Churn.ConnectionCreated),
            new("connection.opened", "{connection}", "AMQP connections opened")),
        new(
            "connections_closed_total", MetricKind.Counter, "Total number of connections closed or terminated",
            Count(Churn.ConnectionClosed), new("connection.closed", "{connection}", "AMQP connections closed or lost")),
        new(
            "channels_opened_total", MetricKind.Counter, "Total number of channels opened", Count(Churn.ChannelCreated),
            new("channel.opened", "{channel}", "Channels opened")),
        new(
            "channels_closed_total", MetricKind.Counter, "Total number of channels closed", Count(Churn.ChannelClosed),
            new("channel.closed", "{channel}", "Channels closed")),
        new(
            "queues_declared_total", MetricKind.Counter, "Total number of queues declared", Count(Churn.QueueDeclared),
            new("queue.declared", "{queue}", "Declarations of queues, new or existing")),
        new(
            "queues_created_total", MetricKind.Counter, "Total number of queues created", Count(Churn.QueueCreated),
            new("queue.created", "{queue}", "Queues created")),
        new(
            "queues_deleted_total", MetricKind.Counter, "Total number of queues deleted", Count(Churn.QueueDeleted),
            new("queue.deleted", "{queue}", "Queues deleted")),
    ];

    /// <summary>Resources in use by the process.</summary>
    public static readonly Metric<NodeReading>[] Usage =
    [
        new("process_open_fds", MetricKind.Gauge, "Open file descriptors", _ => ProcessFiles.Count()),
        new("process_open_tcp_sockets", MetricKind.Gauge, "Open TCP sockets", node => node.Sockets),
        new(
            "process_resident_memory_bytes",
            MetricKind.Gauge,
            "Memory used in bytes",
            _ => Environment.WorkingSet,
            new("memory.usage", "By", "Resident memory of the process")),
        new(
            "disk_space_available_bytes",
            MetricKind.Gauge,
            "Disk space available in bytes",
            node => DiskSpace.Free(node.Options.DataDirectory) ?? 0,
            new("disk.free", "By", "Free space on the disk of the data directory")),
    ];

    /// <summary>Resource limits of the process, and the uptime of the process.</summary>
    public static readonly Metric<NodeReading>[] Limits =
    [
        new("process_max_fds", MetricKind.Gauge, "Open file descriptors limit", _ => ProcessFiles.Limit),
        new("process_max_tcp_sockets", MetricKind.Gauge, "Open TCP sockets limit", _ => ProcessFiles.Limit),
        new(
            "resident_memory_limit_bytes",
            MetricKind.Gauge,
            "Memory high watermark in bytes",
            node => node.Broker.Alarms.MemoryLimit,
            new("memory.limit", "By", "The memory alarm's limit")),
        new(
            "disk_space_available_limit_bytes",
            MetricKind.Gauge,
            "Free disk space low watermark in bytes",
            node => node.Broker.Alarms.DiskLimit,
            new("disk.limit", "By", "The disk alarm's limit")),
        new("erlang_uptime_seconds", MetricKind.Gauge, "Node uptime", node => (Environment.TickCount64 - node.StartedAt) / 1000.0),
    ];

    /// <summary>Reads, writes and syncs of the store.</summary>
    public static readonly Metric<NodeReading>[] Files =
    [
        new("io_read_ops_total", MetricKind.Counter, "Total number of I/O read operations", node => node.Broker.Files.Reads),
        new(
            "io_read_bytes_total",
            MetricKind.Counter,
            "Total number of I/O bytes read",
            node => node.Broker.Files.ReadBytes,
            DiskUse("read")),
        new("io_write_ops_total", MetricKind.Counter, "Total number of I/O write operations", node => node.Broker.Files.Writes),
        new(
            "io_write_bytes_total",
            MetricKind.Counter,
            "Total number of I/O bytes written",
            node => node.Broker.Files.WrittenBytes,
            DiskUse("write")),
        new(
            "io_sync_ops_total",
            MetricKind.Counter,
            "Total number of I/O sync operations",
            node => node.Broker.Files.Syncs,
            new("disk.syncs", "{sync}", "Syncs of the store to disk")),
        new("io_read_time_seconds_total", MetricKind.Counter, "Total I/O read time", node => node.Broker.Files.ReadTime.TotalSeconds),
        new("io_write_time_seconds_total", MetricKind.Counter, "Total I/O write time", node => node.Broker.Files.WriteTime.TotalSeconds),
        new("io_sync_time_seconds_total", MetricKind.Counter, "Total I/O sync time", node => node.Broker.Files.SyncTime.TotalSeconds),
        new("msg_store_read_total", MetricKind.Counter, "Total number of Message Store read operations", node =>
            node.Broker.Store.Counts.PayloadReads),
        new("msg_store_write_total", MetricKind.Counter, "Total number of Message Store write operations", node =>
            node.Broker.Store.Counts.MessagesWritten),
    ];

    /// <summary>Metrics that the Prometheus page does not have.</summary>
    public static readonly Metric<NodeReading>[] NotOnPage =
    [
        new(MetricKind.Gauge, node => node.Broker.Memory.InUse,
            new("memory.messages", "By", "Memory that counts for the memory alarm: messages in memory only, and data held for clients")),
        new(MetricKind.Gauge, node => node.Broker.VirtualHosts.All.Count, new("vhost.count", "{vhost}", "Virtual hosts")),
    ];

    /// <summary>Names and versions of the node, as labels. Dashboards join these labels to every other metric.</summary>
    public static readonly Metric<NodeReading>
        Build = new("build_info", MetricKind.Untyped, "RabbitMQ & Erlang/OTP version info", _ => 1),
        Identity = new("identity_info", MetricKind.Untyped, "RabbitMQ node & cluster identity info", _ => 1);

    private static Func<NodeReading, double> Count(Churn churn) => node => node.Broker.Statistics.Count(churn);

    private static Instrument Alarm(string resource) =>
        new("alarm", "1", "1 while publishers are blocked because the resource is short", ("amqpbroker.resource", resource));

    private static Instrument DiskUse(string direction) =>
        new("disk.io", "By", "Bytes read and written by the store", ("disk.io.direction", direction));
}
