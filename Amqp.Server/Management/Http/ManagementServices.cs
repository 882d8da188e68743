using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Traces;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Federation;
using Amqp.Server.Logging;
using Amqp.Server.Problems;
using Amqp.Server.Shovels;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Http;

/// <summary>The parts of the broker that the HTTP API uses.</summary>
/// <param name="Opened">The broker, opened before the first request.</param>
/// <param name="Connections">The connections of AMQP clients.</param>
/// <param name="Options">The configuration.</param>
/// <param name="Listeners">Returns the listeners of the broker. The list is complete once the broker accepts connections.</param>
/// <param name="LogLevels">The log level of each category.</param>
/// <param name="Logger">Logger for changes and errors.</param>
internal sealed record ManagementServices(
    Lazy<MessageBroker> Opened,
    ConnectionRegistry Connections,
    BrokerOptions Options,
    Func<IEnumerable<NodeListener>> Listeners,
    LogLevels LogLevels,
    ILogger Logger)
{
    private readonly Lazy<BrokerSnapshots> _snapshots = new(() => new BrokerSnapshots(Opened.Value, Connections, TimeProvider.System));
    private ProblemWatch? _problems; // created by the first request that needs it
    private TraceTable? _traces; // the same

    /// <summary>The broker, opened before the first request.</summary>
    public MessageBroker Broker => Opened.Value;

    /// <summary>The version of RabbitMQ that this HTTP API is compatible with.</summary>
    public const string ApiVersion = "3.13.7";

    /// <summary>Name of this broker as a RabbitMQ node.</summary>
    public static string NodeName => Node.Name;

    /// <summary>The sessions of users who have logged in at <c>/api/login</c>.</summary>
    public required LoginSessions Sessions { get; init; }

    /// <summary>The running shovels.</summary>
    public required ShovelService Shovels { get; init; }

    /// <summary>The running federation links.</summary>
    public required FederationService Federation { get; init; }

    /// <summary>Finds the problems of the broker. <see cref="VisibleProblems"/> selects those that a user may see.</summary>
    public ProblemWatch Problems => LazyInitializer.EnsureInitialized(
        ref _problems, () => new ProblemWatch(Broker, Connections, Shovels, Federation, Options, Listeners))!;

    /// <summary>The last lines of the log.</summary>
    public required RecentLog RecentLog { get; init; }

    /// <summary>The last events of the broker, and the last changes over the HTTP API.</summary>
    public required RecentEvents RecentEvents { get; init; }

    /// <summary>The traces of messages that users have started.</summary>
    public TraceTable Traces => LazyInitializer.EnsureInitialized(
        ref _traces, () => new TraceTable(Broker.VirtualHosts, Broker.Faults, TimeProvider.System))!;

    /// <summary>The cookie that contains the token of a session.</summary>
    public LoginCookie Cookie { get; } = new(Options.Management.PathPrefix);

    /// <summary>Snapshots of all objects, for lists and live streams.</summary>
    public BrokerSnapshots Snapshots => _snapshots.Value;

    /// <summary>Stops the broker as SIGTERM does. Returns before the broker has stopped.</summary>
    public required Action Stop { get; init; }

    /// <summary>Start time of the process, in <see cref="Environment.TickCount64"/>.</summary>
    public long StartedAt { get; } = Environment.TickCount64;

    /// <summary>Opens a session in a virtual host, for declarations and messages.</summary>
    public LocalSession OpenSession(User user, VirtualHost virtualHost) => new(Broker.Sessions, user, virtualHost, "HTTP API");
}
