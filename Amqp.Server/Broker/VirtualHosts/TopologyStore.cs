using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Saves and reads the definitions of virtual hosts and their topology.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TopologyStore(DefinitionStore definitions)
{
    /// <summary>Number of durable queues.</summary>
    public int QueueCount => definitions.Entries(DefinitionKey.Queues).Count();

    /// <summary>Returns the message store's numbers of durable queues, and of durable exchanges that keep messages.</summary>
    public IReadOnlySet<uint> QueueNumbers() =>
        definitions.Read(DefinitionKey.Queues).SelectMany(queue => TopologyCodec.QueueNumbers(queue.Definition))
            .Concat(definitions.Read(DefinitionKey.Exchanges).SelectMany(exchange => TopologyCodec.ExchangeNumbers(exchange.Definition)))
            .ToHashSet();

    /// <inheritdoc cref="Definitions.QueueNumbers.Take"/>
    public uint NewQueueNumbers(bool durable, int count) => definitions.Numbers.Take(durable, count);

    /// <summary>Returns the virtual hosts, ordered by name, with their topology.</summary>
    public IEnumerable<(string Name, VirtualHostDescription Description, StoredTopology Topology)> VirtualHosts()
    {
        var users = ByVirtualHost(DefinitionKey.KindOf(PolicyKind.User));
        var operators = ByVirtualHost(DefinitionKey.KindOf(PolicyKind.Operator));
        var exchanges = ByVirtualHost(DefinitionKey.Exchanges);
        var queues = ByVirtualHost(DefinitionKey.Queues);
        var bindings = ByVirtualHost(DefinitionKey.Bindings);
        foreach (var (key, value) in definitions.Entries(DefinitionKey.VirtualHosts))
        {
            string name = DefinitionKey.Names(key)[0];
            var policies = users[name].Select(policy => Read(PolicyKind.User, policy))
                .Concat(operators[name].Select(policy => Read(PolicyKind.Operator, policy)));
            yield return (
                name, VirtualHostDescription.Read(value), new StoredTopology(policies, exchanges[name], queues[name], bindings[name]));
        }
    }

    public void SaveVirtualHost(string name, VirtualHostDescription description) =>
        definitions.Put(DefinitionKey.OfVirtualHost(name), description.Write());

    public void DeleteVirtualHost(string name) => definitions.Remove(DefinitionKey.OfVirtualHost(name));

    public void Save(string virtualHost, Exchange exchange)
    {
        if (exchange.IsDurable)
            definitions.Put(DefinitionKey.OfExchange(virtualHost, exchange.Name), TopologyCodec.Write(exchange));
    }

    public void Save(string virtualHost, Queue queue) =>
        definitions.Put(DefinitionKey.OfQueue(virtualHost, queue.Name), TopologyCodec.Write(queue));

    public void Save(string virtualHost, Binding binding)
    {
        if (binding.IsDurable)
            definitions.Put(binding.KeyIn(virtualHost), TopologyCodec.Write(binding));
    }

    public void Delete(string virtualHost, Exchange exchange)
    {
        if (exchange.IsDurable)
            definitions.Remove(DefinitionKey.OfExchange(virtualHost, exchange.Name));
    }

    public void Delete(string virtualHost, Queue queue)
    {
        if (queue.Messages.Stored.IsDurable)
            definitions.Remove(DefinitionKey.OfQueue(virtualHost, queue.Name));
    }

    public void Delete(string virtualHost, Binding binding)
    {
        if (binding.IsDurable)
            definitions.Remove(binding.KeyIn(virtualHost));
    }

    public void Save(string virtualHost, Policy policy) =>
        definitions.Put(DefinitionKey.OfPolicy(virtualHost, policy.Kind, policy.Name), DefinitionCodec.Write(policy));

    public void DeletePolicy(string virtualHost, PolicyKind kind, string name) =>
        definitions.Remove(DefinitionKey.OfPolicy(virtualHost, kind, name));

    private static Policy Read(PolicyKind kind, in StoredDefinition stored) =>
        DefinitionCodec.ReadPolicy(kind, stored.Names[1], stored.Definition);

    private ILookup<string, StoredDefinition> ByVirtualHost(string kind) => definitions.Read(kind).ToLookup(stored => stored.Names[0]);
}

/// <summary>The saved definitions of a virtual host.</summary>
/// <param name="Policies">User policies and operator policies.</param>
/// <param name="Exchanges">Durable exchanges, without the predeclared ones.</param>
/// <param name="Queues">Durable queues.</param>
/// <param name="Bindings">Bindings between durable exchanges and queues.</param>
internal sealed record StoredTopology(
    IEnumerable<Policy> Policies,
    IEnumerable<StoredDefinition> Exchanges,
    IEnumerable<StoredDefinition> Queues,
    IEnumerable<StoredDefinition> Bindings);
