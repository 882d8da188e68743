using System.Security.Cryptography;
using System.Text;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Configuration;
using Amqp.Server.Management.Http;
using Amqp.Storage.Files;

namespace Amqp.Server.Metrics;

/// <summary>RabbitMQ's metrics of the node: its process, its alarms, what comes and goes, and who it is.</summary>
internal static class NodeMetrics
{
    private static readonly (Churn Churn, string Name, string Help)[] _churn =
    [
        (Churn.ConnectionCreated, "connections_opened_total", "Total number of connections opened"),
        (Churn.ConnectionClosed, "connections_closed_total", "Total number of connections closed or terminated"),
        (Churn.ChannelCreated, "channels_opened_total", "Total number of channels opened"),
        (Churn.ChannelClosed, "channels_closed_total", "Total number of channels closed"),
        (Churn.QueueDeclared, "queues_declared_total", "Total number of queues declared"),
        (Churn.QueueCreated, "queues_created_total", "Total number of queues created"),
        (Churn.QueueDeleted, "queues_deleted_total", "Total number of queues deleted"),
    ];

    public static void WriteChurn(MetricsWriter writer, BrokerStatistics statistics)
    {
        foreach (var (churn, name, help) in _churn)
            writer.Single(name, MetricKind.Counter, help, statistics.Count(churn));
    }

    public static void WriteAlarms(MetricsWriter writer, ResourceAlarms alarms)
    {
        string reason = alarms.Reason ?? "";
        writer.Single("alarms_file_descriptor_limit", MetricKind.Untyped, "is 1 if file descriptor limit alarm is in effect", 0);
        writer.Single("alarms_free_disk_space_watermark", MetricKind.Untyped, "is 1 if free disk space watermark alarm is in effect", reason.Contains("disk", StringComparison.Ordinal) ? 1 : 0);
        writer.Single("alarms_memory_used_watermark", MetricKind.Untyped, "is 1 if VM memory watermark alarm is in effect", reason.Contains("memory", StringComparison.Ordinal) ? 1 : 0);
    }

    /// <summary>What the process uses.</summary>
    public static void WriteUsage(MetricsWriter writer, ManagementServices services)
    {
        writer.Single("process_open_fds", MetricKind.Gauge, "Open file descriptors", ProcessFiles.Count());
        writer.Single("process_open_tcp_sockets", MetricKind.Gauge, "Open TCP sockets", services.Connections.Count);
        writer.Single("process_resident_memory_bytes", MetricKind.Gauge, "Memory used in bytes", Environment.WorkingSet);
        writer.Single("disk_space_available_bytes", MetricKind.Gauge, "Disk space available in bytes", DiskSpace.Free(services.Options.DataDirectory) ?? 0);
    }

    /// <summary>What it may use, and for how long it has been up.</summary>
    public static void WriteLimits(MetricsWriter writer, ManagementServices services)
    {
        ResourceAlarms alarms = services.Broker.Alarms;
        writer.Single("process_max_fds", MetricKind.Gauge, "Open file descriptors limit", ProcessFiles.Limit);
        writer.Single("process_max_tcp_sockets", MetricKind.Gauge, "Open TCP sockets limit", ProcessFiles.Limit);
        writer.Single("resident_memory_limit_bytes", MetricKind.Gauge, "Memory high watermark in bytes", alarms.MemoryLimit);
        writer.Single("disk_space_available_limit_bytes", MetricKind.Gauge, "Free disk space low watermark in bytes", alarms.DiskLimit);
        writer.Single("erlang_uptime_seconds", MetricKind.Gauge, "Node uptime", (Environment.TickCount64 - services.StartedAt) / 1000.0);
    }

    /// <summary>What the store has read and written.</summary>
    public static void WriteFiles(MetricsWriter writer, MessageBroker broker)
    {
        FileUsage files = broker.Files;
        writer.Single("io_read_ops_total", MetricKind.Counter, "Total number of I/O read operations", files.Reads);
        writer.Single("io_read_bytes_total", MetricKind.Counter, "Total number of I/O bytes read", files.ReadBytes);
        writer.Single("io_write_ops_total", MetricKind.Counter, "Total number of I/O write operations", files.Writes);
        writer.Single("io_write_bytes_total", MetricKind.Counter, "Total number of I/O bytes written", files.WrittenBytes);
        writer.Single("io_sync_ops_total", MetricKind.Counter, "Total number of I/O sync operations", files.Syncs);
        writer.Single("io_read_time_seconds_total", MetricKind.Counter, "Total I/O read time", files.ReadTime.TotalSeconds);
        writer.Single("io_write_time_seconds_total", MetricKind.Counter, "Total I/O write time", files.WriteTime.TotalSeconds);
        writer.Single("io_sync_time_seconds_total", MetricKind.Counter, "Total I/O sync time", files.SyncTime.TotalSeconds);
        writer.Single("msg_store_read_total", MetricKind.Counter, "Total number of Message Store read operations", broker.Store.Counts.PayloadReads);
        writer.Single("msg_store_write_total", MetricKind.Counter, "Total number of Message Store write operations", broker.Store.Counts.MessagesWritten);
    }

    /// <summary>Unexpected exceptions that stayed in their compartments.</summary>
    public static void WriteFaults(MetricsWriter writer, ContainedFaults faults)
    {
        writer.Begin("contained_faults_total", MetricKind.Counter, "Total number of unexpected errors that were kept inside one part of the broker");
        foreach (var compartment in Compartments.All)
            writer.Sample(faults.Count(compartment), ("compartment", compartment.Name()));
    }

    public static void WriteLogins(MetricsWriter writer, AuthenticationAttempts attempts)
    {
        var counts = attempts.ByProtocol();
        writer.Begin("auth_attempts_total", MetricKind.Counter, "Total number of authorization attempts");
        foreach (var (protocol, succeeded, failed) in counts)
            writer.Sample(succeeded + failed, ("protocol", protocol));
        writer.Begin("auth_attempts_succeeded_total", MetricKind.Counter, "Total number of successful authentication attempts");
        foreach (var (protocol, succeeded, _) in counts)
            writer.Sample(succeeded, ("protocol", protocol));
        writer.Begin("auth_attempts_failed_total", MetricKind.Counter, "Total number of failed authentication attempts");
        foreach (var (protocol, _, failed) in counts)
            writer.Sample(failed, ("protocol", protocol));
    }

    /// <summary>The same by who tried from where.</summary>
    public static void WriteLoginSources(MetricsWriter writer, AuthenticationAttempts attempts)
    {
        var counts = attempts.BySource();
        writer.Begin("auth_attempts_detailed_total", MetricKind.Counter, "Total number of authorization attempts with source info");
        foreach (var (address, user, protocol, succeeded, failed) in counts)
            writer.Sample(succeeded + failed, ("remote_address", address), ("username", user), ("protocol", protocol));
        writer.Begin("auth_attempts_detailed_succeeded_total", MetricKind.Counter, "Total number of successful authorization attempts with source info");
        foreach (var (address, user, protocol, succeeded, _) in counts)
            writer.Sample(succeeded, ("remote_address", address), ("username", user), ("protocol", protocol));
        writer.Begin("auth_attempts_detailed_failed_total", MetricKind.Counter, "Total number of failed authorization attempts with source info");
        foreach (var (address, user, protocol, _, failed) in counts)
            writer.Sample(failed, ("remote_address", address), ("username", user), ("protocol", protocol));
    }

    /// <summary>Who the node is: dashboards join every other metric with these.</summary>
    public static void WriteIdentity(MetricsWriter writer, ManagementServices services, string clusterName)
    {
        BrokerOptions options = services.Options;
        writer.Begin("build_info", MetricKind.Untyped, "RabbitMQ & Erlang/OTP version info");
        writer.Sample(
            1,
            ("rabbitmq_version", ManagementServices.ApiVersion), ("prometheus_plugin_version", ManagementServices.ApiVersion), ("prometheus_client_version", "none"),
            ("erlang_version", "none"), ("product_name", options.ProductName), ("product_version", options.ProductVersion));
        writer.Begin("identity_info", MetricKind.Untyped, "RabbitMQ node & cluster identity info");
        writer.Sample(1, ("rabbitmq_node", ManagementServices.NodeName), ("rabbitmq_cluster", clusterName), ("rabbitmq_cluster_permanent_id", PermanentId(options)));
    }

    /// <summary>The same at every start on the same data.</summary>
    private static string PermanentId(BrokerOptions options)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ManagementServices.NodeName}\n{Path.GetFullPath(options.DataDirectory)}"));
        return "rabbitmq-cluster-id-" + Convert.ToBase64String(hash, 0, 16).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
