using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Policies;

/// <summary>The keys that a policy's definition can have. Checks their values, and merges a user policy with an operator policy.</summary>
internal static class PolicyKeys
{
    private static readonly Dictionary<string, PolicyKey> _keys = new PolicyKey[]
    {
        new("alternate-exchange", ByRule("alternate-exchange"), "is not a valid alternate exchange name"),
        new("consumer-timeout", ByRule("consumer-timeout"), "is not a valid consumer timeout"),
        new("dead-letter-exchange", ByRule("dead-letter-exchange"), "is not a valid dead letter exchange name"),
        new("dead-letter-routing-key", ByRule("dead-letter-routing-key"), "is not a valid dead letter routing key"),
        new("dead-letter-strategy", ByRule("dead-letter-strategy"), "is not a valid dead letter strategy"),
        new("message-ttl", ByRule("message-ttl"), "is not a valid message TTL", Merge.Smaller),
        new("expires", ByRule("expires"), "is not a valid queue expiry", Merge.Smaller),
        new("max-length", ByRule("max-length"), "is not a valid maximum length", Merge.Smaller),
        new("max-length-bytes", ByRule("max-length-bytes"), "is not a valid maximum length in bytes", Merge.Smaller),
        new("max-in-memory-length", value => IsInteger(value, 0), "is not a valid maximum memory in bytes", Merge.Smaller),
        new("max-in-memory-bytes", value => IsInteger(value, 0), "is not a valid maximum memory in bytes", Merge.Smaller),
        new("delivery-limit", ByRule("delivery-limit"), "is not a valid delivery limit", Merge.Smaller),
        new("queue-mode", ByRule("queue-mode"), "is not a valid queue-mode value"),
        new("queue-version", ByRule("queue-version"), "is not a valid queue-version value", Merge.Operators),
        new("overflow", ByRule("overflow"), "is not a valid overflow value", Merge.Operators),
        new("max-age", IsAge, "is not a valid max age"),
        new(
            "stream-max-segment-size-bytes",
            value => IsInteger(value, 0) && value.AsInteger() <= 3_000_000_000,
            "is not a valid segment size"),
        new(
            "stream-filter-size-bytes",
            value => IsInteger(value, 16) && value.AsInteger() <= 255,
            "is not a valid filter size. Valid range is 16-255"),
        new(
            "queue-leader-locator",
            value => IsOneOf(value, "client-local", "balanced", "random", "least-leaders"),
            "is not a valid queue leader locator value"),
        new(FederationKeys.Upstream, IsText, "is not a valid federation upstream name"),
        new(FederationKeys.Set, IsText, "is not a valid federation upstream set name"),
        new(FederationKeys.Pattern, IsText, "is not a valid federation upstream pattern name"),
        new("initial-cluster-size", value => IsInteger(value, 0), "is not a valid cluster size"),
        new("queue-master-locator", value => IsOneOf(value, "min-masters", "client-local", "random"), "invalid queue-master-locator value"),

        // Keys of RabbitMQ's deduplication plugin. Their names begin with "x-", as those of the arguments do.
        new("x-message-deduplication", ByRule("message-deduplication"), "is not a valid value of x-message-deduplication"),
        new("x-cache-size", ByRule("cache-size"), "is not a valid value of x-cache-size"),
        new("x-cache-ttl", ByRule("cache-ttl"), "is not a valid value of x-cache-ttl"),
        new("x-cache-persistence", ByRule("cache-persistence"), "is not a valid value of x-cache-persistence"),

        // Keys of RabbitMQ 3 for mirrored classic queues. Accepted because many definitions have these keys, but no queue is mirrored.
        new("ha-mode", value => IsOneOf(value, "all", "exactly", "nodes"), "is not a valid ha-mode value"),
        new("ha-params", _ => true, ""),
        new("ha-sync-mode", value => IsOneOf(value, "manual", "automatic"), "is not a valid ha-sync-mode value"),
        new("ha-sync-batch-size", value => IsInteger(value, 1), "is not a valid ha-sync-batch-size value"),
        new("ha-promote-on-shutdown", value => IsOneOf(value, "always", "when-synced"), "is not a valid ha-promote-on-shutdown value"),
        new("ha-promote-on-failure", value => IsOneOf(value, "always", "when-synced"), "is not a valid ha-promote-on-failure value"),
    }.ToDictionary(key => key.Name);

    private enum Merge
    {
        /// <summary>Only user policies can have the key.</summary>
        None,

        /// <summary>User and operator policies can have the key. If both have the key, the smaller number applies.</summary>
        Smaller,

        /// <summary>User and operator policies can have the key. If both have the key, the value of the operator policy applies.</summary>
        Operators,
    }

    public static IReadOnlyCollection<string> Names => _keys.Keys;

    /// <exception cref="ValidationException">A key is unknown, a value is invalid, or the definition is empty.</exception>
    public static void Validate(PolicyKind kind, FieldTable definition)
    {
        DemandKnown(kind, definition);
        foreach (var (name, value) in definition.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            if (_keys[name] is var key && !key.IsValid(value))
                throw new ValidationException($"{ErlangTerm.Of(value)} {key.Complaint}");
        FederationKeys.Validate(definition);
    }

    /// <exception cref="ValidationException">A key is unknown, or the definition is empty.</exception>
    public static void DemandKnown(PolicyKind kind, FieldTable definition)
    {
        if (definition.Count == 0)
            throw new ValidationException("no policy provided");
        var unknown = definition.Where(entry => !IsKnown(kind, entry.Key)).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
            throw new ValidationException(
                $"[{string.Join(',', unknown.Select(entry => $"{{{ErlangTerm.Binary(entry.Key)},{ErlangTerm.Of(entry.Value)}}}"))}"
                    + "] are not recognised policy settings");
    }

    /// <summary>Merges the user policy and the operator policy that match one queue or exchange. Either can be null.</summary>
    public static EffectivePolicy Combine(Policy? user, Policy? operators)
    {
        if (user is null && operators is null)
            return EffectivePolicy.None;
        var definition = new Dictionary<string, FieldValue>();
        foreach (var (key, value) in user?.Definition ?? FieldTable.Empty)
            definition[key] = value;
        foreach (var (key, value) in operators?.Definition ?? FieldTable.Empty)
            if (!definition.TryGetValue(key, out var theirs) || OperatorWins(key, value, theirs))
                definition[key] = value;
        return new EffectivePolicy(definition);
    }

    /// <summary>Returns true if the value of the operator policy applies, and false if that of the user policy does.</summary>
    public static bool OperatorWins(string key, FieldValue operators, FieldValue user) =>
        _keys[key].Merge == Merge.Operators || IsSmaller(operators, user);

    /// <summary>Returns true if the smaller number applies, and not always the value of the operator policy.</summary>
    public static bool IsLimit(string key) => _keys[key].Merge == Merge.Smaller;

    /// <summary>Returns true if policies of this kind can have the key.</summary>
    public static bool IsKnown(PolicyKind kind, string name) =>
        _keys.TryGetValue(name, out var key) && (kind == PolicyKind.User || key.Merge != Merge.None);

    private static bool IsSmaller(FieldValue left, FieldValue right) =>
        left.IsInteger && (!right.IsInteger || left.AsInteger() < right.AsInteger());

    private static Func<FieldValue, bool> ByRule(string key) => value => ValueRules.Accepts(key, value);

    private static bool IsText(FieldValue value) => value.Type == FieldType.LongString;

    private static bool IsInteger(FieldValue value, long least) => value.IsInteger && value.AsInteger() >= least;

    private static bool IsOneOf(FieldValue value, params ReadOnlySpan<string> allowed) =>
        IsText(value) && allowed.Contains(value.AsString());

    /// <summary>Returns true for a text such as <c>7D</c>: digits and one of the units Y, M, D, h, m and s.</summary>
    private static bool IsAge(FieldValue value) =>
        IsText(value)
            && value.AsString() is [.. { Length: > 0 } number, 'Y' or 'M' or 'D' or 'h' or 'm' or 's']
            && number.All(char.IsAsciiDigit);

    private sealed record PolicyKey(string Name, Func<FieldValue, bool> IsValid, string Complaint, Merge Merge = Merge.None);
}
