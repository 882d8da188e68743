using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for connections and channels, including the values offered in connection.tune.</summary>
public sealed class ConnectionOptions
{
    /// <summary>Largest frame offered in connection.tune, in bytes: 4,096 or more, or 0 for no limit.</summary>
    public int FrameMax { get; set; } = 131_072;

    /// <summary>Largest frame accepted before connection.tune-ok, in bytes.</summary>
    public int InitialFrameMax { get; set; } = 4_096;

    /// <summary>Channels per connection, offered in connection.tune; 0 is the protocol's limit.</summary>
    public ushort ChannelMax { get; set; } = 2_047;

    /// <summary>Heartbeat interval offered in connection.tune, in seconds; 0 offers none.</summary>
    public ushort Heartbeat { get; set; } = 60;

    /// <summary>Time that a peer may take from connecting to connection.open; <see cref="Timeout.InfiniteTimeSpan"/> is no limit.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for the number of open AMQP connections; 0 is no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>
    /// Limit for connections that have not logged in; 0 is no limit. Beyond the limit, the oldest of these connections is closed.
    /// </summary>
    public int MaxUnauthenticated { get; set; } = 4_096;

    /// <summary>Number of refused logins from one address within ten seconds that are answered without delay; 0 is no limit.</summary>
    public int FailedLoginLimit { get; set; } = 20;

    /// <summary>
    /// Limit for the logged warnings and errors of one address in ten seconds; 0: no limit. All addresses together have ten times this
    /// limit.
    /// </summary>
    public int LogLimit { get; set; } = 100;

    /// <summary>Path of a Unix socket that accepts AMQP connections; null for none.</summary>
    public string? UnixSocketPath { get; set; }

    /// <summary>True if a proxy in front of the AMQP listeners reports client addresses by the PROXY protocol.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>Networks of proxies that may report a loopback address for a client. A proxy on the broker's machine always may.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>Unsent bytes of a connection above which deliveries to the connection stop.</summary>
    public long OutboxHighWatermark { get; set; } = 1_048_576;

    /// <summary>Unsent bytes of a requester's connection above which direct replies to the connection are dropped.</summary>
    public long ReplyHighWatermark { get; set; } = 67_108_864;

    /// <summary>Time limit for clients to answer connection.close when the broker stops.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
