using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options of a broker that is a member of a cluster. A broker that is not <see cref="Enabled"/> uses none of them.</summary>
public sealed class ClusterOptions
{
    /// <summary>True if the broker is a member of a cluster.</summary>
    public bool Enabled { get; set; }

    /// <summary>Name of this node, under which the cluster knows it. Kept in the data directory.</summary>
    public string NodeName { get; set; } = $"rabbit@{Environment.MachineName}";

    /// <summary>Addresses of the members of etcd, in the order in which they are tried.</summary>
    public SortedDictionary<string, Uri> EtcdEndpoints { get; } = new(StringComparer.Ordinal);

    /// <summary>User of etcd; empty if it needs no login.</summary>
    public string EtcdUsername { get; set; } = "";

    /// <summary>Password of the user of etcd.</summary>
    public string EtcdPassword { get; set; } = "";

    /// <summary>PEM file with the authorities that may issue etcd's certificates; null for those that this machine trusts.</summary>
    public string? EtcdAuthoritiesFile { get; set; }

    /// <summary>PEM file with the certificate that is shown to etcd; null for none.</summary>
    public string? EtcdCertificateFile { get; set; }

    /// <summary>PEM file with the key of that certificate.</summary>
    public string? EtcdKeyFile { get; set; }

    /// <summary>Start of all keys in etcd; null for <c>/amqpbroker/</c> and the cluster's name.</summary>
    public string? EtcdPrefix { get; set; }

    /// <summary>Address and port for the other nodes. Port 0 is any free port.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.IPv6Any, 25_672);

    /// <summary>Host and port under which the other nodes reach this one; null for the machine's name and the listener's port.</summary>
    public string? Advertise { get; set; }

    /// <summary>PEM file with the authorities that issue the nodes' certificates.</summary>
    public string? AuthoritiesFile { get; set; }

    /// <summary>PEM file with the certificate of this node.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with the key of that certificate.</summary>
    public string? KeyFile { get; set; }

    /// <summary>True if the nodes speak without TLS, and so trust their network.</summary>
    public bool IsInsecure { get; set; }

    /// <summary>Number of nodes that must have a message before it is confirmed; null for a majority of the members.</summary>
    public int? MinInSync { get; set; }

    /// <summary>Time after which a silent node leaves the in-sync set.</summary>
    public TimeSpan ReplicaTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time after which another node may take the place of a leader that does not answer.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of recent changes that are kept in memory for nodes that were away for a short time.</summary>
    public int RingSize { get; set; } = 64 << 20;

    /// <summary>Most bytes per second at which files are copied to a node that was away for longer; null for no limit.</summary>
    public long? CatchUpRate { get; set; }
}
