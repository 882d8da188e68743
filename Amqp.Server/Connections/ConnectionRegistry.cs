using System.Collections.Concurrent;
using System.Net;
using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Channels;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Connections;

/// <summary>Holds the open connections, the connections that have not logged in yet, and the counts of refused logins.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ConnectionRegistry(
    IOptions<BrokerOptions> options,
    TimeProvider clock,
    ContainedFaults faults,
    ILogger<AmqpConnection> logger,
    ILogger<AmqpChannel> channelLogger) : IDisposable
{
    /// <summary>The limit for the log lines of all addresses together is this multiple of the limit for one address.</summary>
    private const int LinesInAll = 10;

    private readonly ConcurrentDictionary<AmqpConnection, byte> _connections = new();
    private readonly LineAllowance _lines = new(
        options.Value.Connections.LogLimit, LinesInAll * options.Value.Connections.LogLimit, clock, logger.LinesLeftOut,
        logger.MoreLinesLeftOut);
    private bool _isSuspended;
    private bool _isInMaintenance;

    public PendingLogins Pending { get; } = new(options.Value.Connections.MaxUnauthenticated, clock, logger);

    public FailedLogins FailedLogins { get; } = new(options.Value.Connections.FailedLoginLimit, clock, logger);

    /// <summary>Returns a logger for the connections from an address.</summary>
    public ILogger LoggerFor(IPAddress? address) => new LimitedLogger(logger, _lines, address);

    /// <summary>Returns a logger for the channels of the connections from an address.</summary>
    public ILogger ChannelLoggerFor(IPAddress? address) => new LimitedLogger(channelLogger, _lines, address);

    public int Count => _connections.Count;

    /// <summary>True while the broker closes each new connection immediately. Thread-safe.</summary>
    public bool IsSuspended
    {
        get => Volatile.Read(ref _isSuspended);
        set => Volatile.Write(ref _isSuspended, value);
    }

    /// <summary>True in maintenance mode, in which the broker serves no clients until <see cref="Revive"/> or a restart.</summary>
    public bool IsInMaintenance => Volatile.Read(ref _isInMaintenance);

    /// <summary>Starts maintenance mode: closes all connections and refuses new ones.</summary>
    /// <param name="timeout">Time that clients have to answer connection.close.</param>
    public Task DrainAsync(TimeSpan timeout)
    {
        Volatile.Write(ref _isInMaintenance, true);
        IsSuspended = true;
        return CloseAllAsync("Node was put into maintenance mode", timeout);
    }

    /// <summary>Ends maintenance mode.</summary>
    public void Revive()
    {
        IsSuspended = false;
        Volatile.Write(ref _isInMaintenance, false);
    }

    public IEnumerable<AmqpConnection> All => _connections.Select(entry => entry.Key);

    public void Add(AmqpConnection connection) => _connections.TryAdd(connection, 0);

    public void Remove(AmqpConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>Sends 320 CONNECTION_FORCED on all connections. Closes the sockets of clients that do not answer in time.</summary>
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

    /// <summary>Sends connection.close on each connection for which <paramref name="isOfKind"/> returns true.</summary>
    public void CloseWhere(Func<AmqpConnection, bool> isOfKind, AmqpException reason)
    {
        foreach (var connection in All.Where(isOfKind))
            Close(connection, reason);
    }

    public void Dispose()
    {
        FailedLogins.Dispose();
        _lines.Dispose();
    }

    /// <summary>Closes a connection. Catches any exception, so that the caller can close further connections.</summary>
    private void Close(AmqpConnection connection, AmqpException reason) =>
        faults.Contain(Compartment.Connection, $"connection {connection.Peer.Name}, which is to be closed", () => connection.Close(reason));
}
