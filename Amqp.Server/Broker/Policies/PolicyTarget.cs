namespace Amqp.Server.Broker.Policies;

/// <summary>RabbitMQ's <c>apply-to</c>: the kinds of objects that a policy applies to.</summary>
internal static class PolicyTarget
{
    public const string All = "all";
    public const string Exchanges = "exchanges";
    public const string Queues = "queues";

    private static readonly string[] _names =
        [All, Exchanges, Queues, QueueType.Classic.PolicyTarget, QueueType.Quorum.PolicyTarget, "streams"];

    public static bool IsKnown(string target) => _names.Contains(target);

    /// <summary>Returns true if the policy applies to exchanges.</summary>
    public static bool CoversExchanges(Policy policy) => policy.ApplyTo is All or Exchanges;

    /// <summary>
    /// Returns true if the policy applies to queues of this type, and all keys of the policy have a meaning for the type.
    /// </summary>
    public static bool Covers(Policy policy, QueueType type) =>
        (policy.ApplyTo is All or Queues || policy.ApplyTo == type.PolicyTarget)
            && policy.Definition.All(entry => type.Understands(entry.Key));

    /// <summary>Returns policies in the order in which they are tried: the first that covers an object applies to it.</summary>
    public static Policy[] Sorted(IEnumerable<Policy> policies) =>
        [.. policies.OrderByDescending(policy => policy.Priority).ThenBy(policy => policy.Name, StringComparer.Ordinal)];
}
