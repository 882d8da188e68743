using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>A name space of exchanges, queues and bindings: finds them by name and routes among them.</summary>
/// <remarks>
/// The topology lock owns exchanges and bindings: shared to route, exclusive to change. The dictionaries may be read
/// without it. What changes is written to the definitions under the lock, so both always tell the same story.
/// Under it a queue's lock may be taken, never the other way round. The changes are in <see cref="Topology"/>.
/// </remarks>
internal sealed class VirtualHost : IDisposable
{
    private static readonly (string Name, string Type)[] _predeclared =
        [("amq.direct", "direct"), ("amq.fanout", "fanout"), ("amq.topic", "topic"), ("amq.headers", "headers"), ("amq.match", "headers")];

    private readonly ConcurrentDictionary<string, Exchange> _exchanges = new();
    private readonly ConcurrentDictionary<string, Queue> _queues = new();
    private readonly TopologyLock _topologyLock = new();
    private readonly List<InternalPublisher> _internalPublishers = [];
    private Firehose? _firehose;

    public VirtualHost(
        string name, IMessageStore store, DefinitionStore definitions, DeclareRules declareRules, QueueTimer timer, HeldMemory heldMemory, BrokerStatistics statistics,
        TimeProvider clock, ILogger logger)
    {
        Name = name;
        Store = store;
        DeclareRules = declareRules;
        Timer = timer;
        Logger = logger;
        HeldMemory = heldMemory;
        Statistics = new VirtualHostStatistics(statistics);
        Clock = clock;
        Quarantine = definitions.Quarantine;
        AddPredeclared();
        Policies = new VirtualHostPolicies(this, definitions);
        Topology = new Topology(this, _exchanges, _queues, definitions, _topologyLock, statistics);
    }

    public string Name { get; }

    /// <summary>What is said of it; changed by <see cref="VirtualHostTable"/> only.</summary>
    public VirtualHostDescription Description { get; set; } = VirtualHostDescription.None;

    /// <summary>True once it is being deleted: nothing can be declared in it any more, and nobody connects.</summary>
    public bool IsDeleted => Topology.IsDeleted;

    /// <summary>What it may hold at most. Replaced as a whole, by whoever changes the parameter.</summary>
    public VirtualHostLimits Limits { get; set; } = VirtualHostLimits.None;

    /// <summary>What holds for new queues in every virtual host.</summary>
    public DeclareRules DeclareRules { get; }

    /// <summary>Settings for queues and exchanges by their names.</summary>
    public VirtualHostPolicies Policies { get; }

    /// <summary>Hears of what happens here.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>Where unexpected exceptions end that stay inside one part.</summary>
    public required ContainedFaults Faults { get; init; }

    /// <summary>What is written down of quarantined messages.</summary>
    public QuarantineRecords Quarantine { get; }

    /// <summary>How many messages of a queue or an exchange may be quarantined before it stops.</summary>
    public int QuarantineLimit { get; init; } = BrokerOptions.DefaultQuarantineLimit;

    /// <summary>How many messages an exchange with a recent history keeps at most: whoever binds to it gets them all at once, and others wait meanwhile.</summary>
    public int RecentHistoryLimit { get; init; } = BrokerOptions.DefaultRecentHistoryLimit;

    /// <summary>Who takes replies by direct reply-to.</summary>
    public ReplyConsumers Replies { get; } = new();

    /// <summary>Tells every message to <c>amq.rabbitmq.trace</c>; null while nobody wants that.</summary>
    public Firehose? Firehose => Volatile.Read(ref _firehose);

    /// <summary>Whether messages are traced. As in RabbitMQ not kept over a restart.</summary>
    public bool IsTracing
    {
        get => Firehose is not null;
        set => Volatile.Write(ref _firehose, value ? Firehose ?? new Firehose(this) : null);
    }

    /// <summary>Traces messages whose publishers do; null unless that is configured.</summary>
    public MessageSpans? Spans { get; init; }

    /// <summary>Asks whether the disk alarm is set: what the broker would write by itself then waits.</summary>
    public Func<bool> IsDiskShort { get; init; } = static () => false;

    public IMessageStore Store { get; }

    /// <summary>Wakes queues up when something is due in them.</summary>
    public QueueTimer Timer { get; }

    /// <summary>The log of everything in the broker.</summary>
    public ILogger Logger { get; }

    /// <summary>The broker's account of what is in memory besides messages.</summary>
    public HeldMemory HeldMemory { get; }

    /// <summary>What its connections and channels count.</summary>
    public VirtualHostStatistics Statistics { get; }

    public TimeProvider Clock { get; }

    /// <summary>The <c>x-queue-type</c> of queues that can have it and are declared without one; null: classic, and a redeclare must say the same.</summary>
    public string? DefaultQueueType => Description.DefaultQueueType ?? DeclareRules.DefaultType;

    /// <summary>Declares, binds and deletes.</summary>
    public Topology Topology { get; }

    /// <inheritdoc cref="TopologyLock.Version"/>
    public int TopologyVersion => _topologyLock.Version;

    /// <summary>Changes whenever a queue or an exchange has come or gone, or a route may have changed otherwise.</summary>
    public int Changes => unchecked(TopologyVersion + Declarations);

    /// <inheritdoc cref="TopologyLock.Declarations"/>
    public int Declarations => _topologyLock.Declarations;

    /// <summary>Has every route found anew: what a queue does with publishes has changed.</summary>
    public void ForgetRoutes() => _topologyLock.ForgetRoutes();

    public IEnumerable<Queue> Queues => _queues.Select(entry => entry.Value);

    public IEnumerable<Exchange> Exchanges => _exchanges.Select(entry => entry.Value);

    public Exchange? FindExchange(string name) => _exchanges.GetValueOrDefault(name);

    public Queue? FindQueue(string name) => _queues.GetValueOrDefault(name);

    /// <summary>The type of an exchange that every virtual host has from the start; null for any other.</summary>
    public static string? TypeOfPredeclared(string name) =>
        name == Firehose.ExchangeName ? "topic" : _predeclared.FirstOrDefault(exchange => exchange.Name == name).Type;

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

    /// <summary>Finds the queues that a message goes to.</summary>
    public void Follow(Exchange exchange, in RoutedMessage message, RouteFinder finder)
    {
        using (_topologyLock.Share())
            finder.Follow(exchange, message);
        if (finder.WithoutAlternate is { } lacking && lacking.MustTellOfMissingAlternate(Clock))
            Logger.AlternateExchangeMissing(lacking.Name, Name, lacking.AlternateExchange);
    }

    /// <summary>The one destination that a choosing exchange has for a message.</summary>
    /// <inheritdoc cref="ChoosingRouter.Choose"/>
    public IBindingDestination? Choose(ChoosingRouter router, ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties)
    {
        using var held = _topologyLock.Share();
        return router.Choose(routingKey, headers, properties);
    }

    /// <summary>How many exchanges there are, the predeclared ones among them.</summary>
    public int ExchangeCount => _exchanges.Count;

    /// <summary>How many queues there are.</summary>
    public int QueueCount => _queues.Count;

    /// <exception cref="AmqpException">406: there are as many queues as there may be.</exception>
    public void DemandRoomForQueue(string queue)
    {
        if (Limits.MaxQueues is { } limit && QueueCount >= limit)
            throw new AmqpException(ReplyCode.PreconditionFailed, $"cannot declare queue '{queue}': queue limit in vhost '{Name}' ({limit}) is reached");
        DeclareRules.DemandRoom(queue);
    }

    /// <summary>Deletes a queue that has lost its reason to be: its connection or its last consumer.</summary>
    public void DeleteAbandoned(Queue queue, DispatchRound round) =>
        Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false).NotifyConsumers(round);

    /// <summary>Completes when nothing of this virtual host's own doing reads or appends any more. Connections are closed before. Throws nothing.</summary>
    public async Task StopAsync()
    {
        foreach (var publisher in _internalPublishers)
            await Faults.ContainAsync(Compartment.Events, $"the stop of an internal exchange of vhost '{Name}'", publisher.StopAsync);
        foreach (var exchange in Exchanges)
            if (exchange.Keeper is { } keeper)
                await Faults.ContainAsync(Compartment.Exchange, $"the stop of exchange '{exchange.Name}' in vhost '{Name}'", keeper.StopAsync);
    }

    /// <summary>Adds a topic exchange that only the broker publishes to. Before anyone connects; before the bindings are restored, if it shall keep its own.</summary>
    public InternalPublisher AddInternalExchange(string name)
    {
        var publisher = new InternalPublisher(this, _exchanges.GetOrAdd(name, NewInternal));
        _internalPublishers.Add(publisher);
        return publisher;
    }

    /// <summary>A queue's places in the store: one for each of its priorities, and one for what is returned to a quorum queue.</summary>
    public StoredQueue[] Open(uint number, bool isDurable, QueueFlags flags, QueueArguments arguments)
    {
        var levels = new StoredQueue[arguments.LevelsOf(flags)];
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

    /// <summary>What connections to a virtual host that is deleted are told.</summary>
    public static AmqpException Deleted(string name) => new(ReplyCode.ConnectionForced, $"vhost '{name}' is deleted");

    private void AddPredeclared()
    {
        Add("", "direct", new DefaultRouter(_queues, Replies), ExchangeFlags.Durable);
        foreach (var (name, type) in _predeclared)
            Add(name, type, Routers.Create(new ExchangeDeclaration(name, Name, type, FieldTable.Empty)), ExchangeFlags.Durable);
        _exchanges.TryAdd(Firehose.ExchangeName, NewInternal(Firehose.ExchangeName));

        void Add(string name, string type, IRouter router, ExchangeFlags flags) =>
            _exchanges.TryAdd(name, new Exchange(name, type, router, flags, FieldTable.Empty));
    }

    /// <summary>A topic exchange that only the broker publishes to.</summary>
    private static Exchange NewInternal(string name) =>
        new(name, "topic", new TopicRouter(), ExchangeFlags.Durable | ExchangeFlags.Internal, FieldTable.Empty);
}
