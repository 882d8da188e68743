using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cluster;

/// <summary>Checks the settings of a cluster before the start.</summary>
internal static class ClusterChecks
{
    /// <summary>Adds the errors to the configuration.</summary>
    public static void Run(BrokerConfiguration configuration)
    {
        ClusterOptions options = configuration.Options.Cluster;
        if (!options.Enabled)
            return;
        if (options.EtcdEndpoints.Count == 0)
            configuration.AddError("cluster.etcd.endpoints.1: a cluster needs etcd; set the address of each of its members");
        if (options.Advertise is { } address && NodeAddress.TrySplit(address) is null)
            configuration.AddError($"cluster.advertise: '{address}' is not host:port");
        if (!options.IsInsecure && (options.CertificateFile ?? options.AuthoritiesFile) is null)
            configuration.AddError(
                "cluster.tls.certfile: the nodes of a cluster need certificates; make them with amqpbroker cluster certificates, or set "
                    + "cluster.tls.insecure = true on a network that only the nodes can reach");
        else
            Check(configuration, options);
    }

    private static void Check(BrokerConfiguration configuration, ClusterOptions options)
    {
        try
        {
            new ClusterTls(options).Check();
        }
        catch (ConfigurationException error)
        {
            configuration.AddError(error.Message);
        }
    }
}
