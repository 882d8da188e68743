using System.Globalization;
using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/nodes</c>. The list of nodes always has one entry.</summary>
internal static class NodeEndpoints
{
    public static ManagementApi MapNodes(this ManagementApi api) => api
        .Get("/nodes", Access.Monitoring, request =>
        {
            var query = new SampleQuery(request);
            return new ListReply<ApiRequest>([request], _ => ManagementServices.NodeName, (json, node) => Write(json, node, query));
        })
        .Get("/nodes/{node}", Access.Monitoring, request =>
            request.Name("node") == ManagementServices.NodeName
                ? ApiReply.Json(json => Write(json, request, new SampleQuery(request)))
                : throw ApiException.NotFound());

    private static void Write(Utf8JsonWriter json, ApiRequest request, SampleQuery query)
    {
        var options = request.Services.Options;
        string? alarm = request.Broker.Alarms.Reason;
        json.WriteStartObject();
        json.WriteStartArray("partitions");
        json.WriteEndArray();
        json.WriteString("os_pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("fd_total", ProcessFiles.Limit);
        json.WriteNumber("sockets_total", ProcessFiles.Limit);
        json.WriteNumber("mem_limit", request.Broker.Alarms.MemoryLimit);
        json.WriteBoolean("mem_alarm", alarm is not null && alarm.Contains("memory", StringComparison.Ordinal));
        json.WriteNumber("disk_free_limit", request.Broker.Alarms.DiskLimit);
        json.WriteBoolean("disk_free_alarm", alarm is not null && alarm.Contains("disk", StringComparison.Ordinal));
        json.WriteNumber("proc_total", 1_048_576);
        var counts = SampledCounts.Of(request.Broker, options.DataDirectory, query);
        counts.Write(json, StatisticRows.Node, StatisticRows.BrokerNode, query.NodeStatistics);
        counts.Write(json, StatisticRows.ChurnRates, StatisticRows.BrokerChurn, query.NodeStatistics);
        json.WriteString("rates_mode", "basic");
        json.WriteNumber("uptime", Environment.TickCount64 - request.Services.StartedAt);
        json.WriteNumber("run_queue", ThreadPool.PendingWorkItemCount);
        json.WriteNumber("processors", Environment.ProcessorCount);
        OverviewEndpoints.WriteExchangeTypes(json);
        json.WriteStartArray("auth_mechanisms");
        foreach (string mechanism in Connections.SaslMechanisms.WithPassword)
        {
            json.WriteStartObject();
            json.WriteString("name", mechanism);
            json.WriteBoolean("enabled", options.Access.AuthenticationMechanisms.Contains(mechanism));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("applications");
        json.WriteEndArray();
        json.WriteStartArray("contexts");
        json.WriteEndArray();
        json.WriteStrings("log_files", []);
        json.WriteString("db_dir", Path.GetFullPath(options.DataDirectory));
        json.WriteStrings("config_files", []);
        json.WriteStrings("enabled_plugins", ["rabbitmq_management"]);
        json.WriteString("mem_calculation_strategy", "rss");
        json.WriteString("name", ManagementServices.NodeName);
        json.WriteString("type", "disc");
        json.WriteBoolean("running", true);
        json.WriteBoolean("being_drained", request.Services.Connections.IsInMaintenance);
        json.WriteStartArray("cluster_links");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
