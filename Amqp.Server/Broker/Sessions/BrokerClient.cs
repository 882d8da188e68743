using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A client that has logged in, with its exclusive queues and the state that its sessions share.</summary>
/// <remarks>Used only by the thread that uses its sessions, such as the read loop of a connection.</remarks>
/// <param name="services">The parts of the broker that all sessions use.</param>
/// <param name="round">Round of the thread that uses the sessions.</param>
internal sealed class BrokerClient(SessionServices services, DispatchRound round)
{
    private long _consumerTimeout = long.MaxValue;
    private PublisherBrake? _brake;

    public SessionServices Services { get; } = services;

    /// <summary>The round of the thread that uses the sessions.</summary>
    public DispatchRound Round { get; } = round;

    /// <summary>Bytes that the client occupies outside of the message store.</summary>
    public HeldMemory HeldMemory { get; } = new(services.HeldMemory);

    /// <summary>Blocks the client's publishes during an alarm, and pauses publishes while the store is behind.</summary>
    public PublisherBrake Brake => _brake ??= new PublisherBrake(
        Services.Alarms, VirtualHost.Host.Services.Store, HeldMemory, Services.Processors, Services.Options.Alarms.MemoryHighWatermark);

    /// <summary>Adds configured headers to all messages that the client publishes; null if none are configured.</summary>
    public MessageInterceptors? Interceptors { get; } = MessageInterceptors.Of(services.Options.Interceptors, TimeProvider.System);

    /// <summary>The user who logged in.</summary>
    public required User User { get; init; }

    public required VirtualHost VirtualHost { get; init; }

    /// <summary>The store that holds the messages of the virtual host.</summary>
    public IMessageStore Store => VirtualHost.Services.Store;

    /// <summary>Counts the client towards the limits of its virtual host and user. Null for the HTTP API.</summary>
    public ClientCounts.Admission? Admission { get; init; }

    /// <summary>Addresses and other properties of the client's connection.</summary>
    public required SessionOrigin Origin { get; init; }

    /// <summary>The client's name, for fields in which RabbitMQ shows an Erlang process.</summary>
    public string Pid => $"<{Origin.ConnectionName}>";

    /// <summary>
    /// Shortest consumer timeout, in milliseconds, of the queues that the client reads; null for none. Readable by any thread.
    /// </summary>
    public long? ConsumerTimeout
    {
        get => Volatile.Read(ref _consumerTimeout) is var timeout and < long.MaxValue ? timeout : null;
    }

    /// <summary>The client's exclusive queues, which are deleted when the client disconnects.</summary>
    public HashSet<Queue> ExclusiveQueues { get; } = [];

    /// <summary>
    /// Number of consumers in all sessions of the client. Changed under the lock <see cref="ISessionSink.Gate"/>. Any thread may read it.
    /// </summary>
    public int ConsumerCount { get; set; }

    /// <summary>One <see cref="Confirms"/> for each session that has published since the last <see cref="EndRound"/>.</summary>
    public List<Confirms> Confirming { get; } = [];

    /// <summary>Returns the time in milliseconds that a delivery from this queue may stay unacknowledged; null for no limit.</summary>
    public long? ConsumerTimeoutOf(Queue queue) => queue.Settings.ConsumerTimeout
        ?? (Services.Options.Limits.ConsumerTimeout == Timeout.InfiniteTimeSpan
            ? null
            : (long)Services.Options.Limits.ConsumerTimeout.TotalMilliseconds);

    /// <summary>Updates <see cref="ConsumerTimeout"/> if the queue has a shorter timeout.</summary>
    public void WatchDeliveriesOf(Queue queue)
    {
        if (ConsumerTimeoutOf(queue) is { } timeout)
            Volatile.Write(ref _consumerTimeout, Math.Min(timeout, _consumerTimeout));
    }

    /// <summary>Ends a round of requests: adds published messages to their queues, and flushes all output.</summary>
    /// <param name="thread">The thread that serves the client; null to request commits at once.</param>
    /// <returns>
    /// The position that the caller must pass to <see cref="IMessageStore.CommitHere"/>, because no other client waits for a commit; or 0.
    /// </returns>
    public long EndRound(IServingThread? thread = null)
    {
        long position = 0;
        if (Confirming.Count > 0)
        {
            Round.HandOver();
            bool mayCommit = Confirming.Count == 1 && thread is { MayWait: true };
            foreach (var confirms in Confirming)
                position = confirms.Seal(thread, mayCommit);
            Confirming.Clear();
        }
        Round.Complete();
        return position;
    }

    /// <summary>
    /// Deletes the exclusive queues, and disposes of <see cref="Admission"/>. If one step fails, the next steps still run.
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

    /// <summary>Returns the name that events give to the owner of an exclusive queue.</summary>
    public override string ToString() => Pid;
}
