using System.Collections.Concurrent;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Definitions;

/// <summary>All definitions of one kind, kept in memory and in the catalog.</summary>
/// <remarks>Thread-safe: changes take the table's lock, and reads need no lock.</remarks>
/// <param name="catalog">The file that stores the definitions.</param>
/// <param name="keyOf">Returns the key of a definition in the catalog.</param>
/// <param name="write">Encodes a definition for the catalog.</param>
internal sealed class DefinitionTable<TKey, TDefinition>(ICatalog catalog, Func<TKey, string> keyOf, Func<TDefinition, byte[]> write)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TDefinition> _definitions = new();
    private readonly Lock _changes = new();

    public bool IsEmpty => _definitions.IsEmpty;

    /// <summary>All definitions, in no particular order.</summary>
    public IEnumerable<TDefinition> All => _definitions.Select(entry => entry.Value);

    public TDefinition? Find(TKey key) => _definitions.GetValueOrDefault(key);

    /// <summary>Adds a definition from the catalog to memory.</summary>
    public void Restore(TKey key, TDefinition definition) => _definitions[key] = definition;

    /// <summary>Adds or replaces a definition, first in the catalog and then in memory.</summary>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public void Put(TKey key, TDefinition definition)
    {
        lock (_changes)
        {
            catalog.Put(keyOf(key), write(definition));
            _definitions[key] = definition;
        }
    }

    /// <summary>Removes a definition. Returns false if no definition has this key.</summary>
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
