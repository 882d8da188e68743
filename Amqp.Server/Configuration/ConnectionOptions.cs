using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for connections and channels, including the limits that connection.tune offers.</summary>
public sealed class ConnectionOptions
{
    /// <summary>Largest frame size that connection.tune offers, in bytes: 4,096 or more, or 0 for no limit.</summary>
    public int FrameMax { get; set; } = 131_072;

    /// <summary>Largest frame that the broker accepts before connection.tune-ok, in bytes.</summary>
    public int InitialFrameMax { get; set; } = 4_096;

    /// <summary>Number of channels per connection that connection.tune offers; 0 means the protocol's limit.</summary>
    public ushort ChannelMax { get; set; } = 2_047;

    /// <summary>Heartbeat interval that connection.tune offers, in seconds; 0 means no heartbeats.</summary>
    public ushort Heartbeat { get; set; } = 60;

    /// <summary>
    /// Time limit for the handshake, from the TCP connection to connection.open; <see cref="Timeout.InfiniteTimeSpan"/> is no limit.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for the number of open AMQP connections; 0 is no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>
    /// Limit for connections that have not logged in; 0 is no limit. Above the limit, the oldest of these connections is closed.
    /// </summary>
    public int MaxUnauthenticated { get; set; } = 4_096;

    /// <summary>
    /// Limit for refused logins per IP address in ten seconds; 0 is no limit. Above the limit, the broker delays its answers.
    /// </summary>
    public int FailedLoginLimit { get; set; } = 20;

    /// <summary>
    /// Limit for logged warnings and errors per IP address in ten seconds; 0 is no limit. All addresses together may log ten times as many.
    /// </summary>
    public int LogLimit { get; set; } = 100;

    /// <summary>Path of a Unix socket that accepts AMQP connections; null for none.</summary>
    public string? UnixSocketPath { get; set; }

    /// <summary>True if a proxy in front of the AMQP listeners reports the clients' addresses with the PROXY protocol.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>
    /// Networks of trusted proxies. If a trusted proxy reports a loopback address, the client counts as local. Proxies on the broker's
    /// machine are always trusted.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>Limit for the unsent bytes of a connection. Above this limit, deliveries to the connection pause.</summary>
    public long OutboxHighWatermark { get; set; } = 1_048_576;

    /// <summary>
    /// Limit for the unsent bytes of a requester's connection. Above this limit, direct replies to the connection are dropped.
    /// </summary>
    public long ReplyHighWatermark { get; set; } = 67_108_864;

    /// <summary>Time that clients have to answer connection.close when the broker stops.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
