using System.Collections.Concurrent;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Definitions of one kind, in memory and in the catalog.</summary>
/// <remarks>Any thread may read. Changes take the table's lock, so that memory and catalog tell the same story.</remarks>
/// <param name="catalog">Where they are kept.</param>
/// <param name="keyOf">The key in the catalog.</param>
/// <param name="write">The value in the catalog.</param>
internal sealed class DefinitionTable<TKey, TDefinition>(ICatalog catalog, Func<TKey, string> keyOf, Func<TDefinition, byte[]> write)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TDefinition> _definitions = new();
    private readonly Lock _changes = new();

    public bool IsEmpty => _definitions.IsEmpty;

    /// <summary>All there are now, in no order.</summary>
    public IEnumerable<TDefinition> All => _definitions.Select(entry => entry.Value);

    public TDefinition? Find(TKey key) => _definitions.GetValueOrDefault(key);

    /// <summary>Takes what the catalog holds already.</summary>
    public void Restore(TKey key, TDefinition definition) => _definitions[key] = definition;

    /// <summary>Adds or replaces a definition; it is in the catalog first, so what cannot be kept is not seen.</summary>
    /// <exception cref="StoreFullException">There is no room on the disk.</exception>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public void Put(TKey key, TDefinition definition)
    {
        lock (_changes)
        {
            catalog.Put(keyOf(key), write(definition));
            _definitions[key] = definition;
        }
    }

    /// <summary>Removes a definition; false when there was none.</summary>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public bool Remove(TKey key)
    {
        lock (_changes)
        {
            if (!_definitions.ContainsKey(key))
                return false;
            catalog.Remove(keyOf(key));
            return _definitions.TryRemove(key, out _);
        }
    }
}
