using System.Net;
using System.Reflection;
using Amqp.Storage.Configuration;

namespace Amqp.Server.Configuration;

/// <summary>All options of a broker. Must not change after the first listener has opened. Most defaults are RabbitMQ's.</summary>
/// <remarks><see cref="SettingTable"/> has the key, the environment variable and the range of each setting.</remarks>
public sealed class BrokerOptions
{
    /// <summary>Options for connections and channels, including the limits that connection.tune offers.</summary>
    public ConnectionOptions Connections { get; } = new();

    /// <summary>
    /// Limits for message sizes, for the numbers of objects, and for the time that a client may take to acknowledge a delivery.
    /// </summary>
    public LimitOptions Limits { get; } = new();

    /// <summary>Limit for the number of virtual hosts, and defaults for new virtual hosts.</summary>
    public VirtualHostOptions VirtualHosts { get; set; } = new();

    /// <summary>Headers that the broker adds to published messages.</summary>
    public InterceptorOptions Interceptors { get; set; } = new();

    /// <summary>Options for the exchange <c>amq.rabbitmq.event</c>.</summary>
    public EventExchangeOptions EventExchange { get; } = new();

    /// <summary>Options for logins: the default user, SASL mechanisms, passwords, and users that may connect only over loopback.</summary>
    public AccessOptions Access { get; } = new();

    /// <summary>Definition files that are imported at the start.</summary>
    public DefinitionOptions Definitions { get; set; } = new();

    /// <summary>The static shovels.</summary>
    public IReadOnlyList<StaticShovel> Shovels { get; set; } = [];

    /// <summary>The names and the version that the broker reports to clients.</summary>
    public IdentityOptions Identity { get; } = new();

    /// <summary>Limits for memory and disk space. Beyond a limit, publishers are blocked.</summary>
    public AlarmOptions Alarms { get; } = new();

    /// <summary>Folder for all persistent data. A relative path is relative to the current folder.</summary>
    public string DataDirectory { get; set; } = "amqpbroker-data";

    /// <summary>Options of a broker that is a member of a cluster.</summary>
    public ClusterOptions Cluster { get; } = new();

    /// <summary>Options for the message store.</summary>
    public StoreOptions Store { get; set; } = new StorePlan().ToOptions(new MemoryWatermark(), DiskFreeLimit.DefaultBytes);

    /// <summary>
    /// Addresses on which the broker accepts AMQP connections. Port 0 means any free port; all addresses with port 0 get the same port.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().AmqpEndPoints();

    /// <summary>Addresses on which the broker accepts AMQP over TLS, and the TLS options.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Options for the HTTP API.</summary>
    public ManagementOptions Management { get; } = new();

    /// <summary>Options of the listening sockets. Accepted sockets inherit these options.</summary>
    public SocketOptions Sockets { get; set; } = new();

    /// <summary>Options for statistics and for the metrics that Prometheus reads.</summary>
    public StatisticsOptions Statistics { get; set; } = new();

    /// <summary>The times after which the broker reports a state as a problem.</summary>
    public ProblemOptions Problems { get; } = new();

    /// <summary>Options for sending metrics and traces to an OpenTelemetry collector.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>True if the broker stops when its standard input is closed.</summary>
    public bool StopsWithStandardInput { get; set; }

    /// <summary>Options for the log.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Version of the broker. The version reported to clients can be configured separately.</summary>
    internal static string OwnVersion { get; } = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0.0.0";
}
