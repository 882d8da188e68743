using System.Collections.Concurrent;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Tracing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The broker's virtual hosts, by name. Thread-safe.</summary>
/// <param name="services">The parts of the broker that queues and exchanges work with.</param>
/// <param name="store">Saves the definitions.</param>
/// <param name="permissions">Permissions, deleted with their virtual host.</param>
/// <param name="parameters">Runtime parameters, deleted with their virtual host.</param>
/// <param name="declareRules">Rules of the configuration for new queues and exchanges.</param>
internal sealed class VirtualHostTable(
    QueueServices services, TopologyStore store, PermissionStore permissions, RuntimeParameters parameters, DeclareRules declareRules)
    : IDisposable
{
    private readonly ConcurrentDictionary<string, VirtualHost> _virtualHosts = new();
    private readonly Lock _changes = new();

    /// <summary>The stream on which events of all virtual hosts are raised.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>Tells federation about changes of queues and exchanges in all virtual hosts.</summary>
    public TopologyWatch Watch { get; } = new();

    /// <summary>Called for each virtual host when it is restored or added, before it has queues or bindings. May be null.</summary>
    public Action<VirtualHost>? Making { get; init; }

    /// <summary>Makes OpenTelemetry spans for traced messages; null unless configured.</summary>
    public MessageSpans? Spans { get; init; }

    /// <summary>Maximum number of virtual hosts; null: no limit. The first virtual host is allowed whatever the limit.</summary>
    public long? Limit { get; init; }

    /// <summary>Raised when a virtual host was added and can be used, by the thread that added it.</summary>
    public event Action<VirtualHost>? Added;

    /// <summary>Raised when a virtual host was deleted, by the thread that deleted it.</summary>
    public event Action<VirtualHost>? Deleted;

    /// <summary>All virtual hosts, ordered by name.</summary>
    public IReadOnlyList<VirtualHost> All => [.. _virtualHosts.Values.OrderBy(virtualHost => virtualHost.Name, StringComparer.Ordinal)];

    /// <summary>Bytes of memory of all queues, exchanges and bindings, without messages.</summary>
    public long MemoryInUse => _virtualHosts.Sum(entry => entry.Value.Topology.MemoryInUse);

    public bool IsEmpty => _virtualHosts.IsEmpty;

    public VirtualHost? Find(string name) => _virtualHosts.GetValueOrDefault(name);

    /// <summary>Restores the virtual hosts from the definitions.</summary>
    public void Restore()
    {
        foreach (var (name, description, topology) in store.VirtualHosts())
        {
            var virtualHost = Make(name, description);
            virtualHost.Topology.Restore(topology);
            _virtualHosts[name] = virtualHost;
        }
    }

    /// <summary>Adds a virtual host, or replaces the description of the existing one.</summary>
    /// <param name="name">The virtual host's name.</param>
    /// <param name="description">The virtual host's metadata.</param>
    /// <param name="maker">The user who gets all permissions in a new virtual host, as in RabbitMQ; null: no user.</param>
    /// <exception cref="BrokerException">406: the limit on virtual hosts is reached.</exception>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public VirtualHost Put(string name, VirtualHostDescription description, string? maker = null)
    {
        lock (_changes)
        {
            if (Limit is { } limit && Find(name) is null && !IsEmpty && _virtualHosts.Count >= limit)
                throw new BrokerException(BrokerError.Precondition, $"cannot create vhost '{name}': vhost limit of {limit} is reached");
            store.SaveVirtualHost(name, description);
            if (Find(name) is { } existing)
            {
                existing.Description = description;
                Events.VirtualHostUpdated(existing);
                return existing;
            }
            var added = Make(name, description);
            _virtualHosts[name] = added;
            Events.VirtualHostCreated(added);
            Added?.Invoke(added);
            if (maker is not null && permissions.Find(name, maker) is null)
                permissions.Put(new Permission(maker, name, ".*", ".*", ".*"));
            return added;
        }
    }

    /// <summary>Deletes a virtual host with everything that belongs to it. Returns false if there is none.</summary>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public bool Delete(string name)
    {
        lock (_changes)
        {
            if (Find(name) is not { } virtualHost)
                return false;
            // The definition of the virtual host is deleted last: after a crash in between, the virtual host can be deleted again.
            var round = new DispatchRound();
            foreach (var queue in virtualHost.Topology.DeleteEverything())
                queue.NotifyConsumers(round);
            round.Complete();
            virtualHost.Policies.RemoveAll();
            parameters.RemoveAll(name);
            permissions.DeleteVirtualHost(name);
            store.DeleteVirtualHost(name);
            _virtualHosts.TryRemove(name, out _);
            virtualHost.Statistics.Delete();
            Events.VirtualHostDeleted(name);
            Deleted?.Invoke(virtualHost);
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var virtualHost in _virtualHosts.Values)
            virtualHost.Dispose();
    }

    private VirtualHost Make(string name, VirtualHostDescription description)
    {
        var made = new VirtualHost(name, services, store, declareRules, Watch)
        {
            Description = description,
            Events = Events,
            Spans = Spans,
        };
        Making?.Invoke(made);
        return made;
    }
}
