using System.Security.Cryptography;
using System.Text;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Instruments;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Metrics;

/// <summary>Writes those metrics of the node that have labels.</summary>
internal static class NodeSection
{
    /// <summary>Writes the number of unexpected exceptions in each part of the broker.</summary>
    public static void WriteFaults(MetricsWriter writer, ContainedFaults faults)
    {
        writer.Begin(FaultMetrics.Contained);
        foreach (var compartment in Compartments.All)
            writer.Sample(FaultMetrics.Contained.Value(new CompartmentFaults(faults, compartment)), ("compartment", compartment.Name()));
    }

    public static void WriteLogins(MetricsWriter writer, AuthenticationAttempts attempts)
    {
        var counts = attempts.ByProtocol();
        foreach (var metric in LoginMetrics.ByProtocol)
        {
            writer.Begin(metric);
            foreach (var each in counts)
                writer.Sample(metric.Value(each), ("protocol", each.Protocol));
        }
    }

    /// <summary>Writes the counts of login attempts by client address, user and protocol.</summary>
    public static void WriteLoginSources(MetricsWriter writer, AuthenticationAttempts attempts)
    {
        var counts = attempts.BySource();
        foreach (var metric in LoginMetrics.BySource)
        {
            writer.Begin(metric);
            foreach (var each in counts)
                writer.Sample(metric.Value(each), ("remote_address", each.Address), ("username", each.User), ("protocol", each.Protocol));
        }
    }

    /// <summary>Writes the metrics whose labels are the names and versions of the node.</summary>
    public static void WriteIdentity(MetricsWriter writer, in NodeReading node)
    {
        BrokerOptions options = node.Options;
        writer.Begin(NodeMetrics.Build);
        writer.Sample(
            NodeMetrics.Build.Value(node),
            ("rabbitmq_version", ManagementServices.ApiVersion),
            ("prometheus_plugin_version", ManagementServices.ApiVersion),
            ("prometheus_client_version", "none"),
            ("erlang_version", "none"),
            ("product_name", options.Identity.ProductName),
            ("product_version", options.Identity.ProductVersion));
        writer.Begin(NodeMetrics.Identity);
        writer.Sample(
            NodeMetrics.Identity.Value(node),
            ("rabbitmq_node", ManagementServices.NodeName),
            ("rabbitmq_cluster", node.Broker.ClusterName),
            ("rabbitmq_cluster_permanent_id", PermanentId(options)));
    }

    /// <summary>Returns an id that depends only on the node name and the path of the data directory.</summary>
    private static string PermanentId(BrokerOptions options)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ManagementServices.NodeName}\n{Path.GetFullPath(options.DataDirectory)}"));
        return "rabbitmq-cluster-id-" + Convert.ToBase64String(hash, 0, 16).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
