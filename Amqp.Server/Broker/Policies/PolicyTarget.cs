namespace Amqp.Server.Broker.Policies;

/// <summary>RabbitMQ's <c>apply-to</c>: which kinds of things a policy is for.</summary>
internal static class PolicyTarget
{
    public const string All = "all";
    public const string Exchanges = "exchanges";
    public const string Queues = "queues";

    private static readonly string[] _names = [All, Exchanges, Queues, QueueType.Classic.PolicyTarget, QueueType.Quorum.PolicyTarget, "streams"];

    public static bool IsKnown(string target) => _names.Contains(target);

    /// <summary>Whether a policy is for exchanges.</summary>
    public static bool CoversExchanges(Policy policy) => policy.ApplyTo is All or Exchanges;

    /// <summary>Whether a policy is for queues of a type, and says nothing that such queues do not understand.</summary>
    public static bool Covers(Policy policy, QueueType type) =>
        (policy.ApplyTo is All or Queues || policy.ApplyTo == type.PolicyTarget) && policy.Definition.All(entry => type.Understands(entry.Key));
}
