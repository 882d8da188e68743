using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Policies;

/// <summary>What the policies say of one queue or exchange: the definition of the one that matches, merged with the operator policy's.</summary>
internal sealed class EffectivePolicy(IReadOnlyDictionary<string, FieldValue> definition)
{
    /// <summary>No policy matches.</summary>
    public static EffectivePolicy None { get; } = new(new Dictionary<string, FieldValue>());

    public IReadOnlyDictionary<string, FieldValue> Definition { get; } = definition;

    /// <summary>The value of a key; null when it is absent or no integer.</summary>
    public long? Integer(string key) => Definition.TryGetValue(key, out var value) && value.IsInteger ? value.AsInteger() : null;

    /// <summary>The value of a key; null when it is absent, no text, or longer than names are.</summary>
    public string? Text(string key) => Definition.TryGetValue(key, out var value) ? ValueRules.Name(value) : null;

    /// <summary>Whether the other has the same keys with the same values.</summary>
    public bool SaysTheSameAs(EffectivePolicy other) =>
        Definition.Count == other.Definition.Count
        && Definition.All(key => other.Definition.TryGetValue(key.Key, out var value) && value == key.Value);
}
