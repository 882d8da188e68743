using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of a broker that is a member of a cluster.</summary>
internal static class ClusterSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("cluster.enabled", ValueKinds.Boolean, "false",
            "`true` if this broker is a member of a cluster, whose nodes hold copies of all data. See docs/cluster.md.",
            (target, value) => target.Options.Cluster.Enabled = value),
        Setting.Of("nodename", Name, "",
            "Name of this node in the cluster. It is kept in the data directory, which cannot be used under another name. Default: "
                + "`rabbit@` and the machine's name.",
            (target, value) => target.Options.Cluster.NodeName = value),
        Setting.Of("cluster.etcd.endpoints.$number", HttpAddress, "",
            "Address of a member of etcd, such as `http://10.0.0.1:2379`. etcd elects the leader of the cluster. Name all members.",
            (target, value, how) => target.Options.Cluster.EtcdEndpoints[how.Name] = value),
        Setting.Of("cluster.etcd.username", Text, "", "User of etcd. Default: no login.",
            (target, value) => target.Options.Cluster.EtcdUsername = value),
        Setting.Of("cluster.etcd.password", Secret, "", "Password of the user of etcd.",
            (target, value) => target.Options.Cluster.EtcdPassword = value, isSecret: true),
        Setting.Of("cluster.etcd.tls.cacertfile", Text, "",
            "PEM file with the authorities that may issue etcd's certificates. Default: those that this machine trusts.",
            (target, value) => target.Options.Cluster.EtcdAuthoritiesFile = value),
        Setting.Of("cluster.etcd.tls.certfile", Text, "", "PEM file with the certificate that this broker shows to etcd.",
            (target, value) => target.Options.Cluster.EtcdCertificateFile = value),
        Setting.Of("cluster.etcd.tls.keyfile", Text, "", "PEM file with the key of the certificate for etcd.",
            (target, value) => target.Options.Cluster.EtcdKeyFile = value),
        Setting.Of("cluster.etcd.prefix", Text, "",
            "Start of the names of all keys in etcd. Default: `/amqpbroker/`, the `cluster_name`, and a slash.",
            (target, value) => target.Options.Cluster.EtcdPrefix = value),
        Setting.Of("cluster.listen", TcpListener, "25672",
            "Port, or address and port, on which the other nodes of the cluster connect to this one. Default: every address.",
            (target, value) => target.Options.Cluster.Listen = value),
        Setting.Of("cluster.advertise", Text, "",
            "Host and port, as `host:port`, under which the other nodes reach this one. Default: the machine's name and the port of "
                + "`cluster.listen`.",
            (target, value) => target.Options.Cluster.Advertise = value),
        Setting.Of("cluster.tls.cacertfile", Text, "",
            "PEM file with the authorities of the cluster. A broker with a certificate of theirs is a member.",
            (target, value) => target.Options.Cluster.AuthoritiesFile = value),
        Setting.Of("cluster.tls.certfile", Text, "",
            "PEM file with the certificate of this node. The file is read at each connection, so it can be replaced at any time.",
            (target, value) => target.Options.Cluster.CertificateFile = value),
        Setting.Of("cluster.tls.keyfile", Text, "", "PEM file with the key of the node's certificate.",
            (target, value) => target.Options.Cluster.KeyFile = value),
        Setting.Of("cluster.tls.insecure", ValueKinds.Boolean, "false",
            "`true` to connect the nodes without TLS. Any program that reaches the port of `cluster.listen` can then read and change all "
                + "data.",
            (target, value) => target.Options.Cluster.IsInsecure = value),
        Setting.Of("cluster.min_in_sync", Integer(1, 255), "",
            "Number of nodes that must have a persistent message on their disks before it is confirmed. With fewer nodes in sync, "
                + "publishers are blocked. Default: a majority of the members.",
            (target, value) => target.Options.Cluster.MinInSync = value),
        Setting.Of("cluster.replica_timeout", Milliseconds(100, 600_000), "3000",
            "Time after which a node that does not answer leaves the in-sync set.",
            (target, value) => target.Options.Cluster.ReplicaTimeout = value),
        Setting.Of("cluster.lease", Milliseconds(2_000, 600_000), "2000",
            "Time after which another node takes the place of a leader that does not answer. etcd counts whole seconds.",
            (target, value) => target.Options.Cluster.Lease = value),
        Setting.Of("cluster.ring_size", Bytes(1 << 20, 1 << 30), "64MiB",
            "Recent changes that each node keeps in memory, so that a node that was away for a short time gets only these.",
            (target, value) => target.Options.Cluster.RingSize = (int)value),
        Setting.Of("cluster.catch_up_rate", Bytes(0, long.MaxValue), "0",
            "Most bytes per second at which files are copied to a node that was away for longer. 0 is no limit.",
            (target, value) => target.Options.Cluster.CatchUpRate = value == 0 ? null : value),
    ];
}
