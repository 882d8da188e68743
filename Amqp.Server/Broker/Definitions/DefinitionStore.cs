using Amqp.Protocol;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Durable state besides messages: the entries of the catalog, by kind.</summary>
/// <remarks>Thread-safe, like the catalog.</remarks>
internal sealed class DefinitionStore(ICatalog catalog)
{
    /// <summary>Numbers of the queues in the message store.</summary>
    public QueueNumbers Numbers { get; } = new(catalog);

    /// <summary>Records of the quarantined messages.</summary>
    public QuarantineRecords Quarantine { get; } = new(catalog);

    /// <inheritdoc cref="ICatalog.Put"/>
    public void Put(string key, ReadOnlySpan<byte> value) => catalog.Put(key, value);

    /// <inheritdoc cref="ICatalog.Remove"/>
    public void Remove(string key) => catalog.Remove(key);

    /// <summary>Returns the entries of a kind, sorted by key.</summary>
    /// <param name="kind">Prefix of the keys, a constant of <see cref="DefinitionKey"/>.</param>
    public IEnumerable<KeyValuePair<string, byte[]>> Entries(string kind) =>
        catalog.Entries.Where(entry => entry.Key.StartsWith(kind, StringComparison.Ordinal));

    /// <summary>Returns the definitions of a kind.</summary>
    /// <inheritdoc cref="Entries"/>
    /// <exception cref="InvalidDataException">A definition was written by a newer version.</exception>
    public IEnumerable<StoredDefinition> Read(string kind) =>
        Entries(kind).Select(entry => new StoredDefinition(DefinitionKey.Names(entry.Key), DefinitionCodec.Read(entry.Value)));

    /// <summary>Returns the values of a kind with their names: parameters and limits.</summary>
    /// <inheritdoc cref="Entries"/>
    public IEnumerable<(string[] Names, FieldValue Value)> Values(string kind) =>
        Read(kind).Select(stored => (stored.Names, stored.Definition.Arguments["value"] ?? FieldValue.Void));

    public void SaveValue(string key, FieldValue value) => catalog.Put(key, DefinitionCodec.Write(value));

    public void DeleteValue(string key) => catalog.Remove(key);
}
