using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Logging;

namespace Amqp.Server.Management.Http;

/// <summary>What the HTTP API speaks of.</summary>
/// <param name="Opened">The broker, which is opened before the first request.</param>
/// <param name="Connections">The AMQP clients.</param>
/// <param name="Options">The configuration.</param>
/// <param name="Listeners">Where the broker listens; known once it does.</param>
/// <param name="LogLevels">What is logged.</param>
/// <param name="Logger">For what is changed, and what goes wrong.</param>
internal sealed record ManagementServices(
    Lazy<MessageBroker> Opened, ConnectionRegistry Connections, BrokerOptions Options, Func<IEnumerable<NodeListener>> Listeners, LogLevels LogLevels, ILogger Logger)
{
    /// <summary>Opened before the first request.</summary>
    public MessageBroker Broker => Opened.Value;

    /// <summary>The version of RabbitMQ whose HTTP API this one is like.</summary>
    public const string ApiVersion = "3.13.7";

    /// <summary>RabbitMQ's name for the one node that there is.</summary>
    public static string NodeName => Node.Name;

    /// <summary>Who has logged in at <c>/api/login</c>.</summary>
    public required LoginSessions Sessions { get; init; }

    /// <summary>Where a browser keeps that.</summary>
    public LoginCookie Cookie { get; } = new(Options.Management.PathPrefix);

    /// <summary>Stops the broker as SIGTERM does; returns at once.</summary>
    public required Action Stop { get; init; }

    /// <summary>When the process came up, in <see cref="Environment.TickCount64"/>.</summary>
    public long StartedAt { get; } = Environment.TickCount64;

    /// <summary>A session to do something in a virtual host with.</summary>
    public LocalSession OpenSession(User user, VirtualHost virtualHost) => new(Broker.Sessions, user, virtualHost, "HTTP API");
}
