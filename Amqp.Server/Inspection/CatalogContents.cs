using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>Counts the definitions in a catalog and collects the unreadable ones.</summary>
internal sealed class CatalogContents
{
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<uint, (string VirtualHost, string Name)> _queues = [];
    private readonly List<(CatalogEntry Entry, string Reason)> _unreadable = [];

    /// <summary>Reads all entries.</summary>
    public CatalogContents(IEnumerable<CatalogEntry> entries)
    {
        foreach (CatalogEntry entry in entries)
        {
            string kind = entry.Key[..(entry.Key.IndexOf('/', StringComparison.Ordinal) + 1)];
            _counts[kind] = Count(kind) + 1;
            if (kind is DefinitionKey.Exchanges or DefinitionKey.Queues or DefinitionKey.Bindings
                or DefinitionKey.Policies or DefinitionKey.OperatorPolicies or DefinitionKey.Parameters or DefinitionKey.GlobalParameters
                or DefinitionKey.UserLimits
                or DefinitionKey.ImportedDefinitions or DefinitionKey.Quarantined)
                Read(kind, entry);
        }
    }

    /// <summary>Names of durable queues, of exchanges that store messages, and of their deduplication keys, by queue number.</summary>
    public IReadOnlyDictionary<uint, (string VirtualHost, string Name)> Queues => _queues;

    /// <summary>Definitions that the broker could not read, each with the reason.</summary>
    public IReadOnlyList<(CatalogEntry Entry, string Reason)> Unreadable => _unreadable;

    /// <summary>Returns the number of entries of a kind.</summary>
    /// <param name="kind">Prefix of the keys: a constant of <see cref="DefinitionKey"/>.</param>
    public int Count(string kind) => _counts.GetValueOrDefault(kind);

    private void Read(string kind, CatalogEntry entry)
    {
        try
        {
            Definition definition = DefinitionCodec.Read(entry.Value);
            string[] names = DefinitionKey.Names(entry.Key);
            if (kind is not (DefinitionKey.Exchanges or DefinitionKey.Queues)
                || (kind == DefinitionKey.Exchanges && definition.Number == 0))
                return;
            if (names.Length != 2)
                throw new InvalidDataException("A queue's key does not name a virtual host and a queue.");
            bool isQueue = kind == DefinitionKey.Queues;
            foreach (uint number in isQueue ? TopologyCodec.QueueNumbers(definition) : TopologyCodec.ExchangeNumbers(definition))
                _queues[number] = (names[0], names[1]);
            if ((isQueue ? TopologyCodec.KeysOfQueue(definition) : TopologyCodec.KeysOfExchange(definition)) is { } keys)
                _queues[keys] = (names[0], $"{names[1]} (keys)");
        }
        catch (Exception cause) when (cause is InvalidDataException or AmqpException)
        {
            _unreadable.Add((entry, cause.Message));
        }
    }
}
