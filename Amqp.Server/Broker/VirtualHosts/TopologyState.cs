using System.Collections.Concurrent;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The topology of a virtual host, and the objects that are needed to change it.</summary>
/// <remarks>Every change holds <see cref="Lock"/> exclusively. Queues may be looked up without the lock.</remarks>
/// <param name="virtualHost">The virtual host that owns the topology.</param>
/// <param name="queues">The queues by name.</param>
/// <param name="services">The parts of the broker that queues and exchanges work with.</param>
/// <param name="store">Saves the definitions.</param>
/// <param name="rules">Rules of the configuration for new queues and exchanges.</param>
/// <param name="watch">Tells federation about changes.</param>
internal sealed class TopologyState(
    VirtualHost virtualHost, ConcurrentDictionary<string, Queue> queues, QueueServices services, TopologyStore store, DeclareRules rules,
    TopologyWatch watch)
{
    private volatile bool _isDeleted;

    public VirtualHost VirtualHost => virtualHost;

    public string Name => virtualHost.Name;

    public ConcurrentDictionary<string, Queue> Queues => queues;

    public RoutingTable Routing => virtualHost.Routing;

    public BindingsByDestination Bindings { get; } = new();

    public QueueServices Services => services;

    public TopologyStore Store => store;

    public DeclareRules Rules => rules;

    public TopologyWatch Watch => watch;

    public TopologyLock Lock => virtualHost.Routing.Lock;

    public bool IsDeleted => _isDeleted;

    /// <summary>Rejects all declarations from now on.</summary>
    public void MarkDeleted() => _isDeleted = true;

    /// <exception cref="BrokerException">320: the virtual host is being deleted.</exception>
    public void DemandNotDeleted()
    {
        if (_isDeleted)
            throw NameErrors.Deleted(Name);
    }
}
