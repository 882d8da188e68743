using Amqp.Protocol;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>What outlives a restart besides messages: the catalog's entries by their kinds.</summary>
/// <remarks>Thread-safe, as the catalog is.</remarks>
internal sealed class DefinitionStore(ICatalog catalog)
{
    /// <summary>The numbers of queues in the message store.</summary>
    public QueueNumbers Numbers { get; } = new(catalog);

    /// <summary>Which messages are quarantined.</summary>
    public QuarantineRecords Quarantine { get; } = new(catalog);

    /// <inheritdoc cref="ICatalog.Put"/>
    public void Put(string key, ReadOnlySpan<byte> value) => catalog.Put(key, value);

    /// <inheritdoc cref="ICatalog.Remove"/>
    public void Remove(string key) => catalog.Remove(key);

    /// <summary>The entries of a kind, in order of their keys.</summary>
    /// <param name="kind">The beginning of their keys, as <see cref="DefinitionKey"/> has it.</param>
    public IEnumerable<KeyValuePair<string, byte[]>> Entries(string kind) =>
        catalog.Entries.Where(entry => entry.Key.StartsWith(kind, StringComparison.Ordinal));

    /// <summary>The definitions of a kind.</summary>
    /// <inheritdoc cref="Entries"/>
    /// <exception cref="InvalidDataException">One was written by a newer version.</exception>
    public IEnumerable<StoredDefinition> Read(string kind) =>
        Entries(kind).Select(entry => new StoredDefinition(DefinitionKey.Names(entry.Key), DefinitionCodec.Read(entry.Value)));

    /// <summary>Values kept under names: parameters and limits.</summary>
    /// <inheritdoc cref="Entries"/>
    public IEnumerable<(string[] Names, FieldValue Value)> Values(string kind) =>
        Read(kind).Select(stored => (stored.Names, stored.Definition.Arguments["value"] ?? FieldValue.Void));

    public void SaveValue(string key, FieldValue value) => catalog.Put(key, DefinitionCodec.Write(value));

    public void DeleteValue(string key) => catalog.Remove(key);
}
