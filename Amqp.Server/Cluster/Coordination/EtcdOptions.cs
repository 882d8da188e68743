namespace Amqp.Server.Cluster.Coordination;

/// <summary>Access to etcd, and time limits.</summary>
internal sealed record EtcdOptions
{
    /// <summary>Addresses of etcd's members, such as <c>https://etcd1:2379</c>.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Beginning of all keys of the cluster, such as <c>/amqpbroker/CLUSTER_NAME/</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>User of etcd; null if etcd needs no login.</summary>
    public string? Username { get; init; }

    public string Password { get; init; } = "";

    /// <summary>File with the certificates of trusted authorities, in PEM; null for those of the system.</summary>
    public string? CaCertificateFile { get; init; }

    /// <summary>File with the client's certificate and its chain, in PEM; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>File with the client's key, in PEM; null if the certificate's file has it.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Duration of a lease, in whole seconds. etcd prolongs leases shorter than 2 s. Default: 2 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time after which a request goes to the next endpoint. A request is sent again until this time, multiplied by the number of
    /// endpoints, is over. Default: 1 s.
    /// </summary>
    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Interval at which a watch reads the state, even if no event arrives: a stopped member of etcd keeps its connections. Default: 1 s.
    /// </summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(1);
}
