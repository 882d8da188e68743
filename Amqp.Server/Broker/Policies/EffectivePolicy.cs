using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Policies;

/// <summary>
/// Effective policy of one queue or exchange: the definition of the matching user policy, merged with the definition of the matching
/// operator policy.
/// </summary>
internal sealed class EffectivePolicy(IReadOnlyDictionary<string, FieldValue> definition)
{
    /// <summary>Effective policy if no policy matches.</summary>
    public static EffectivePolicy None { get; } = new(new Dictionary<string, FieldValue>());

    public IReadOnlyDictionary<string, FieldValue> Definition { get; } = definition;

    /// <summary>Returns the value of a key; null if the value is missing or is not an integer.</summary>
    public long? Integer(string key) => Definition.TryGetValue(key, out var value) && value.IsInteger ? value.AsInteger() : null;

    /// <summary>Returns the value of a key; null if the value is missing, is not a text, or is longer than 255 bytes.</summary>
    public string? Text(string key) => Definition.TryGetValue(key, out var value) ? ValueRules.Name(value) : null;

    /// <summary>True if the other policy has the same keys and values.</summary>
    public bool SaysTheSameAs(EffectivePolicy other) =>
        Definition.Count == other.Definition.Count
        && Definition.All(key => other.Definition.TryGetValue(key.Key, out var value) && value == key.Value);
}
