using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources <c>/api/overview</c>, <c>/api/cluster-name</c> and others of the HTTP API that describe the broker as a whole.
/// </summary>
internal static class OverviewEndpoints
{
    /// <summary>Name of the global parameter that holds the cluster's name.</summary>
    public const string ClusterNameParameter = "cluster_name";

    public static ManagementApi MapOverview(this ManagementApi api) => api
        .Get("/overview", Access.Management, request => ApiReply.Json(json => Write(json, request)))
        .Get("/version", Access.Management, _ => ApiReply.Json(json => json.WriteStringValue(ManagementServices.ApiVersion)))
        .Get("/cluster-name", Access.Management, request => ApiReply.Texts(("name", request.Broker.ClusterName)))
        .Put("/cluster-name", Access.Administrator, request =>
        {
            request.DemandFields("name");
            request.Broker.GlobalParameters.Put(ClusterNameParameter, Protocol.FieldValue.FromString(request.Text("name")));
            return ApiReply.NoContent;
        })
        .Get("/extensions", Access.Management, _ => ApiReply.Json(json =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("javascript", "dispatcher.js");
            json.WriteEndObject();
            json.WriteEndArray();
        }))
        .Get("/auth", Access.Anyone, _ => ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("oauth_enabled", false);
            json.WriteEndObject();
        }))
        .Get("/feature-flags", Access.Administrator, _ => FeatureFlags.List())
        .Put("/feature-flags/{name}/enable", Access.Administrator, request => FeatureFlags.Enable(request.Name("name")))
        .Get("/deprecated-features", Access.Administrator, _ => EmptyList())
        .Get("/deprecated-features/used", Access.Administrator, _ => EmptyList())
        .Post("/rebalance/queues", Access.Administrator, _ => ApiReply.NoContent) // a single node has nothing to rebalance
        .Delete("/reset", Access.Administrator, Reset)
        .Delete("/reset/{node}", Access.Administrator, request =>
            request.Name("node") == ManagementServices.NodeName ? Reset(request) : throw ApiException.NotFound());

    /// <summary>Discards the samples from which charts are drawn. The counters keep their values.</summary>
    private static ApiReply Reset(ApiRequest request)
    {
        request.Broker.Sampler.Reset();
        return ApiReply.NoContent;
    }

    public static ApiReply EmptyList() => ApiReply.Json(json =>
    {
        json.WriteStartArray();
        json.WriteEndArray();
    });

    public static void WriteExchangeTypes(Utf8JsonWriter json)
    {
        json.WriteStartArray("exchange_types");
        foreach (string type in Routers.Types)
        {
            json.WriteStartObject();
            json.WriteString("name", type);
            json.WriteString("description", DescriptionOf(type));
            json.WriteBoolean("enabled", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string DescriptionOf(string type) => type switch
    {
        "direct" or "fanout" or "headers" or "topic" => $"AMQP {type} exchange, as per the AMQP specification",
        "x-consistent-hash" => "Consistent Hashing Exchange",
        "x-delayed-message" => "Delayed Message Exchange.",
        "x-local-random" => "Picks one random local binding (queue) to route via (to).",
        "x-message-deduplication" => "Message Deduplication Exchange.",
        "x-modulus-hash" => "Modulus Hashing Exchange",
        "x-random" => "Randomly picks a binding (queue) to route via (to).",
        "x-recent-history" => "Recent History Exchange.",
        _ => $"AMQP {type} exchange",
    };

    public static void WriteListeners(Utf8JsonWriter json, ApiRequest request)
    {
        json.WriteStartArray("listeners");
        foreach (var listener in request.Services.Listeners())
        {
            json.WriteStartObject();
            json.WriteString("node", ManagementServices.NodeName);
            json.WriteString("protocol", listener.Protocol);
            json.WriteString("ip_address", listener.EndPoint.Address.ToString());
            json.WriteNumber("port", listener.EndPoint.Port);
            json.WriteStartArray("socket_opts");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ApiRequest request)
    {
        var options = request.Services.Options;
        json.WriteStartObject();
        json.WriteString("management_version", ManagementServices.ApiVersion);
        json.WriteString("rates_mode", "basic");
        json.WriteStartObject("sample_retention_policies");
        WriteSeconds(json, "global", SampleSeries.Global);
        WriteSeconds(json, "basic", SampleSeries.Basic);
        WriteSeconds(json, "detailed", SampleSeries.Basic.AsSpan(0, 1));
        json.WriteEndObject();
        WriteExchangeTypes(json);
        json.WriteString("product_version", options.Identity.ProductVersion);
        json.WriteString("product_name", options.Identity.ProductName);
        json.WriteString("rabbitmq_version", ManagementServices.ApiVersion);
        json.WriteString("cluster_name", request.Broker.ClusterName);
        json.WriteString("erlang_version", "none");
        json.WriteString("erlang_full_version", $".NET {Environment.Version}");
        json.WriteBoolean("disable_stats", false);
        json.WriteBoolean("enable_queue_totals", false);
        json.WriteString("default_queue_type", options.VirtualHosts.DefaultQueueType ?? "classic");
        json.WriteBoolean("is_op_policy_updating_enabled", request.Services.Options.Management.AllowsOperatorPolicyChanges);
        WriteTotals(json, request);
        json.WriteNumber("statistics_db_event_queue", 0);
        if (request.User.IsMonitoring)
        {
            json.WriteString("node", ManagementServices.NodeName);
            WriteListeners(json, request);
            json.WriteStartArray("contexts");
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, ReadOnlySpan<int> seconds)
    {
        json.WriteStartArray(name);
        foreach (int value in seconds)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>
    /// Writes the counts of the whole broker. For users without the tag monitoring, only the churn rates are those of the whole broker; the
    /// other counts are sums over their virtual hosts.
    /// </summary>
    private static void WriteStatistics(Utf8JsonWriter json, ApiRequest request, List<VirtualHost> hosts)
    {
        var query = new SampleQuery(request);
        if (query.IsDisabled)
            return;
        var all = SampledCounts.Of(request.Broker, request.Services.Options.DataDirectory, query);
        var visible = request.User.IsMonitoring ? all : SampledCounts.Of(hosts, query);
        visible.WriteMessageStatistics(json, isAlwaysThere: true);
        json.WriteStartObject("churn_rates");
        all.Write(json, StatisticRows.ChurnRates, StatisticRows.BrokerChurn, query.MessageRates);
        json.WriteEndObject();
        json.WriteStartObject("queue_totals");
        visible.Write(json, StatisticRows.Depth, StatisticRows.HostDepth, query.Lengths);
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, ApiRequest request)
    {
        var hosts = request.VisibleHosts.ToList();
        var connections = ConnectionEndpoints.Visible(request).ToList();
        long consumers = 0, queues = 0;
        foreach (Queue queue in hosts.SelectMany(host => host.Queues))
        {
            consumers += queue.Counts.Consumers;
            queues++;
        }
        WriteStatistics(json, request, hosts);
        json.WriteStartObject("object_totals");
        json.WriteNumber("channels", connections.Sum(entry => entry.Connection.Load.Channels));
        json.WriteNumber("connections", connections.Count);
        json.WriteNumber("consumers", consumers);
        json.WriteNumber("exchanges", hosts.Sum(host => host.Exchanges.Count()));
        json.WriteNumber("queues", queues);
        json.WriteEndObject();
    }
}
