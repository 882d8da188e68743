using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cluster;

/// <summary>Access of this node to etcd, by its settings.</summary>
internal static class EtcdAccess
{
    /// <summary>Name of a cluster whose <c>cluster_name</c> is not set.</summary>
    private const string DefaultName = "amqpbroker";

    public static EtcdOptions Of(BrokerOptions options)
    {
        ClusterOptions cluster = options.Cluster;
        string prefix = cluster.EtcdPrefix ?? $"/amqpbroker/{NameOf(options)}/";
        return new EtcdOptions
        {
            Endpoints = [.. cluster.EtcdEndpoints.Values],
            Prefix = prefix.EndsWith('/') ? prefix : prefix + '/',
            Username = cluster.EtcdUsername.Length > 0 ? cluster.EtcdUsername : null,
            Password = cluster.EtcdPassword,
            CaCertificateFile = cluster.EtcdAuthoritiesFile,
            CertificateFile = cluster.EtcdCertificateFile,
            KeyFile = cluster.EtcdKeyFile,
            Lease = cluster.Lease,
            AttemptLimit = cluster.Lease / 4, // so that a member of etcd that does not answer costs a leader no lease
        };
    }

    /// <summary>Returns the name of the cluster, which all its members share.</summary>
    public static string NameOf(BrokerOptions options)
    {
        string name = options.Identity.ClusterName;
        return name == new IdentityOptions().ClusterName ? DefaultName : name; // the default names the machine
    }
}
