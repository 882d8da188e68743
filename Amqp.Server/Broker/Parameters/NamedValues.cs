using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;

namespace Amqp.Server.Broker.Parameters;

/// <summary>
/// Named values of the whole broker, stored in the catalog: global parameters, the limits of users, and the digests of imported files.
/// </summary>
/// <remarks>Thread-safe: changes take a lock, reads do not.</remarks>
/// <param name="definitions">Store of the values.</param>
/// <param name="kind">Prefix of the keys, a constant of <see cref="DefinitionKey"/>.</param>
/// <param name="keyOf">Returns the key in the catalog for a name.</param>
internal sealed class NamedValues(DefinitionStore definitions, string kind, Func<string, string> keyOf)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, FieldValue> _values = new();

    /// <summary>Raised when a value was set, or removed (null). Handlers run under a lock and must not wait.</summary>
    public event Action<string, FieldValue?>? Changed;

    /// <summary>All values, sorted by name.</summary>
    public IEnumerable<KeyValuePair<string, FieldValue>> All => _values.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    public FieldValue? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    /// <returns>True if the value is new.</returns>
    public bool Put(string name, FieldValue value) => Change(name, _ => value);

    /// <summary>Computes a new value from the current value (null: there is none), and sets it.</summary>
    /// <returns>True if the value is new.</returns>
    public bool Change(string name, Func<FieldValue?, FieldValue> change)
    {
        lock (_lock)
        {
            bool isNew = !_values.TryGetValue(name, out var current);
            var value = change(isNew ? null : current);
            definitions.SaveValue(keyOf(name), value);
            _values[name] = value;
            Changed?.Invoke(name, value);
            return isNew;
        }
    }

    /// <returns>False if there is no such value.</returns>
    public bool Remove(string name)
    {
        lock (_lock)
        {
            if (!_values.ContainsKey(name))
                return false;
            definitions.DeleteValue(keyOf(name)); // first: if the catalog fails, the value stays
            _values.TryRemove(name, out _);
            Changed?.Invoke(name, null);
            return true;
        }
    }

    /// <summary>Reads the values from the catalog.</summary>
    public void Restore()
    {
        foreach (var (names, value) in definitions.Values(kind))
            _values[names[0]] = value;
    }
}
