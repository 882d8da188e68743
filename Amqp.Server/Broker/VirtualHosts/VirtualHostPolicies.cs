using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The user policies and operator policies of a virtual host. Finds the policies of a queue or an exchange. Thread-safe.</summary>
/// <remarks>A change holds the topology lock exclusively. Slow patterns are matched before the lock is taken.</remarks>
internal sealed class VirtualHostPolicies(VirtualHost virtualHost, TopologyStore store, ILogger logger)
{
    private readonly Lock _changes = new(); // serializes changes; taken before the topology lock
    private volatile Policy[] _users = []; // sorted: the policy with the highest priority comes first
    private volatile Policy[] _operators = [];

    /// <summary>An object that is replaced whenever the user policies change.</summary>
    public object Version => _users;

    /// <summary>Returns all policies of a kind, ordered by name.</summary>
    public IEnumerable<Policy> All(PolicyKind kind) => ListOf(kind).OrderBy(policy => policy.Name, StringComparer.Ordinal);

    public Policy? Find(PolicyKind kind, string name) => ListOf(kind).FirstOrDefault(policy => policy.Name == name);

    /// <summary>Returns the policy of this kind that applies to a queue: the matching policy of the highest priority, or null.</summary>
    public Policy? Match(PolicyKind kind, Queue queue) => FirstMatch(ListOf(kind), queue);

    /// <inheritdoc cref="Match(PolicyKind, Queue)"/>
    public Policy? Match(PolicyKind kind, Exchange exchange) => FirstMatch(ListOf(kind), exchange);

    /// <summary>Merges the user policy and the operator policy that apply to a queue.</summary>
    public EffectivePolicy Effective(Queue queue) => PolicyKeys.Combine(Match(PolicyKind.User, queue), Match(PolicyKind.Operator, queue));

    /// <inheritdoc cref="Effective(Queue)"/>
    public EffectivePolicy Effective(Exchange exchange) =>
        PolicyKeys.Combine(Match(PolicyKind.User, exchange), Match(PolicyKind.Operator, exchange));

    /// <summary>Matches a new name with all patterns. The results are cached, so that matching is fast under the topology lock.</summary>
    public void TryPatterns(string name)
    {
        foreach (var policy in _users)
            Matches(policy, name);
        foreach (var policy in _operators)
            Matches(policy, name);
    }

    /// <summary>Adds or replaces a policy, which applies to existing queues and exchanges at once.</summary>
    /// <returns>True if the policy is new.</returns>
    public bool Put(Policy policy) => PutAll([policy]) > 0;

    /// <summary>Adds or replaces policies in one change.</summary>
    /// <remarks>Skips policies that already exist with the same content.</remarks>
    /// <returns>Number of new policies.</returns>
    public int PutAll(IReadOnlyList<Policy> policies)
    {
        List<Applied> before;
        List<Replaced> replaced = [];
        lock (_changes)
        {
            var (users, operators) = With(policies, replaced);
            before = replaced.Count > 0 ? AppliedForEvents() : [];
            if (replaced.Count > 0)
                Change(users, operators, () => Save(replaced));
        }
        foreach (var policy in policies.Where(policy => policy.Kind == PolicyKind.Operator))
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, policy.Name, policy);
        RaiseQueueEvents(before, policies);
        foreach (var policy in policies)
            virtualHost.Events.PolicySet(virtualHost.Name, policy);
        return replaced.Count(one => one.Old is null);
    }

    /// <summary>Returns the effect that a policy would have if it were set now. Changes nothing.</summary>
    public PolicyPreview Preview(Policy policy)
    {
        var (users, operators) = With([policy], []);
        var after = EffectiveOf(users, operators);
        var list = policy.Kind == PolicyKind.User ? users : operators;
        List<PolicyEffect> effects = [];
        int matched = 0;
        foreach (var exchange in virtualHost.Exchanges)
            Add(exchange, PolicyTarget.CoversExchanges(policy), Effective(exchange), FirstMatch(list, exchange));
        foreach (var queue in virtualHost.Queues)
            Add(queue, PolicyTarget.Covers(policy, queue.Settings.Type), Effective(queue), FirstMatch(list, queue));
        return new PolicyPreview(matched, effects);

        void Add(IBindingDestination target, bool isCovered, EffectivePolicy before, Policy? applied)
        {
            bool isMatch = isCovered && Matches(policy, target.Name);
            matched += isMatch ? 1 : 0;
            if (!after.TryGetValue(target, out var then))
                return; // the object was declared only now
            var effect = new PolicyEffect(target, before, then, isMatch && applied?.Name != policy.Name ? applied : null);
            if (isMatch || effect.IsChange)
                effects.Add(effect);
        }
    }

    /// <summary>Removes a policy. Existing queues and exchanges lose the policy's settings at once.</summary>
    /// <returns>False if no policy has that name.</returns>
    public bool Remove(PolicyKind kind, string name)
    {
        List<Applied> before;
        lock (_changes)
        {
            if (Find(kind, name) is null)
                return false;
            before = AppliedForEvents();
            Policy[] rest = [.. ListOf(kind).Where(policy => policy.Name != name)];
            Change(kind == PolicyKind.User ? rest : _users, kind == PolicyKind.User ? _operators : rest, () =>
                store.DeletePolicy(virtualHost.Name, kind, name));
        }
        if (kind == PolicyKind.Operator)
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, name, null);
        RaiseQueueEvents(before, set: []);
        virtualHost.Events.PolicyCleared(virtualHost.Name, kind, name);
        return true;
    }

    /// <summary>Removes all policies of a virtual host that is being deleted.</summary>
    public void RemoveAll()
    {
        foreach (var policy in ListOf(PolicyKind.User).Concat(ListOf(PolicyKind.Operator)))
            Remove(policy.Kind, policy.Name);
    }

    /// <summary>Restores the saved policies. Called before the queues and exchanges of the virtual host are restored.</summary>
    public void Restore(IEnumerable<Policy> policies)
    {
        var kinds = policies.ToLookup(policy => policy.Kind);
        (_users, _operators) = (PolicyTarget.Sorted(kinds[PolicyKind.User]), PolicyTarget.Sorted(kinds[PolicyKind.Operator]));
    }

    /// <summary>Returns all policies after policies were added or replaced.</summary>
    /// <param name="policies">The policies to add.</param>
    /// <param name="replaced">Receives the policies that are new or have another content.</param>
    private (Policy[] Users, Policy[] Operators) With(IReadOnlyList<Policy> policies, List<Replaced> replaced)
    {
        List<Policy> users = [.. _users], operators = [.. _operators];
        foreach (var policy in policies)
        {
            var list = policy.Kind == PolicyKind.User ? users : operators;
            var old = list.Find(other => other.Name == policy.Name);
            if (old?.IsSameAs(policy) == true)
                continue;
            if (old is not null)
                list.Remove(old);
            list.Add(policy);
            replaced.Add(new Replaced(old, policy));
        }
        return (PolicyTarget.Sorted(users), PolicyTarget.Sorted(operators));
    }

    /// <summary>Returns the values of these policies for each queue and exchange.</summary>
    private Dictionary<object, EffectivePolicy> EffectiveOf(Policy[] users, Policy[] operators)
    {
        var effective = new Dictionary<object, EffectivePolicy>(ReferenceEqualityComparer.Instance);
        foreach (var exchange in virtualHost.Exchanges)
            effective[exchange] = PolicyKeys.Combine(FirstMatch(users, exchange), FirstMatch(operators, exchange));
        foreach (var queue in virtualHost.Queues)
            effective[queue] = PolicyKeys.Combine(FirstMatch(users, queue), FirstMatch(operators, queue));
        return effective;
    }

    /// <summary>Replaces all policies. The caller holds the lock <c>_changes</c>.</summary>
    private void Change(Policy[] users, Policy[] operators, Action save)
    {
        var effective = EffectiveOf(users, operators);
        virtualHost.Topology.ChangePolicies(
            () =>
            {
                save();
                (_users, _operators) = (users, operators);
            },
            effective);
    }

    /// <summary>Saves policies. If the disk fails, reverts the policies that are already saved, as far as possible.</summary>
    private void Save(List<Replaced> replaced)
    {
        int saved = 0;
        try
        {
            for (; saved < replaced.Count; saved++)
                store.Save(virtualHost.Name, replaced[saved].New);
        }
        catch
        {
            while (saved-- > 0)
            {
                if (replaced[saved].Old is { } old)
                    store.Save(virtualHost.Name, old);
                else
                    store.DeletePolicy(virtualHost.Name, replaced[saved].New.Kind, replaced[saved].New.Name);
            }
            throw;
        }
    }

    private Policy? FirstMatch(Policy[] policies, Queue queue)
    {
        foreach (var policy in policies)
            if (PolicyTarget.Covers(policy, queue.Settings.Type) && Matches(policy, queue.Name))
                return policy;
        return null;
    }

    private Policy? FirstMatch(Policy[] policies, Exchange exchange)
    {
        foreach (var policy in policies)
            if (PolicyTarget.CoversExchanges(policy) && Matches(policy, exchange.Name))
                return policy;
        return null;
    }

    private bool Matches(Policy policy, string name)
    {
        bool isMatch = policy.Matches(name);
        if (policy.TakeTimeout())
            logger.PolicyPatternTooSlow(policy.Name, policy.Pattern, name, virtualHost.Name);
        return isMatch;
    }

    /// <summary>Returns the policies that apply to each queue, or an empty list while nothing listens to events.</summary>
    private List<Applied> AppliedForEvents() => virtualHost.Events.IsWanted ? [.. virtualHost.Queues.Select(AppliedTo)] : [];

    private Applied AppliedTo(Queue queue) => new(queue, FirstMatch(_users, queue), FirstMatch(_operators, queue));

    /// <param name="before">The policies that applied to each queue before the change.</param>
    /// <param name="set">The policies that were set; empty if a policy was removed.</param>
    private void RaiseQueueEvents(List<Applied> before, IReadOnlyList<Policy> set)
    {
        foreach (var old in before)
        {
            var now = AppliedTo(old.Queue);
            var latest = set.Count == 0 ? null : set[^1];
            if (!ReferenceEquals(old.User, now.User))
                virtualHost.Events.QueuePolicyChanged(old.Queue, latest is null ? null : now.User ?? latest);
            else if (!ReferenceEquals(old.Operator, now.Operator))
                virtualHost.Events.QueuePolicyChanged(old.Queue, latest is null ? null : now.Operator ?? latest);
        }
    }

    private Policy[] ListOf(PolicyKind kind) => kind == PolicyKind.User ? _users : _operators;

    /// <summary>The policies that apply to a queue.</summary>
    private readonly record struct Applied(Queue Queue, Policy? User, Policy? Operator);

    /// <summary>A new policy, and the policy that it replaces; null if it replaces none.</summary>
    private readonly record struct Replaced(Policy? Old, Policy New);
}
