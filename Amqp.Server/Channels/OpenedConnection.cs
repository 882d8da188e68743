using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;

namespace Amqp.Server.Channels;

/// <summary>What the handshake agreed on, and what a connection's channels share.</summary>
/// <remarks>Owned by the connection's read loop, but for the outbox, which has a lock of its own.</remarks>
internal sealed class OpenedConnection(BrokerClient client, Outbox outbox, ILogger logger)
{
    /// <summary>The login, and what is open in its name.</summary>
    public BrokerClient Client { get; } = client;

    /// <summary>Everything that goes to the client.</summary>
    public Outbox Outbox { get; } = outbox;

    public ILogger Logger { get; } = logger;

    /// <summary>Cuts the client off, when it cannot be told what it waits for. Any thread.</summary>
    public Action Abort { get; set; } = () => { };

    public BrokerOptions Options => Client.Services.Options;

    /// <summary>The read loop's round of work, now going on.</summary>
    public DispatchRound Round => Client.Round;

    public User User => Client.User;

    public VirtualHost VirtualHost => Client.VirtualHost;

    public SessionOrigin Origin => Client.Origin;

    public required ClientCapabilities Capabilities { get; init; }

    /// <summary>Largest frame that may be sent, its eight bytes of envelope included.</summary>
    public required int FrameMax { get; init; }

    /// <summary>Most channels open at once.</summary>
    public required int ChannelMax { get; init; }

    /// <summary>Interval in seconds; 0: none.</summary>
    public required ushort Heartbeat { get; init; }

    /// <summary>True once something was published: only such connections wait for the store.</summary>
    public bool HasPublished { get; set; }

    /// <summary>What the read loop must wait for before it goes on, because a reply depends on it; null when nothing.</summary>
    public PendingCommit? PendingCommit { get; set; }
}

/// <summary>A tx.commit that is answered once everything up to a position is on the disk.</summary>
internal sealed record PendingCommit(AmqpChannel Channel, long Position);
