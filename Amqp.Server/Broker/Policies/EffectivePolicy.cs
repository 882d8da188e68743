using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Policies;

/// <summary>
/// The settings of one queue or exchange from policies: the matching user policy, merged with the matching operator policy.
/// </summary>
internal sealed class EffectivePolicy(IReadOnlyDictionary<string, FieldValue> definition)
{
    /// <summary>The empty policy, used if no policy matches.</summary>
    public static EffectivePolicy None { get; } = new(new Dictionary<string, FieldValue>());

    public IReadOnlyDictionary<string, FieldValue> Definition { get; } = definition;

    /// <summary>Returns the value of a key; null if the key is missing or its value is not an integer.</summary>
    public long? Integer(string key) => Definition.TryGetValue(key, out var value) && value.IsInteger ? value.AsInteger() : null;

    /// <summary>Returns the string value of a key; null if the key is missing, or its value is not a string of at most 255 bytes.</summary>
    public string? Text(string key) => Definition.TryGetValue(key, out var value) ? ValueRules.Name(value) : null;

    /// <summary>Returns true if the other policy has the same keys and values.</summary>
    public bool SaysTheSameAs(EffectivePolicy other) =>
        Definition.Count == other.Definition.Count
        && Definition.All(key => other.Definition.TryGetValue(key.Key, out var value) && value == key.Value);
}
