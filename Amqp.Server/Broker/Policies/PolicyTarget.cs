namespace Amqp.Server.Broker.Policies;

/// <summary>RabbitMQ's <c>apply-to</c>: which kinds of things a policy is for.</summary>
internal static class PolicyTarget
{
    public const string All = "all";
    public const string Exchanges = "exchanges";
    public const string Queues = "queues";

    private static readonly string[] _names = [All, Exchanges, Queues, "classic_queues", "quorum_queues", "streams"];

    /// <summary>Keys that have no meaning for a type of queue: a policy with one of them does not match such a queue at all.</summary>
    private static readonly string[]
        _notForClassic = ["max-age", "stream-max-segment-size-bytes", "queue-leader-locator", "initial-cluster-size", "delivery-limit", "dead-letter-strategy"],
        _notForQuorum = ["queue-mode", "queue-version", "queue-master-locator", "ha-mode", "ha-params", "ha-sync-mode", "ha-promote-on-shutdown", "ha-promote-on-failure", "max-age", "stream-max-segment-size-bytes"];

    public static bool IsKnown(string target) => _names.Contains(target);

    /// <summary>Whether a policy is for exchanges.</summary>
    public static bool CoversExchanges(Policy policy) => policy.ApplyTo is All or Exchanges;

    /// <summary>Whether a policy is for queues of a type, and says nothing that such queues do not understand.</summary>
    public static bool Covers(Policy policy, QueueType type)
    {
        bool isQuorum = type == QueueType.Quorum;
        return policy.ApplyTo is All or Queues || policy.ApplyTo == (isQuorum ? "quorum_queues" : "classic_queues")
            ? !policy.Definition.Any(entry => (isQuorum ? _notForQuorum : _notForClassic).Contains(entry.Key))
            : false;
    }
}
