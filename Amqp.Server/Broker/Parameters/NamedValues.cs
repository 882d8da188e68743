using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Values under names for the whole broker, kept in the definitions: global parameters, and the limits of users.</summary>
/// <remarks>Thread-safe: changes are under a lock, and anyone may read meanwhile.</remarks>
/// <param name="definitions">Where they are kept.</param>
/// <param name="kind">The beginning of their keys, as <see cref="DefinitionKey"/> has it.</param>
/// <param name="keyOf">The key of a name.</param>
internal sealed class NamedValues(DefinitionStore definitions, string kind, Func<string, string> keyOf)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, FieldValue> _values = new();

    /// <summary>A value was set or, when it is null, removed. Raised under a lock: it must not wait.</summary>
    public event Action<string, FieldValue?>? Changed;

    /// <summary>All of them, in order of their names.</summary>
    public IEnumerable<KeyValuePair<string, FieldValue>> All => _values.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    public FieldValue? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    /// <returns>True when it is a new one.</returns>
    public bool Put(string name, FieldValue value) => Change(name, _ => value);

    /// <summary>Changes a value by what it is now, null when there is none.</summary>
    /// <returns>True when it is a new one.</returns>
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

    /// <returns>False when there is none.</returns>
    public bool Remove(string name)
    {
        lock (_lock)
        {
            if (!_values.ContainsKey(name))
                return false;
            definitions.DeleteValue(keyOf(name)); // first: what cannot be removed stays
            _values.TryRemove(name, out _);
            Changed?.Invoke(name, null);
            return true;
        }
    }

    /// <summary>Reads what the definitions hold.</summary>
    public void Restore()
    {
        foreach (var (names, value) in definitions.Values(kind))
            _values[names[0]] = value;
    }
}
