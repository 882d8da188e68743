using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>One login: who it is, where, and what its sessions share. The owner of its exclusive queues.</summary>
/// <remarks>Owned by the one thread that asks for its sessions, such as a connection's read loop.</remarks>
/// <param name="services">What all sessions work with.</param>
/// <param name="round">The round of work of whoever asks, now going on.</param>
internal sealed class BrokerClient(SessionServices services, DispatchRound round)
{
    private long _consumerTimeout = long.MaxValue;
    private PublisherBrake? _brake;

    public SessionServices Services { get; } = services;

    /// <summary>The round of work of whoever asks, now going on.</summary>
    public DispatchRound Round { get; } = round;

    /// <summary>What the client makes the broker hold besides messages.</summary>
    public HeldMemory HeldMemory { get; } = new(services.HeldMemory);

    /// <summary>Slows the client down when it publishes too much.</summary>
    public PublisherBrake Brake => _brake ??= new PublisherBrake(
        Services.Alarms, VirtualHost.Host.Services.Store, HeldMemory, Services.Options.MemoryHighWatermark);

    /// <summary>What is added to all that it publishes; null: nothing.</summary>
    public MessageInterceptors? Interceptors { get; } = MessageInterceptors.Of(services.Options.Interceptors, TimeProvider.System);

    /// <summary>Who logged in.</summary>
    public required User User { get; init; }

    public required VirtualHost VirtualHost { get; init; }

    /// <summary>Its place among those that virtual host and user may have; null for a client that does not count.</summary>
    public ClientCounts.Admission? Admission { get; init; }

    /// <summary>Where it comes from.</summary>
    public required SessionOrigin Origin { get; init; }

    /// <summary>What stands for the client where RabbitMQ names a process.</summary>
    public string Pid => $"<{Origin.ConnectionName}>";

    /// <summary>The shortest consumer timeout that its consumers have met, in milliseconds; null: none. Any thread may ask.</summary>
    public long? ConsumerTimeout
    {
        get => Volatile.Read(ref _consumerTimeout) is var timeout and < long.MaxValue ? timeout : null;
    }

    /// <summary>Queues that go with this client.</summary>
    public HashSet<Queue> ExclusiveQueues { get; } = [];

    /// <summary>Consumers of all sessions. Changed under the sink's gate; any thread may ask.</summary>
    public int ConsumerCount { get; set; }

    /// <summary>Sessions whose confirms of this round are still to be sent or waited for.</summary>
    public List<Confirms> Confirming { get; } = [];

    /// <summary>How long a delivery of a queue may stay unacknowledged, in milliseconds; null: for ever.</summary>
    public long? ConsumerTimeoutOf(Queue queue) => queue.Settings.ConsumerTimeout
        ?? (Services.Options.ConsumerTimeout == Timeout.InfiniteTimeSpan ? null : (long)Services.Options.ConsumerTimeout.TotalMilliseconds);

    /// <summary>Deliveries of this queue are to be watched, if it has a consumer timeout.</summary>
    public void WatchDeliveriesOf(Queue queue)
    {
        if (ConsumerTimeoutOf(queue) is { } timeout)
            Volatile.Write(ref _consumerTimeout, Math.Min(timeout, _consumerTimeout));
    }

    /// <summary>Ends a round of requests: what was published is in its queues, confirms are sent or waited for, and everything that was written is flushed.</summary>
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

    /// <summary>Gives back what the client holds once its sessions are released: its exclusive queues, and its place. Each step is taken whatever became of the others.</summary>
    public void Release()
    {
        string place = $"the end of connection {Origin.ConnectionName}";
        foreach (var queue in ExclusiveQueues)
            Services.Faults.Contain(Compartment.Connection, place, () => VirtualHost.Topology.DeleteAbandoned(queue, Round));
        ExclusiveQueues.Clear();
        Confirming.Clear();
        Services.Faults.Contain(Compartment.Connection, place, () => Admission?.Dispose());
    }

    /// <summary>As events name the owner of an exclusive queue.</summary>
    public override string ToString() => Pid;
}
