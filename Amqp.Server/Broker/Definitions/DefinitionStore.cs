using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>What outlives a restart besides messages, to and from the catalog.</summary>
/// <remarks>Thread-safe: the catalog is, and the counters are interlocked or under their own lock.</remarks>
internal sealed class DefinitionStore(ICatalog catalog)
{
    /// <summary>Queue numbers from here on belong to queues that no restart outlives; they never reach the disk.</summary>
    private const uint FirstTransientNumber = 0x8000_0000;

    /// <summary>Numbers are reserved in the catalog so many at a time: one write serves many declares.</summary>
    private const uint NumbersReservedAtOnce = 256;

    private readonly Lock _numbers = new();
    private uint _nextDurable;
    private uint _reserved;
    private uint _highestTaken;
    private uint _nextTransient = FirstTransientNumber;

    /// <summary>Which messages are quarantined.</summary>
    public QuarantineRecords Quarantine { get; } = new(catalog);

    /// <summary>Numbers that no queue had before, one behind the other.</summary>
    /// <param name="durable">Whether they are of a queue that outlives a restart.</param>
    /// <param name="count">How many: one for each of its places in the store.</param>
    /// <returns>The first.</returns>
    public uint NewQueueNumbers(bool durable, int count)
    {
        lock (_numbers)
        {
            uint first;
            if (!durable)
            {
                first = _nextTransient;
                _nextTransient += (uint)count;
                return first;
            }
            if (_nextDurable + count > _reserved)
            {
                first = Math.Max(_reserved == 0 ? ReadReserved() : _nextDurable, _highestTaken + 1);
                uint to = first + (uint)count + NumbersReservedAtOnce;
                Span<byte> value = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(value, to);
                catalog.Put(DefinitionKey.QueueNumbers, value); // first: a number that no restart knows of would be given out again
                (_nextDurable, _reserved) = (first, to);
            }
            first = _nextDurable;
            _nextDurable += (uint)count;
            return first;
        }
    }

    /// <summary>Numbers up to this one are taken, even if the catalog does not know it. Called before the first new queue.</summary>
    public void SkipNumbers(uint highestTaken) => _highestTaken = highestTaken;

    /// <summary>How many durable queues there are.</summary>
    public int QueueCount => Entries(DefinitionKey.Queues).Count();

    /// <summary>The numbers of the durable queues, and of exchanges that keep messages, for which the message store recovers messages.</summary>
    public IReadOnlySet<uint> QueueNumbers() =>
        Entries(DefinitionKey.Queues).SelectMany(entry => DefinitionCodec.Read(entry.Value).QueueNumbers)
            .Concat(Entries(DefinitionKey.Exchanges).Select(entry => DefinitionCodec.Read(entry.Value).Number).Where(number => number != 0))
            .ToHashSet();

    /// <summary>The virtual hosts, in order of their names.</summary>
    public IEnumerable<(string Name, VirtualHostDescription Description)> VirtualHosts() =>
        Entries(DefinitionKey.VirtualHosts).Select(entry => (DefinitionKey.Names(entry.Key)[0], VirtualHostDescription.Read(entry.Value)));

    public void SaveVirtualHost(string name, VirtualHostDescription description) => catalog.Put(DefinitionKey.OfVirtualHost(name), description.Write());

    public void DeleteVirtualHost(string name) => catalog.Remove(DefinitionKey.OfVirtualHost(name));

    public void Save(string virtualHost, Exchange exchange)
    {
        if (exchange.IsDurable)
            catalog.Put(DefinitionKey.OfExchange(virtualHost, exchange.Name), DefinitionCodec.Write(exchange));
    }

    public void Save(string virtualHost, Queue queue) =>
        catalog.Put(DefinitionKey.OfQueue(virtualHost, queue.Name), DefinitionCodec.Write(queue));

    public void Save(string virtualHost, Binding binding)
    {
        if (binding.IsDurable)
            catalog.Put(DefinitionKey.OfBinding(virtualHost, binding), DefinitionCodec.Write(binding));
    }

    public void Delete(string virtualHost, Exchange exchange)
    {
        if (exchange.IsDurable)
            catalog.Remove(DefinitionKey.OfExchange(virtualHost, exchange.Name));
    }

    public void Delete(string virtualHost, Queue queue)
    {
        if (queue.Messages.IsDurable)
            catalog.Remove(DefinitionKey.OfQueue(virtualHost, queue.Name));
    }

    public void Delete(string virtualHost, Binding binding)
    {
        if (binding.IsDurable)
            catalog.Remove(DefinitionKey.OfBinding(virtualHost, binding));
    }

    public void Save(string virtualHost, Policy policy) =>
        catalog.Put(DefinitionKey.OfPolicy(virtualHost, policy.Kind, policy.Name), DefinitionCodec.Write(policy));

    public void DeletePolicy(string virtualHost, PolicyKind kind, string name) => catalog.Remove(DefinitionKey.OfPolicy(virtualHost, kind, name));

    /// <summary>Values kept under names: parameters and limits.</summary>
    /// <param name="kind">The beginning of their keys, as <see cref="DefinitionKey"/> has it.</param>
    public IEnumerable<(string[] Names, FieldValue Value)> Values(string kind) =>
        Entries(kind).Select(entry => (DefinitionKey.Names(entry.Key), DefinitionCodec.Read(entry.Value).Arguments["value"] ?? FieldValue.Void));

    public void SaveValue(string key, FieldValue value) => catalog.Put(key, DefinitionCodec.Write(value));

    public void DeleteValue(string key) => catalog.Remove(key);

    /// <summary>Puts a virtual host's policies, durable exchanges, queues and bindings back.</summary>
    public void Restore(VirtualHost virtualHost)
    {
        virtualHost.Policies.Restore(PoliciesOf(virtualHost, PolicyKind.User).Concat(PoliciesOf(virtualHost, PolicyKind.Operator)));
        RestoreTopology(virtualHost);
    }

    private void RestoreTopology(VirtualHost virtualHost) => virtualHost.Topology.Restore(
        Of(DefinitionKey.Exchanges, virtualHost).Select(found =>
        {
            var declared = new ExchangeDeclaration(found.Names[1], virtualHost.Name, found.Definition.Type, found.Definition.Arguments);
            var exchange = new Exchange(declared.Name, declared.Type, CreateRouter(declared), (ExchangeFlags)found.Definition.Flags, declared.Arguments);
            exchange.Keeper?.Open(
                exchange, virtualHost,
                isDurable => virtualHost.Store.OpenQueue(isDurable ? found.Definition.Number : NewQueueNumbers(durable: false, 1), isDurable));
            return exchange;
        }),
        Of(DefinitionKey.Queues, virtualHost).Select(found =>
        {
            var arguments = QueueArguments.FromStored(found.Definition.Arguments);
            var flags = (QueueFlags)found.Definition.Flags;
            var levels = virtualHost.Open(found.Definition.Number, isDurable: true, flags, arguments);
            return new Queue(found.Names[1], flags, arguments, owner: null, levels, virtualHost);
        }),
        () => Of(DefinitionKey.Bindings, virtualHost).Select(found => FindEnds(virtualHost, found.Names, found.Definition)).OfType<Binding>());

    private static IRouter CreateRouter(in ExchangeDeclaration declared)
    {
        try
        {
            return Routers.Create(declared);
        }
        catch (AmqpException unknown)
        {
            throw new InvalidDataException($"Exchange '{declared.Name}' cannot be restored: {unknown.Message}", unknown);
        }
    }

    private IEnumerable<Policy> PoliciesOf(VirtualHost virtualHost, PolicyKind kind) =>
        Of(DefinitionKey.KindOf(kind), virtualHost).Select(found => DefinitionCodec.ReadPolicy(kind, found.Names[1], found.Definition));

    /// <summary>Null when an end is missing: a crash can fall between an end's removal and its bindings'.</summary>
    private static Binding? FindEnds(VirtualHost virtualHost, string[] names, Definition definition)
    {
        IBindingDestination? destination = names[2] == "e" ? virtualHost.FindExchange(names[3]) : virtualHost.FindQueue(names[3]);
        return virtualHost.FindExchange(names[1]) is { } source && destination is not null
            ? new Binding(source, destination, names[4], definition.Arguments)
            : null;
    }

    private IEnumerable<(string[] Names, Definition Definition)> Of(string kind, VirtualHost virtualHost) =>
        Entries(kind)
            .Select(entry => (Names: DefinitionKey.Names(entry.Key), Definition: DefinitionCodec.Read(entry.Value)))
            .Where(found => found.Names[0] == virtualHost.Name);

    private IEnumerable<KeyValuePair<string, byte[]>> Entries(string kind) =>
        catalog.Entries.Where(entry => entry.Key.StartsWith(kind, StringComparison.Ordinal));

    private uint ReadReserved() =>
        catalog.Entries.FirstOrDefault(entry => entry.Key == DefinitionKey.QueueNumbers).Value is { } value
            ? BinaryPrimitives.ReadUInt32BigEndian(value)
            : 1;
}
