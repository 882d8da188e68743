using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>What a catalog defines, for somebody who restores nothing and wants to know what cannot be read.</summary>
internal sealed class CatalogContents
{
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<uint, (string VirtualHost, string Name)> _queues = [];
    private readonly List<(CatalogEntry Entry, string Reason)> _unreadable = [];

    public CatalogContents(IEnumerable<CatalogEntry> entries)
    {
        foreach (CatalogEntry entry in entries)
        {
            string kind = entry.Key[..(entry.Key.IndexOf('/', StringComparison.Ordinal) + 1)];
            _counts[kind] = Count(kind) + 1;
            if (kind is DefinitionKey.Exchanges or DefinitionKey.Queues or DefinitionKey.Bindings
                or DefinitionKey.Policies or DefinitionKey.OperatorPolicies or DefinitionKey.Parameters or DefinitionKey.GlobalParameters or DefinitionKey.UserLimits
                or DefinitionKey.ImportedDefinitions or DefinitionKey.Quarantined)
                Read(kind, entry);
        }
    }

    /// <summary>Durable queues, and exchanges that keep messages, by their numbers in the message store.</summary>
    public IReadOnlyDictionary<uint, (string VirtualHost, string Name)> Queues => _queues;

    /// <summary>Definitions that the broker would not understand, and why.</summary>
    public IReadOnlyList<(CatalogEntry Entry, string Reason)> Unreadable => _unreadable;

    /// <summary>How many entries there are of a kind.</summary>
    /// <param name="kind">The beginning of their keys, as <see cref="DefinitionKey"/> has it.</param>
    public int Count(string kind) => _counts.GetValueOrDefault(kind);

    private void Read(string kind, CatalogEntry entry)
    {
        try
        {
            Definition definition = DefinitionCodec.Read(entry.Value);
            string[] names = DefinitionKey.Names(entry.Key);
            if (kind is not (DefinitionKey.Exchanges or DefinitionKey.Queues) || (kind == DefinitionKey.Exchanges && definition.Number == 0))
                return;
            if (names.Length != 2)
                throw new InvalidDataException("A queue's key does not name a virtual host and a queue.");
            foreach (uint number in kind == DefinitionKey.Queues ? TopologyCodec.QueueNumbers(definition) : [definition.Number])
                _queues[number] = (names[0], names[1]);
        }
        catch (Exception cause) when (cause is InvalidDataException or AmqpException)
        {
            _unreadable.Add((entry, cause.Message));
        }
    }
}
