using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Channels.Publishing;
using Amqp.Server.Configuration;

namespace Amqp.Server.Channels;

/// <summary>What the handshake agreed on and what a connection's channels share. The owner of its exclusive queues.</summary>
/// <remarks>Owned by the connection's read loop, but for the outbox, which has a lock of its own.</remarks>
internal sealed class Session(MessageBroker broker, BrokerOptions options, Outbox outbox, DispatchRound round, ILogger logger)
{
    private long _consumerTimeout = long.MaxValue;

    public MessageBroker Broker { get; } = broker;

    public BrokerOptions Options { get; } = options;

    /// <summary>Everything that goes to the client.</summary>
    public Outbox Outbox { get; } = outbox;

    /// <summary>The read loop's round of work, now going on.</summary>
    public DispatchRound Round { get; } = round;

    public ILogger Logger { get; } = logger;

    /// <summary>Cuts the client off, when it cannot be told what it waits for. Any thread. Nothing for a session that is no connection.</summary>
    public Action Abort { get; set; } = () => { };

    /// <summary>What the client makes the broker hold besides messages.</summary>
    public HeldMemory HeldMemory { get; } = new(broker.HeldMemory);

    /// <summary>What is added to all that it publishes; null: nothing.</summary>
    public MessageInterceptors? Interceptors { get; } = MessageInterceptors.Of(options.Interceptors, TimeProvider.System);

    /// <summary>Who logged in.</summary>
    public required User User { get; init; }

    public required VirtualHost VirtualHost { get; init; }

    /// <summary>The connection's place among those that virtual host and user may have; null for a session that is no connection.</summary>
    public ClientCounts.Admission? Admission { get; init; }

    /// <summary>Where it comes from.</summary>
    public required SessionOrigin Origin { get; init; }

    /// <summary>What stands for the connection where RabbitMQ names its process.</summary>
    public string Pid => $"<{Origin.ConnectionName}>";

    public required ClientCapabilities Capabilities { get; init; }

    /// <summary>Largest frame that may be sent, its eight bytes of envelope included.</summary>
    public required int FrameMax { get; init; }

    /// <summary>Most channels open at once.</summary>
    public required int ChannelMax { get; init; }

    /// <summary>Interval in seconds; 0: none.</summary>
    public required ushort Heartbeat { get; init; }

    /// <summary>The shortest consumer timeout that its consumers have met, in milliseconds; null: none. Read by the monitor too.</summary>
    public long? ConsumerTimeout
    {
        get => Volatile.Read(ref _consumerTimeout) is var timeout and < long.MaxValue ? timeout : null;
    }

    /// <summary>Queues that go with this connection.</summary>
    public HashSet<Queue> ExclusiveQueues { get; } = [];

    /// <summary>True once something was published: only such connections wait for the store.</summary>
    public bool HasPublished { get; set; }

    /// <summary>Consumers on all channels. Changed under the outbox's lock; any thread may ask.</summary>
    public int ConsumerCount { get; set; }

    /// <summary>Channels whose confirms of this round are still to be sent or waited for.</summary>
    public List<AmqpChannel> Confirming { get; } = [];

    /// <summary>What the read loop must wait for before it goes on, because a reply depends on it; null when nothing.</summary>
    public PendingCommit? PendingCommit { get; set; }

    /// <summary>How long a delivery of a queue may stay unacknowledged, in milliseconds; null: for ever.</summary>
    public long? ConsumerTimeoutOf(Queue queue) =>
        queue.Settings.ConsumerTimeout ?? (Options.ConsumerTimeout == Timeout.InfiniteTimeSpan ? null : (long)Options.ConsumerTimeout.TotalMilliseconds);

    /// <summary>Deliveries of this queue are to be watched, if it has a consumer timeout.</summary>
    public void WatchDeliveriesOf(Queue queue)
    {
        if (ConsumerTimeoutOf(queue) is { } timeout)
            Volatile.Write(ref _consumerTimeout, Math.Min(timeout, _consumerTimeout));
    }

    /// <summary>As events name the owner of an exclusive queue.</summary>
    public override string ToString() => Pid;
}

/// <summary>A tx.commit that is answered once everything up to a position is on the disk.</summary>
internal sealed record PendingCommit(AmqpChannel Channel, long Position);
