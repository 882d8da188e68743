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

/// <summary>A namespace of exchanges, queues and bindings. Finds queues and exchanges by name.</summary>
/// <remarks>
/// The topology lock (<see cref="RoutingTable.Lock"/>) guards exchanges and bindings. Any thread may look up a queue or an exchange. A
/// thread that holds the lock of a queue must not take the topology lock.
/// </remarks>
internal sealed class VirtualHost : IDisposable
{
    private readonly ConcurrentDictionary<string, Queue> _queues = new();
    private readonly List<InternalPublisher> _internalPublishers = [];
    private readonly DeclareRules _declareRules;
    private Firehose? _firehose;

    public VirtualHost(string name, QueueServices services, TopologyStore store, DeclareRules declareRules, TopologyWatch watch)
    {
        Name = name;
        _declareRules = declareRules;
        Routing = new RoutingTable(name, services.Clock, services.Logger);
        Host = new QueueHost(name, services, new VirtualHostStatistics(services.Statistics), new DeadLettering(Routing));
        PredeclaredExchanges.AddTo(Routing, name, _queues);
        Policies = new VirtualHostPolicies(this, store, services.Logger);
        Topology = new Topology(new TopologyState(this, _queues, services, store, declareRules, watch));
    }

    public string Name { get; }

    /// <summary>Description, tags and other metadata. Only <see cref="VirtualHostTable"/> changes them.</summary>
    public VirtualHostDescription Description { get; set; } = VirtualHostDescription.None;

    /// <summary>True once the deletion of the virtual host has begun. Declarations and new connections are rejected from then on.</summary>
    public bool IsDeleted => Topology.IsDeleted;

    /// <summary>Limits on queues and connections, from a runtime parameter. If the parameter changes, a new object is set.</summary>
    public VirtualHostLimits Limits { get; set; } = VirtualHostLimits.None;

    /// <summary>The policies, which set options of all queues and exchanges whose names match a pattern.</summary>
    public VirtualHostPolicies Policies { get; }

    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>The parts of the broker that the queues and exchanges of this virtual host use.</summary>
    public QueueServices Services => Host.Services;

    /// <summary>The parts of this virtual host that its queues and exchanges use. Contains <see cref="Services"/>.</summary>
    public QueueHost Host { get; }

    /// <summary>The exchanges of this virtual host. Finds the routes of messages.</summary>
    public RoutingTable Routing { get; }

    /// <summary>Declares, binds and deletes queues and exchanges.</summary>
    public Topology Topology { get; }

    /// <summary>Counts of the connections and channels of this virtual host.</summary>
    public VirtualHostStatistics Statistics => Host.Statistics;

    /// <summary>Copies every message to <c>amq.rabbitmq.trace</c>; null while tracing is off.</summary>
    public Firehose? Firehose => Volatile.Read(ref _firehose);

    /// <summary>True while tracing is on. As in RabbitMQ, a restart of the broker turns tracing off.</summary>
    public bool IsTracing
    {
        get => Firehose is not null;
        set
        {
            Volatile.Write(
                ref _firehose,
                value ? Firehose ?? new Firehose(new InternalExchange(Routing, Host, GetExchange(Firehose.ExchangeName))) : null);
            Host.NoteCopied(value || Spans is not null);
        }
    }

    /// <summary>Makes OpenTelemetry spans for traced messages; null unless configured.</summary>
    public MessageSpans? Spans
    {
        get;
        init
        {
            field = value;
            Host.NoteCopied(value is not null);
        }
    }

    /// <summary>Default of <c>x-queue-type</c> for new queues. If null, a queue without the argument is classic.</summary>
    public string? DefaultQueueType => Description.DefaultQueueType ?? _declareRules.DefaultType;

    public IEnumerable<Queue> Queues => _queues.Select(entry => entry.Value);

    public int QueueCount => _queues.Count;

    public Queue? FindQueue(string name) => _queues.GetValueOrDefault(name);

    /// <summary>Returns the queue, if the connection may use it.</summary>
    /// <exception cref="BrokerException">404: no such queue. 405: another connection owns the queue.</exception>
    public Queue GetQueue(string name, object connection)
    {
        var queue = FindQueue(name) ?? throw NameErrors.NoQueue(name, Name);
        queue.DemandAccess(connection);
        return queue;
    }

    public IEnumerable<Exchange> Exchanges => Routing.All;

    public Exchange? FindExchange(string name) => Routing.Find(name);

    /// <exception cref="BrokerException">404: no such exchange.</exception>
    public Exchange GetExchange(string name) => FindExchange(name) ?? throw NameErrors.NoExchange(name, Name);

    /// <summary>
    /// Stops internal exchanges, and exchanges that store messages. Called after all connections are closed. Never throws.
    /// </summary>
    public async Task StopAsync()
    {
        var faults = Services.Faults;
        foreach (var publisher in _internalPublishers)
            await faults.ContainAsync(Compartment.Events, $"the stop of an internal exchange of vhost '{Name}'", publisher.StopAsync);
        foreach (var exchange in Exchanges)
            if (exchange.Keeper is { } keeper)
                await faults.ContainAsync(
                    Compartment.Exchange, $"the stop of exchange '{exchange.Name}' in vhost '{Name}'", keeper.StopAsync);
    }

    /// <summary>Adds a topic exchange that only the broker publishes to. Called before bindings are restored.</summary>
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
