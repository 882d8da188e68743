using System.Net;
using System.Reflection;
using Amqp.Storage.Configuration;

namespace Amqp.Server.Configuration;

/// <summary>Everything that can be set about a broker, with RabbitMQ's defaults. Settled before anything listens and not changed afterwards.</summary>
/// <remarks>The key of each setting, its environment variable and its range are in <see cref="SettingTable"/>.</remarks>
public sealed class BrokerOptions
{
    /// <summary>Connections, channels, and what a client is offered.</summary>
    public ConnectionOptions Connections { get; } = new();

    /// <summary>How large messages may be, how many objects there may be, and how long a delivery may stay unacknowledged.</summary>
    public LimitOptions Limits { get; } = new();

    /// <summary>How many virtual hosts there may be, and what new ones begin with.</summary>
    public VirtualHostOptions VirtualHosts { get; set; } = new();

    /// <summary>What is added to published messages.</summary>
    public InterceptorOptions Interceptors { get; set; } = new();

    /// <summary>The exchange <c>amq.rabbitmq.event</c>.</summary>
    public EventExchangeOptions EventExchange { get; } = new();

    /// <summary>Who may log in, and how.</summary>
    public AccessOptions Access { get; } = new();

    /// <summary>What is imported at the start.</summary>
    public DefinitionOptions Definitions { get; set; } = new();

    /// <summary>What the broker calls itself.</summary>
    public IdentityOptions Identity { get; } = new();

    /// <summary>When publishers are blocked.</summary>
    public AlarmOptions Alarms { get; } = new();

    /// <summary>Where the broker keeps what outlives it; relative paths start at the current folder.</summary>
    public string DataDirectory { get; set; } = "amqpbroker-data";

    /// <summary>How the message store works.</summary>
    public StoreOptions Store { get; set; } = new StorePlan().ToOptions(new MemoryWatermark(), DiskFreeLimit.DefaultBytes);

    /// <summary>Addresses that take AMQP connections; port 0 is any free port, one for all addresses that ask for it.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().AmqpEndPoints();

    /// <summary>Where AMQP over TLS is taken, and how.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>The HTTP API.</summary>
    public ManagementOptions Management { get; } = new();

    /// <summary>How the listening sockets, and with them the accepted ones, are set up.</summary>
    public SocketOptions Sockets { get; set; } = new();

    /// <summary>What is counted and sampled, and who may read it.</summary>
    public StatisticsOptions Statistics { get; set; } = new();

    /// <summary>What is sent to a collector.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>What the log on standard output holds.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>The broker's version, whatever it tells clients.</summary>
    internal static string OwnVersion { get; } = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0.0.0";
}
