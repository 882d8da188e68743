using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Channels;

/// <summary>A connection after its handshake: the state that its channels share. Owned by the connection's read loop.</summary>
internal sealed class OpenedConnection(BrokerClient client, Outbox outbox, ILogger logger)
{
    /// <summary>The logged-in client, which owns the sessions of its channels.</summary>
    public BrokerClient Client { get; } = client;

    public Outbox Outbox { get; } = outbox;

    public ILogger Logger { get; } = logger;

    /// <summary>Closes the socket if the outcome of a request cannot be reported to the client. Any thread may call this.</summary>
    public Action Abort { get; set; } = () => { };

    public BrokerOptions Options => Client.Services.Options;

    /// <summary>The read loop's current round of work.</summary>
    public DispatchRound Round => Client.Round;

    public User User => Client.User;

    public VirtualHost VirtualHost => Client.VirtualHost;

    public SessionOrigin Origin => Client.Origin;

    public required ClientCapabilities Capabilities { get; init; }

    /// <summary>Size in bytes of the largest frame that the client accepts, including the eight bytes around the payload.</summary>
    public required int FrameMax { get; init; }

    /// <summary>Maximum number of open channels.</summary>
    public required int ChannelMax { get; init; }

    /// <summary>Heartbeat interval in seconds; 0: none.</summary>
    public required ushort Heartbeat { get; init; }

    /// <summary>Pauses a publishing client during an alarm, or while the store has too much to write.</summary>
    public PublisherBrake Brake { get; } = client.Brake;

    /// <summary>In a cluster: replicates definitions before their requests are answered; else null.</summary>
    public DefinitionSync? DefinitionSync { get; init; }

    /// <summary>A tx.commit that is not answered yet; null if there is none. The read loop answers the commit before it reads on.</summary>
    public PendingCommit? PendingCommit { get; set; }
}

/// <summary>A tx.commit that is answered once the log is durable up to the commit's position.</summary>
internal sealed record PendingCommit(AmqpChannel Channel, long Position);
