using Amqp.Protocol;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Stores the durable state except messages, as entries of the catalog.</summary>
/// <remarks>Thread-safe, because the catalog is thread-safe.</remarks>
internal sealed class DefinitionStore(ICatalog catalog)
{
    /// <summary>Assigns the numbers that queues have in the message store.</summary>
    public QueueNumbers Numbers { get; } = new(catalog);

    /// <summary>Durable records of the quarantined messages.</summary>
    public QuarantineRecords Quarantine { get; } = new(catalog);

    /// <inheritdoc cref="ICatalog.Put"/>
    public void Put(string key, ReadOnlySpan<byte> value) => catalog.Put(key, value);

    /// <inheritdoc cref="ICatalog.Remove"/>
    public void Remove(string key) => catalog.Remove(key);

    /// <summary>Returns all entries of one kind, sorted by key.</summary>
    /// <param name="kind">Prefix of the keys: a constant of <see cref="DefinitionKey"/>.</param>
    public IEnumerable<KeyValuePair<string, byte[]>> Entries(string kind) =>
        catalog.Entries.Where(entry => entry.Key.StartsWith(kind, StringComparison.Ordinal));

    /// <summary>Returns all definitions of one kind.</summary>
    /// <inheritdoc cref="Entries"/>
    /// <exception cref="InvalidDataException">A newer version of the broker wrote a definition.</exception>
    public IEnumerable<StoredDefinition> Read(string kind) =>
        Entries(kind).Select(entry => new StoredDefinition(DefinitionKey.Names(entry.Key), DefinitionCodec.Read(entry.Value)));

    /// <summary>Returns the names and values of all parameters or limits of one kind.</summary>
    /// <inheritdoc cref="Entries"/>
    public IEnumerable<(string[] Names, FieldValue Value)> Values(string kind) =>
        Read(kind).Select(stored => (stored.Names, stored.Definition.Arguments["value"] ?? FieldValue.Void));

    public void SaveValue(string key, FieldValue value) => catalog.Put(key, DefinitionCodec.Write(value));

    public void DeleteValue(string key) => catalog.Remove(key);
}
