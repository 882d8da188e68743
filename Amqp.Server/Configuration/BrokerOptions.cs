using System.Net;
using System.Reflection;
using Amqp.Protocol;
using Amqp.Storage.Configuration;

namespace Amqp.Server.Configuration;

/// <summary>Everything that can be set about a broker, with RabbitMQ's defaults. Settled before anything listens and not changed afterwards.</summary>
/// <remarks>The key of each setting, its environment variable and its range are in <see cref="SettingTable"/>.</remarks>
public sealed class BrokerOptions
{
    /// <summary><see cref="QuarantineLimit"/> unless it is configured.</summary>
    public const int DefaultQuarantineLimit = 100;

    /// <summary><see cref="RecentHistoryLimit"/> unless it is configured.</summary>
    public const int DefaultRecentHistoryLimit = 10_000;

    /// <summary>Largest frame offered in connection.tune, in bytes: 4,096 or more, or 0 for no limit.</summary>
    public int FrameMax { get; set; } = 131_072;

    /// <summary>Largest frame taken before connection.tune-ok, in bytes.</summary>
    public int InitialFrameMax { get; set; } = 4_096;

    /// <summary>Channels offered per connection in connection.tune; 0 is no limit but the protocol's.</summary>
    public ushort ChannelMax { get; set; } = 2_047;

    /// <summary>Heartbeat interval offered in connection.tune, in seconds; 0 offers none.</summary>
    public ushort Heartbeat { get; set; } = 60;

    /// <summary>How long a peer may take from connecting to connection.open; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message body taken, in bytes; at most 536,870,912.</summary>
    public long MaxMessageSize { get; set; } = 134_217_728;

    /// <summary>How deep tables and arrays may nest in what clients send.</summary>
    public int MaxTableDepth { get; set; } = FieldTableCodec.DefaultMaxDepth;

    /// <summary>Consumers allowed on one channel; 0 is no limit.</summary>
    public int ConsumerMaxPerChannel { get; set; }

    /// <summary>Messages of one queue, or of one exchange in which messages wait, that may be quarantined before it stops.</summary>
    public int QuarantineLimit { get; set; } = DefaultQuarantineLimit;

    /// <summary>Messages that an exchange of the type x-recent-history keeps at most.</summary>
    public int RecentHistoryLimit { get; set; } = DefaultRecentHistoryLimit;

    /// <summary>How long a delivery may stay unacknowledged, where the queue says nothing else; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</summary>
    public TimeSpan ConsumerTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>AMQP connections allowed at once; 0 is no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>Connections that may be open without having logged in, before the oldest is cut off; 0 is no limit.</summary>
    public int MaxUnauthenticated { get; set; } = 4_096;

    /// <summary>Refused logins of one address within ten seconds that are answered at once; 0: all.</summary>
    public int FailedLoginLimit { get; set; } = 20;

    /// <summary>Warnings and errors about connections of one address that are logged within ten seconds, and ten times as many of all addresses; 0: all.</summary>
    public int ConnectionLogLimit { get; set; } = 100;

    /// <summary>Whether a proxy stands in front of the AMQP listeners and says who connects.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>Where that proxy may be to be believed that a client is on its machine; it always is on this one.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>Path of a Unix socket that takes AMQP connections; null for none.</summary>
    public string? UnixSocketPath { get; set; }

    /// <summary>Queues allowed in the whole broker; null is no limit.</summary>
    public long? ClusterQueueLimit { get; set; }

    /// <summary>Exchanges allowed in the whole broker; null is no limit.</summary>
    public long? ClusterExchangeLimit { get; set; }

    /// <summary>Channels allowed in the whole broker; null is no limit.</summary>
    public long? ChannelMaxPerNode { get; set; }

    /// <summary>How many virtual hosts there may be, and what new ones begin with.</summary>
    public VirtualHostOptions VirtualHosts { get; set; } = new();

    /// <summary>The type of queues that name none, <c>classic</c> or <c>quorum</c>; null adds no type to their arguments.</summary>
    public string? DefaultQueueType { get; set; }

    /// <summary>Deliveries to a connection stop while more bytes than this wait to be sent to it.</summary>
    public long OutboxHighWatermark { get; set; } = 1_048_576;

    /// <summary>Replies by direct reply-to are dropped while more bytes than this wait to be sent to the requester's connection.</summary>
    public long ReplyHighWatermark { get; set; } = 67_108_864;

    /// <summary>What is added to published messages.</summary>
    public InterceptorOptions Interceptors { get; set; } = new();

    /// <summary>Whether there is the exchange <c>amq.rabbitmq.event</c>.</summary>
    public bool EventExchange { get; set; } = true;

    /// <summary>The virtual host of that exchange; null: the one that a new data directory begins with.</summary>
    public string? EventExchangeVirtualHost { get; set; }

    /// <summary>What a new data directory begins with.</summary>
    public DefaultAccess DefaultAccess { get; set; } = new();

    /// <summary>What is imported at the start.</summary>
    public DefinitionOptions Definitions { get; set; } = new();

    /// <summary>The SASL mechanisms that clients may use, as far as the broker has them.</summary>
    public IReadOnlyCollection<string> AuthenticationMechanisms { get; set; } = ["PLAIN", "AMQPLAIN", "EXTERNAL"];

    /// <summary>How passwords are kept, and what new ones must be like.</summary>
    public PasswordOptions Passwords { get; set; } = new();

    /// <summary>Users who may connect over a loopback address only.</summary>
    public IReadOnlyCollection<string> LoopbackUsers { get; set; } = ["guest"];

    /// <summary>What the broker calls itself in connection.start.</summary>
    public string ProductName { get; set; } = "AmqpBroker";

    /// <summary>The version it names there, as n.n.n: clients parse it.</summary>
    public string ProductVersion { get; set; } = OwnVersion;

    /// <summary>The cluster's name in connection.start and in the HTTP API.</summary>
    public string ClusterName { get; set; } = $"rabbit@{Environment.MachineName}";

    /// <summary>Publishers are blocked while messages that are in memory only hold more than this, in bytes.</summary>
    public long MemoryHighWatermark { get; set; } = new MemoryWatermark().Resolve();

    /// <summary>Publishers are blocked while less than this is free where the data directory is, in bytes.</summary>
    public long DiskFreeLimit { get; set; } = Configuration.DiskFreeLimit.DefaultBytes;

    /// <summary>Where the broker keeps what outlives it; relative paths start at the current folder.</summary>
    public string DataDirectory { get; set; } = "amqpbroker-data";

    /// <summary>How the message store works.</summary>
    public StoreOptions Store { get; set; } = new StorePlan().ToOptions(new MemoryWatermark(), Configuration.DiskFreeLimit.DefaultBytes);

    /// <summary>Addresses that take AMQP connections; port 0 is any free port, one for all addresses that ask for it.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().AmqpEndPoints();

    /// <summary>Where AMQP over TLS is taken, and how.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Addresses that answer the HTTP API; port 0 as above.</summary>
    public IReadOnlyList<IPEndPoint> ManagementListeners { get; set; } = new ListenerPlan().ManagementEndPoints();

    /// <summary>Where the HTTP API answers over TLS, and how; what is not said of the certificates is as for AMQP.</summary>
    public TlsOptions ManagementTls { get; set; } = new() { Prefix = "management.ssl" };

    /// <summary>What stands before <c>/api</c>: empty, or a slash and more, without one at the end.</summary>
    public string ManagementPathPrefix { get; set; } = "";

    /// <summary>Who may use the HTTP API from within a browser's page.</summary>
    public CorsOptions Cors { get; set; } = new();

    /// <summary>Headers of every answer of the HTTP API, by name.</summary>
    public SortedDictionary<string, string> ResponseHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether operator policies may be changed over HTTP.</summary>
    public bool AllowsOperatorPolicyChanges { get; set; } = true;

    /// <summary>Largest body of an HTTP request taken, in bytes.</summary>
    public long MaxApiBodySize { get; set; } = 20_000_000;

    /// <summary>Connections to the HTTP API open at once, and as many to the listeners for Prometheus; 0 is no limit.</summary>
    public int MaxHttpConnections { get; set; } = 1_000;

    /// <summary>How long a login at <c>/api/login</c> holds.</summary>
    public TimeSpan LoginSessionTimeout { get; set; } = TimeSpan.FromHours(8);

    /// <summary>How many of those hold at once.</summary>
    public int MaxLoginSessions { get; set; } = 1_000;

    /// <summary>Octets of messages that one <c>get</c> of the HTTP API answers at most; the first message it answers whatever its size.</summary>
    public long ManagementGetMaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How the listening sockets, and with them the accepted ones, are set up.</summary>
    public SocketOptions Sockets { get; set; } = new();

    /// <summary>What is counted and sampled, and who may read it.</summary>
    public StatisticsOptions Statistics { get; set; } = new();

    /// <summary>What is sent to a collector.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>What the log on standard output holds.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>How long connections may take to answer connection.close when the broker stops.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The broker's version, whatever it tells clients.</summary>
    internal static string OwnVersion { get; } = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0.0.0";
}
