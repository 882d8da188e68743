using System.Collections.Concurrent;
using System.Net;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Channels;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Connections;

/// <summary>The connections now open, those that have not logged in yet and the refused.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ConnectionRegistry(IOptions<BrokerOptions> options, TimeProvider clock, ContainedFaults faults, ILogger<AmqpConnection> logger, ILogger<AmqpChannel> channelLogger) : IDisposable
{
    /// <summary>Lines of all addresses together, for each that one may have.</summary>
    private const int LinesInAll = 10;

    private readonly ConcurrentDictionary<AmqpConnection, byte> _connections = new();
    private readonly LineAllowance _lines = new(options.Value.Connections.LogLimit, LinesInAll * options.Value.Connections.LogLimit, clock, logger.LinesLeftOut, logger.MoreLinesLeftOut);
    private bool _isSuspended;
    private bool _isInMaintenance;

    /// <summary>Connections that have not logged in yet.</summary>
    public PendingLogins Pending { get; } = new(options.Value.Connections.MaxUnauthenticated, clock, logger);

    /// <summary>Clients that were refused.</summary>
    public FailedLogins FailedLogins { get; } = new(options.Value.Connections.FailedLoginLimit, clock, logger);

    /// <summary>Where the connections from an address say what happens to them.</summary>
    public ILogger LoggerFor(IPAddress? address) => new LimitedLogger(logger, _lines, address);

    /// <summary>Where their channels do.</summary>
    public ILogger ChannelLoggerFor(IPAddress? address) => new LimitedLogger(channelLogger, _lines, address);

    public int Count => _connections.Count;

    /// <summary>While it is true, whoever connects is cut off without a word. Any thread.</summary>
    public bool IsSuspended
    {
        get => Volatile.Read(ref _isSuspended);
        set => Volatile.Write(ref _isSuspended, value);
    }

    /// <summary>RabbitMQ's maintenance mode: clients are not served until <see cref="Revive"/>. Not kept over a restart.</summary>
    public bool IsInMaintenance => Volatile.Read(ref _isInMaintenance);

    /// <summary>Sends all clients away and lets none in.</summary>
    /// <param name="timeout">For their answers.</param>
    public Task DrainAsync(TimeSpan timeout)
    {
        Volatile.Write(ref _isInMaintenance, true);
        IsSuspended = true;
        return CloseAllAsync("Node was put into maintenance mode", timeout);
    }

    /// <summary>Serves clients again.</summary>
    public void Revive()
    {
        IsSuspended = false;
        Volatile.Write(ref _isInMaintenance, false);
    }

    public IEnumerable<AmqpConnection> All => _connections.Select(entry => entry.Key);

    public void Add(AmqpConnection connection) => _connections.TryAdd(connection, 0);

    public void Remove(AmqpConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>From now on closes the connections of users and virtual hosts that are deleted, and ends consumers that may no longer read.</summary>
    public void FollowAccess(MessageBroker broker)
    {
        broker.Users.Deleted += name => CloseWhere(connection => connection.Opened?.User.Name == name, UserDeleted(name));
        broker.VirtualHosts.Deleted += virtualHost => CloseWhere(connection => connection.Opened?.VirtualHost == virtualHost, NameErrors.Deleted(virtualHost.Name).ToAmqp());
        broker.Permissions.UserChanged += (virtualHost, user) =>
        {
            foreach (var connection in All.Where(connection => connection.Opened is { } session && session.User.Name == user && session.VirtualHost.Name == virtualHost))
                connection.EndForbiddenConsumers();
        };
    }

    /// <summary>What connections of a user who is deleted are told.</summary>
    public static AmqpException UserDeleted(string name) => new(ReplyCode.ConnectionForced, $"user '{name}' is deleted");

    /// <summary>Closes all connections with 320 CONNECTION_FORCED and cuts off those that do not answer in time.</summary>
    public async Task CloseAllAsync(string reason, TimeSpan timeout)
    {
        AmqpConnection[] open = [.. All];
        foreach (var connection in open)
            Close(connection, new AmqpException(ReplyCode.ConnectionForced, reason));
        var closed = Task.WhenAll(open.Select(connection => connection.Closed));
        if (await Task.WhenAny(closed, Task.Delay(timeout)) != closed)
            foreach (var connection in open)
                connection.Abort();
        await Task.WhenAny(closed, Task.Delay(timeout));
    }

    public void Dispose()
    {
        FailedLogins.Dispose();
        _lines.Dispose();
    }

    private void CloseWhere(Func<AmqpConnection, bool> isMeant, AmqpException reason)
    {
        foreach (var connection in All.Where(isMeant))
            Close(connection, reason);
    }

    /// <summary>One that cannot be closed must not keep the others.</summary>
    private void Close(AmqpConnection connection, AmqpException reason) =>
        faults.Contain(Compartment.Connection, $"connection {connection.Peer.Name}, which is to be closed", () => connection.Close(reason));
}
