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

/// <summary>The virtual hosts: found by name, added and deleted while the broker runs.</summary>
/// <remarks>Any thread may look one up. Additions and deletions go one after the other.</remarks>
/// <param name="services">What queues and exchanges work with.</param>
/// <param name="store">Where definitions are kept.</param>
/// <param name="permissions">Go with a virtual host that is deleted.</param>
/// <param name="parameters">Likewise.</param>
/// <param name="declareRules">What holds for new queues in every virtual host.</param>
internal sealed class VirtualHostTable(
    QueueServices services, TopologyStore store, PermissionStore permissions, RuntimeParameters parameters, DeclareRules declareRules) : IDisposable
{
    private readonly ConcurrentDictionary<string, VirtualHost> _virtualHosts = new();
    private readonly Lock _changes = new();

    /// <summary>Hears of what happens in them.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>Told of a virtual host that is about to be brought back or added, and empty still; may be null.</summary>
    public Action<VirtualHost>? Making { get; init; }

    /// <summary>Traces messages; null unless that is configured.</summary>
    public MessageSpans? Spans { get; init; }

    /// <summary>Most virtual hosts that there may be, except that there may always be one; null: no limit.</summary>
    public long? Limit { get; init; }

    /// <summary>A virtual host has been added. Raised on the thread that did it, when the virtual host can be used.</summary>
    public event Action<VirtualHost>? Added;

    /// <summary>A virtual host has been deleted, and takes no declarations any more. Raised on the thread that did it.</summary>
    public event Action<VirtualHost>? Deleted;

    /// <summary>All virtual hosts, in order of their names.</summary>
    public IReadOnlyList<VirtualHost> All => [.. _virtualHosts.Values.OrderBy(virtualHost => virtualHost.Name, StringComparer.Ordinal)];

    /// <summary>Bytes that their queues, exchanges and bindings take, messages aside.</summary>
    public long MemoryInUse => _virtualHosts.Sum(entry => entry.Value.Topology.MemoryInUse);

    public bool IsEmpty => _virtualHosts.IsEmpty;

    public VirtualHost? Find(string name) => _virtualHosts.GetValueOrDefault(name);

    /// <summary>Brings back what the definitions hold.</summary>
    public void Restore()
    {
        foreach (var (name, description, topology) in store.VirtualHosts())
        {
            var virtualHost = Make(name, description);
            virtualHost.Topology.Restore(topology);
            _virtualHosts[name] = virtualHost;
        }
    }

    /// <summary>Adds a virtual host, or describes the one of that name anew.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What is said of it.</param>
    /// <param name="maker">Who may use it, if it is new, as in RabbitMQ whoever makes one may; null: nobody yet.</param>
    /// <exception cref="BrokerException">406: there are as many as there may be.</exception>
    /// <exception cref="StoreFullException">There is no room on the disk.</exception>
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

    /// <summary>Deletes a virtual host with all that is in it: messages, queues, exchanges and permissions; false when there is none.</summary>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public bool Delete(string name)
    {
        lock (_changes)
        {
            if (Find(name) is not { } virtualHost)
                return false;
            // Its own entry last: after a crash in between it is there, and can be deleted again.
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
        var made = new VirtualHost(name, services, store, declareRules)
        {
            Description = description,
            Events = Events,
            Spans = Spans,
        };
        Making?.Invoke(made);
        return made;
    }
}
