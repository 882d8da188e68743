using System.Collections.Concurrent;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>What is declared in a virtual host, and what changes to it go through.</summary>
/// <remarks>All changes are made under <see cref="Lock"/>, held exclusively. The queues may be looked up without it.</remarks>
/// <param name="virtualHost">The virtual host.</param>
/// <param name="queues">Its queues by their names.</param>
/// <param name="services">The parts of the broker that queues and exchanges work with.</param>
/// <param name="store">Where the definitions are kept.</param>
/// <param name="rules">What holds for new queues and exchanges in every virtual host.</param>
internal sealed class TopologyState(
    VirtualHost virtualHost, ConcurrentDictionary<string, Queue> queues, QueueServices services, TopologyStore store, DeclareRules rules)
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

    public TopologyLock Lock => virtualHost.Routing.Lock;

    /// <summary>True once <see cref="MarkDeleted"/> was called.</summary>
    public bool IsDeleted => _isDeleted;

    /// <summary>From now on nothing can be declared any more.</summary>
    public void MarkDeleted() => _isDeleted = true;

    /// <exception cref="BrokerException">320: the virtual host is being deleted.</exception>
    public void DemandNotDeleted()
    {
        if (_isDeleted)
            throw NameErrors.Deleted(Name);
    }
}
