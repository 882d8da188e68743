using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Dispatch;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>A name space of exchanges, queues and bindings: finds them by name and routes among them.</summary>
/// <remarks>
/// The topology lock owns exchanges and bindings: shared to route, exclusive to change. The dictionaries may be read
/// without it. What changes is written to the definitions under the lock, so both always tell the same story.
/// Under it a queue's lock may be taken, never the other way round. The changes are in <see cref="Topology"/>.
/// </remarks>
internal sealed class VirtualHost : IDisposable
{
    private readonly ConcurrentDictionary<string, Exchange> _exchanges = new();
    private readonly ConcurrentDictionary<string, Queue> _queues = new();
    private readonly ReaderWriterLockSlim _topologyLock = new();
    private int _topologyVersion;

    public VirtualHost(string name, IMessageStore store, DefinitionStore definitions, QueueTimer timer, ILogger logger)
    {
        Name = name;
        Store = store;
        Timer = timer;
        Logger = logger;
        AddPredeclared();
        Topology = new Topology(this, _exchanges, _queues, definitions, _topologyLock, () => Interlocked.Increment(ref _topologyVersion));
    }

    public string Name { get; }

    public IMessageStore Store { get; }

    /// <summary>Wakes queues up when something is due in them.</summary>
    public QueueTimer Timer { get; }

    /// <summary>The log of everything in the broker.</summary>
    public ILogger Logger { get; }

    /// <summary>Declares, binds and deletes.</summary>
    public Topology Topology { get; }

    /// <summary>The <c>x-queue-type</c> of queues that can have it and are declared without one; null: classic, and a redeclare must say the same.</summary>
    public string? DefaultQueueType { get; init; }

    /// <summary>Changes whenever a route may have changed: a remembered route is good for as long as this stays.</summary>
    public int TopologyVersion => Volatile.Read(ref _topologyVersion);

    /// <summary>Has every route found anew: what a queue does with publishes has changed.</summary>
    public void ForgetRoutes() => Interlocked.Increment(ref _topologyVersion);

    public IEnumerable<Queue> Queues => _queues.Select(entry => entry.Value);

    public IEnumerable<Exchange> Exchanges => _exchanges.Select(entry => entry.Value);

    public Exchange? FindExchange(string name) => _exchanges.GetValueOrDefault(name);

    public Queue? FindQueue(string name) => _queues.GetValueOrDefault(name);

    /// <exception cref="AmqpException">404: there is none.</exception>
    public Exchange GetExchange(string name) => FindExchange(name) ?? throw NoExchange(name, Name);

    /// <summary>The queue, for a connection that may use it.</summary>
    /// <exception cref="AmqpException">404: there is none. 405: it belongs to another connection.</exception>
    public Queue GetQueue(string name, object connection)
    {
        var queue = FindQueue(name) ?? throw NoQueue(name, Name);
        DemandAccess(queue, connection);
        return queue;
    }

    /// <exception cref="AmqpException">405: the queue belongs to another connection.</exception>
    public void DemandAccess(Queue queue, object connection)
    {
        if (queue.Owner is not null && !ReferenceEquals(queue.Owner, connection))
            throw Locked(queue.Name, Name);
    }

    /// <summary>Adds the queues that one copy of a message goes to.</summary>
    public void Follow(Exchange exchange, in RoutedMessage message, RouteFinder finder)
    {
        _topologyLock.EnterReadLock();
        try
        {
            finder.Follow(exchange, message);
        }
        finally
        {
            _topologyLock.ExitReadLock();
        }
    }

    /// <summary>Deletes a queue that has lost its reason to be: its connection or its last consumer.</summary>
    public void DeleteAbandoned(Queue queue, DispatchRound round) =>
        Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false).NotifyConsumers(round);

    /// <summary>A queue's places in the store: one for each of its priorities.</summary>
    public StoredQueue[] Open(uint number, bool isDurable, QueueArguments arguments)
    {
        var levels = new StoredQueue[arguments.Levels];
        for (uint level = 0; level < levels.Length; level++)
            levels[level] = Store.OpenQueue(number + level, isDurable);
        return levels;
    }

    public void Dispose() => _topologyLock.Dispose();

    public static AmqpException NoQueue(string name, string virtualHost) => new(ReplyCode.NotFound, $"no queue '{name}' in vhost '{virtualHost}'");

    public static AmqpException NoExchange(string name, string virtualHost) => new(ReplyCode.NotFound, $"no exchange '{name}' in vhost '{virtualHost}'");

    /// <summary>RabbitMQ's answer to whoever touches another connection's exclusive queue.</summary>
    public static AmqpException Locked(string name, string virtualHost) => new(
        ReplyCode.ResourceLocked,
        $"cannot obtain exclusive access to locked queue '{name}' in vhost '{virtualHost}'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.");

    private void AddPredeclared()
    {
        Add("", "direct", new DefaultRouter(_queues), ExchangeFlags.Durable);
        foreach (var (name, type) in new[] { ("amq.direct", "direct"), ("amq.fanout", "fanout"), ("amq.topic", "topic"), ("amq.headers", "headers"), ("amq.match", "headers") })
            Add(name, type, Routers.Create(type)!, ExchangeFlags.Durable);
        Add("amq.rabbitmq.trace", "topic", new TopicRouter(), ExchangeFlags.Durable | ExchangeFlags.Internal);

        void Add(string name, string type, IRouter router, ExchangeFlags flags) =>
            _exchanges.TryAdd(name, new Exchange(name, type, router, flags, FieldTable.Empty));
    }
}
