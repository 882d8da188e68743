using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Named values of the whole broker: global parameters, limits of users, and digests of imported files.</summary>
/// <remarks>Thread-safe: changes take a lock, and reads need no lock.</remarks>
/// <param name="definitions">Stores the values.</param>
/// <param name="kind">Prefix of the stored keys: a constant of <see cref="DefinitionKey"/>.</param>
/// <param name="keyOf">Returns the key under which the value of a name is stored.</param>
internal sealed class NamedValues(DefinitionStore definitions, string kind, Func<string, string> keyOf)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, FieldValue> _values = new();

    /// <summary>
    /// Raised after a change. The arguments are the name and the new value, which is null after a removal. Handlers run under a lock and
    /// must not wait.
    /// </summary>
    public event Action<string, FieldValue?>? Changed;

    /// <summary>All values, sorted by name.</summary>
    /// <remarks>ToArray takes all locks of the dictionary. OrderBy alone throws if another thread adds a value.</remarks>
    public IEnumerable<KeyValuePair<string, FieldValue>> All => _values.ToArray().OrderBy(entry => entry.Key, StringComparer.Ordinal);

    public FieldValue? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    /// <returns>True if the name had no value before.</returns>
    public bool Put(string name, FieldValue value) => Change(name, _ => value);

    /// <summary>Replaces a value by the result of a function. The function gets the current value; null if there is none.</summary>
    /// <returns>True if the name had no value before.</returns>
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

    /// <returns>False if there is no value with this name.</returns>
    public bool Remove(string name)
    {
        lock (_lock)
        {
            if (!_values.ContainsKey(name))
                return false;
            definitions.DeleteValue(keyOf(name)); // first: if the catalog throws, the value stays in memory too
            _values.TryRemove(name, out _);
            Changed?.Invoke(name, null);
            return true;
        }
    }

    /// <summary>Reads all values from the catalog.</summary>
    public void Restore()
    {
        foreach (var (names, value) in definitions.Values(kind))
            _values[names[0]] = value;
    }
}
