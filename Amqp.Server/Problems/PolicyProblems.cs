using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Problems;

/// <summary>Finds policies that apply to no queue and no exchange. Used by one thread at a time.</summary>
/// <remarks>A policy is compared with names until one matches, so only a policy without effect is compared with all names.</remarks>
internal sealed class PolicyProblems
{
    /// <summary>Time in milliseconds for which the result of a virtual host is kept, even if its queues or exchanges change.</summary>
    private const long KeepTime = 30_000;

    private readonly Dictionary<VirtualHost, Result> _results = [];

    /// <summary>Finds the policies without effect in some virtual hosts.</summary>
    /// <param name="hosts">All virtual hosts.</param>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    public IEnumerable<ProblemGroup> Find(IReadOnlyList<VirtualHost> hosts, long now)
    {
        foreach (var deleted in _results.Keys.Except(hosts).ToList())
            _results.Remove(deleted);
        return hosts.Select(host => Of(host, now)).OfType<ProblemGroup>();
    }

    private ProblemGroup? Of(VirtualHost host, long now)
    {
        Policy[] policies = [.. host.Policies.All(PolicyKind.User), .. host.Policies.All(PolicyKind.Operator)];
        if (_results.TryGetValue(host, out var known)
            && known.Policies.SequenceEqual(policies)
            && (known.Changes == host.Routing.Changes || now - known.At < KeepTime))
            return known.Group;
        int changes = host.Routing.Changes;
        Problem[] found = [.. policies.Select(policy => Of(host, policy)).OfType<Problem>()];
        var group = found.Length == 0
            ? null
            : new ProblemGroup([.. found.Take(ProblemGroup.Most)], found.Length, "policies without effect");
        _results[host] = new Result(policies, changes, now, group);
        return group;
    }

    private static Problem? Of(VirtualHost host, Policy policy)
    {
        Policy? winner = null;
        foreach (var queue in host.Queues)
        {
            if (!PolicyTarget.Covers(policy, queue.Settings.Type) || !policy.Matches(queue.Name))
                continue;
            if ((winner = host.Policies.Match(policy.Kind, queue)) == policy)
                return null;
        }
        foreach (var exchange in PolicyTarget.CoversExchanges(policy) ? host.Exchanges : [])
        {
            if (!policy.Matches(exchange.Name))
                continue;
            if ((winner = host.Policies.Match(policy.Kind, exchange)) == policy)
                return null;
        }
        string kind = policy.Kind == PolicyKind.Operator ? "Operator policy" : "Policy";
        return winner is null
            ? Problem(
                "policy_without_match",
                $"{kind} '{policy.Name}' has no effect: its pattern '{policy.Pattern}' matches no {Objects(policy)}.",
                "Correct the pattern, or delete the policy.")
            : Problem(
                "policy_overridden",
                $"{kind} '{policy.Name}' has no effect: another policy wins wherever it matches, for example '{winner.Name}' "
                    + "with a higher priority.",
                "Raise its priority, put its keys into the other policy, or delete it.");

        Problem Problem(string name, string text, string advice) =>
            new(name, Severity.Info, policy.Kind == PolicyKind.Operator ? "operator_policy" : "policy", policy.Name, text, advice)
            {
                VirtualHost = host.Name,
            };
    }

    private static string Objects(Policy policy) => policy.ApplyTo switch
    {
        "queues" or "classic_queues" or "quorum_queues" or "streams" => "queue of its type",
        "exchanges" => "exchange",
        _ => "queue and no exchange",
    };

    private sealed record Result(Policy[] Policies, int Changes, long At, ProblemGroup? Group);
}
