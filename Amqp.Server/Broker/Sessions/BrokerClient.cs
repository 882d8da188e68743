using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A client that logged in: its user and virtual host, and the state that its sessions share. Owns its exclusive queues.</summary>
/// <remarks>Owned by the one thread that uses its sessions, such as a connection's read loop.</remarks>
/// <param name="services">The parts of the broker that all sessions use.</param>
/// <param name="round">The round of work of the thread that uses the sessions.</param>
internal sealed class BrokerClient(SessionServices services, DispatchRound round)
{
    private long _consumerTimeout = long.MaxValue;
    private PublisherBrake? _brake;

    public SessionServices Services { get; } = services;

    /// <summary>The current round of work of the thread that uses the sessions.</summary>
    public DispatchRound Round { get; } = round;

    /// <summary>Bytes that the client occupies outside of the message store.</summary>
    public HeldMemory HeldMemory { get; } = new(services.HeldMemory);

    /// <summary>Blocks the client's publishes during an alarm, and pauses them while the store is behind.</summary>
    public PublisherBrake Brake => _brake ??= new PublisherBrake(
        Services.Alarms, VirtualHost.Host.Services.Store, HeldMemory, Services.Options.Alarms.MemoryHighWatermark);

    /// <summary>Adds headers to all messages that the client publishes; null if no header is configured.</summary>
    public MessageInterceptors? Interceptors { get; } = MessageInterceptors.Of(services.Options.Interceptors, TimeProvider.System);

    /// <summary>The user who logged in.</summary>
    public required User User { get; init; }

    public required VirtualHost VirtualHost { get; init; }

    /// <summary>The store of the virtual host's messages.</summary>
    public IMessageStore Store => VirtualHost.Services.Store;

    /// <summary>Counts the client for the limits of its virtual host and user; null for a client that does not count.</summary>
    public ClientCounts.Admission? Admission { get; init; }

    /// <summary>Addresses and properties of the client's connection.</summary>
    public required SessionOrigin Origin { get; init; }

    /// <summary>Name of the client for fields in which RabbitMQ names a process.</summary>
    public string Pid => $"<{Origin.ConnectionName}>";

    /// <summary>
    /// Shortest consumer timeout of all queues from which the client has consumed or got messages, in milliseconds; null: none. Readable
    /// from any thread.
    /// </summary>
    public long? ConsumerTimeout
    {
        get => Volatile.Read(ref _consumerTimeout) is var timeout and < long.MaxValue ? timeout : null;
    }

    /// <summary>Exclusive queues, which are deleted with the client.</summary>
    public HashSet<Queue> ExclusiveQueues { get; } = [];

    /// <summary>Number of consumers of all sessions of the client. Changed under the sink's gate, readable from any thread.</summary>
    public int ConsumerCount { get; set; }

    /// <summary>Confirms of sessions that published in this round.</summary>
    public List<Confirms> Confirming { get; } = [];

    /// <summary>Returns the time that a delivery of a queue may stay unacknowledged, in milliseconds; null: no limit.</summary>
    public long? ConsumerTimeoutOf(Queue queue) => queue.Settings.ConsumerTimeout
        ?? (Services.Options.Limits.ConsumerTimeout == Timeout.InfiniteTimeSpan
            ? null
            : (long)Services.Options.Limits.ConsumerTimeout.TotalMilliseconds);

    /// <summary>Includes the consumer timeout of a queue, if there is one, in <see cref="ConsumerTimeout"/>.</summary>
    public void WatchDeliveriesOf(Queue queue)
    {
        if (ConsumerTimeoutOf(queue) is { } timeout)
            Volatile.Write(ref _consumerTimeout, Math.Min(timeout, _consumerTimeout));
    }

    /// <summary>
    /// Ends a round of requests: adds published messages to their queues, sends confirms or registers for a commit, and flushes all output.
    /// </summary>
    public void EndRound()
    {
        if (Confirming.Count > 0)
        {
            Round.HandOver();
            foreach (var confirms in Confirming)
                confirms.Seal();
            Confirming.Clear();
        }
        Round.Complete();
    }

    /// <summary>
    /// Deletes the client's exclusive queues, and ends its admission. Called after its sessions are released. Every step runs, even if an
    /// earlier step fails.
    /// </summary>
    public void Release()
    {
        string place = $"the end of connection {Origin.ConnectionName}";
        foreach (var queue in ExclusiveQueues)
            Services.Faults.Contain(Compartment.Connection, place, () => VirtualHost.Topology.DeleteAbandoned(queue, Round));
        ExclusiveQueues.Clear();
        Confirming.Clear();
        Services.Faults.Contain(Compartment.Connection, place, () => Admission?.Dispose());
    }

    /// <summary>Returns the name of the client as owner of an exclusive queue, for events.</summary>
    public override string ToString() => Pid;
}
