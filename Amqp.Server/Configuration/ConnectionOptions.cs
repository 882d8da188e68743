using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Connections, channels, and what a client is offered.</summary>
public sealed class ConnectionOptions
{
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

    /// <summary>AMQP connections allowed at once; 0 is no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>Connections that may be open without having logged in, before the oldest is cut off; 0 is no limit.</summary>
    public int MaxUnauthenticated { get; set; } = 4_096;

    /// <summary>Refused logins of one address within ten seconds that are answered at once; 0: all.</summary>
    public int FailedLoginLimit { get; set; } = 20;

    /// <summary>Warnings and errors about connections of one address that are logged within ten seconds, and ten times as many of all addresses; 0: all.</summary>
    public int LogLimit { get; set; } = 100;

    /// <summary>Path of a Unix socket that takes AMQP connections; null for none.</summary>
    public string? UnixSocketPath { get; set; }

    /// <summary>Whether a proxy stands in front of the AMQP listeners and says who connects.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>Where that proxy may be to be believed that a client is on its machine; it always is on this one.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>Deliveries to a connection stop while more bytes than this wait to be sent to it.</summary>
    public long OutboxHighWatermark { get; set; } = 1_048_576;

    /// <summary>Replies by direct reply-to are dropped while more bytes than this wait to be sent to the requester's connection.</summary>
    public long ReplyHighWatermark { get; set; } = 67_108_864;

    /// <summary>How long connections may take to answer connection.close when the broker stops.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
