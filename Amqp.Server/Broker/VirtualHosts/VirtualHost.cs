using System.Collections.Concurrent;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DeadLetters;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>A name space of exchanges, queues and bindings: finds them by name.</summary>
/// <remarks>
/// The topology lock (<see cref="RoutingTable.Lock"/>) owns exchanges and bindings: shared to route, exclusive to change. The dictionaries may be read
/// without it. What changes is written to the definitions under the lock, so both always tell the same story.
/// Under it a queue's lock may be taken, never the other way round. The changes are in <see cref="Topology"/>.
/// </remarks>
internal sealed class VirtualHost : IDisposable
{
    private readonly ConcurrentDictionary<string, Queue> _queues = new();
    private readonly List<InternalPublisher> _internalPublishers = [];
    private readonly DeclareRules _declareRules;
    private Firehose? _firehose;

    /// <param name="name">Its name.</param>
    /// <param name="services">What its queues and exchanges work with.</param>
    /// <param name="store">Where its definitions are kept.</param>
    /// <param name="declareRules">What holds for new queues in every virtual host.</param>
    public VirtualHost(string name, QueueServices services, TopologyStore store, DeclareRules declareRules)
    {
        Name = name;
        _declareRules = declareRules;
        Routing = new RoutingTable(name, services.Clock, services.Logger);
        Host = new QueueHost(name, services, new VirtualHostStatistics(services.Statistics), new DeadLettering(Routing));
        PredeclaredExchanges.AddTo(Routing, name, _queues);
        Policies = new VirtualHostPolicies(this, store, services.Logger);
        Topology = new Topology(new TopologyState(this, _queues, services, store, declareRules));
    }

    public string Name { get; }

    /// <summary>What is said of it; changed by <see cref="VirtualHostTable"/> only.</summary>
    public VirtualHostDescription Description { get; set; } = VirtualHostDescription.None;

    /// <summary>True once it is being deleted: nothing can be declared in it any more, and nobody connects.</summary>
    public bool IsDeleted => Topology.IsDeleted;

    /// <summary>What it may hold at most. Replaced as a whole, by whoever changes the parameter.</summary>
    public VirtualHostLimits Limits { get; set; } = VirtualHostLimits.None;

    /// <summary>Settings for queues and exchanges by their names.</summary>
    public VirtualHostPolicies Policies { get; }

    /// <summary>Hears of what happens here.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>The parts of the broker that its queues and exchanges work with.</summary>
    public QueueServices Services => Host.Services;

    /// <summary>The parts of this virtual host that its queues and exchanges work with, besides <see cref="Services"/>.</summary>
    public QueueHost Host { get; }

    /// <summary>Its exchanges, and the ways of messages among them.</summary>
    public RoutingTable Routing { get; }

    /// <summary>Declares, binds and deletes.</summary>
    public Topology Topology { get; }

    /// <summary>What its connections and channels count.</summary>
    public VirtualHostStatistics Statistics => Host.Statistics;

    /// <summary>Tells every message to <c>amq.rabbitmq.trace</c>; null while nobody wants that.</summary>
    public Firehose? Firehose => Volatile.Read(ref _firehose);

    /// <summary>Whether messages are traced. As in RabbitMQ not kept over a restart.</summary>
    public bool IsTracing
    {
        get => Firehose is not null;
        set => Volatile.Write(ref _firehose, value ? Firehose ?? new Firehose(new InternalExchange(Routing, Host, GetExchange(Firehose.ExchangeName))) : null);
    }

    /// <summary>Traces messages whose publishers do; null unless that is configured.</summary>
    public MessageSpans? Spans { get; init; }

    /// <summary>The <c>x-queue-type</c> of queues that can have it and are declared without one; null: classic, and a redeclare must say the same.</summary>
    public string? DefaultQueueType => Description.DefaultQueueType ?? _declareRules.DefaultType;

    public IEnumerable<Queue> Queues => _queues.Select(entry => entry.Value);

    /// <summary>How many queues there are.</summary>
    public int QueueCount => _queues.Count;

    public Queue? FindQueue(string name) => _queues.GetValueOrDefault(name);

    /// <summary>The queue, for a connection that may use it.</summary>
    /// <exception cref="BrokerException">404: there is none. 405: it belongs to another connection.</exception>
    public Queue GetQueue(string name, object connection)
    {
        var queue = FindQueue(name) ?? throw NameErrors.NoQueue(name, Name);
        queue.DemandAccess(connection);
        return queue;
    }

    public IEnumerable<Exchange> Exchanges => Routing.All;

    public Exchange? FindExchange(string name) => Routing.Find(name);

    /// <exception cref="BrokerException">404: there is none.</exception>
    public Exchange GetExchange(string name) => FindExchange(name) ?? throw NameErrors.NoExchange(name, Name);

    /// <summary>Completes when nothing of this virtual host's own doing reads or appends any more. Connections are closed before. Throws nothing.</summary>
    public async Task StopAsync()
    {
        var faults = Services.Faults;
        foreach (var publisher in _internalPublishers)
            await faults.ContainAsync(Compartment.Events, $"the stop of an internal exchange of vhost '{Name}'", publisher.StopAsync);
        foreach (var exchange in Exchanges)
            if (exchange.Keeper is { } keeper)
                await faults.ContainAsync(Compartment.Exchange, $"the stop of exchange '{exchange.Name}' in vhost '{Name}'", keeper.StopAsync);
    }

    /// <summary>Adds a topic exchange that only the broker publishes to. Before anyone connects; before the bindings are restored, if it shall keep its own.</summary>
    public InternalPublisher AddInternalExchange(string name)
    {
        if (Routing.Find(name) is not { } exchange)
            Routing.Add(exchange = PredeclaredExchanges.NewInternal(name));
        var publisher = new InternalPublisher(new InternalExchange(Routing, Host, exchange));
        _internalPublishers.Add(publisher);
        return publisher;
    }

    public void Dispose() => Routing.Dispose();
}
