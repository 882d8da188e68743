using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Policies;

/// <summary>The policies and operator policies of a virtual host, and which of them counts for whom.</summary>
/// <remarks>
/// Thread-safe: changes go one after the other, and are made under the topology lock, held exclusively; the lists are replaced as a whole, so anyone may read them.
/// Patterns may take milliseconds for a name, so that what a change means for each queue is found out before that lock is taken.
/// </remarks>
internal sealed class VirtualHostPolicies(VirtualHost virtualHost, DefinitionStore definitions)
{
    private readonly Lock _changes = new(); // before the topology lock
    private volatile Policy[] _users = []; // the one that counts first comes first
    private volatile Policy[] _operators = [];

    /// <summary>All of a kind, in order of their names.</summary>
    public IEnumerable<Policy> All(PolicyKind kind) => ListOf(kind).OrderBy(policy => policy.Name, StringComparer.Ordinal);

    public Policy? Find(PolicyKind kind, string name) => ListOf(kind).FirstOrDefault(policy => policy.Name == name);

    /// <summary>The policy of a kind that counts for a queue: of those that match, the one of the highest priority.</summary>
    public Policy? Match(PolicyKind kind, Queue queue) => Match(ListOf(kind), queue);

    /// <inheritdoc cref="Match(PolicyKind, Queue)"/>
    public Policy? Match(PolicyKind kind, Exchange exchange) => Match(ListOf(kind), exchange);

    /// <summary>What all policies together say of a queue.</summary>
    public EffectivePolicy Effective(Queue queue) => PolicyKeys.Combine(Match(PolicyKind.User, queue), Match(PolicyKind.Operator, queue));

    /// <inheritdoc cref="Effective(Queue)"/>
    public EffectivePolicy Effective(Exchange exchange) => PolicyKeys.Combine(Match(PolicyKind.User, exchange), Match(PolicyKind.Operator, exchange));

    /// <summary>Has the patterns tried on a name that is about to be declared: under the topology lock slow ones then know the answer.</summary>
    public void TryPatterns(string name)
    {
        foreach (var policy in _users)
            Matches(policy, name);
        foreach (var policy in _operators)
            Matches(policy, name);
    }

    /// <summary>Adds or replaces a policy; it holds at once for all that is there.</summary>
    /// <remarks>One that is there as it is costs nothing: an import of many policies would try each of them on each queue as often as there are policies.</remarks>
    /// <returns>True when it is a new one.</returns>
    public bool Put(Policy policy)
    {
        bool isNew;
        List<(Queue Queue, Policy? User, Policy? Operator)> before;
        lock (_changes)
        {
            before = MatchesForEvents();
            var old = Find(policy.Kind, policy.Name);
            isNew = old is null;
            if (old?.IsSameAs(policy) != true)
                Change(
                    policy.Kind, ListOf(policy.Kind).Where(other => other.Name != policy.Name).Append(policy),
                    () => definitions.Save(virtualHost.Name, policy));
        }
        if (policy.Kind == PolicyKind.Operator)
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, policy.Name, policy);
        TellQueues(before, policy);
        virtualHost.Events.PolicySet(virtualHost.Name, policy);
        return isNew;
    }

    /// <summary>Removes a policy; what it said holds no longer.</summary>
    /// <returns>False when there is none of that name.</returns>
    public bool Remove(PolicyKind kind, string name)
    {
        List<(Queue Queue, Policy? User, Policy? Operator)> before;
        lock (_changes)
        {
            before = MatchesForEvents();
            if (Find(kind, name) is null)
                return false;
            Change(kind, ListOf(kind).Where(policy => policy.Name != name), () => definitions.DeletePolicy(virtualHost.Name, kind, name));
        }
        if (kind == PolicyKind.Operator)
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, name, null);
        TellQueues(before, set: null);
        virtualHost.Events.PolicyCleared(virtualHost.Name, kind, name);
        return true;
    }

    /// <summary>Removes all policies of a virtual host that is being deleted.</summary>
    public void RemoveAll()
    {
        foreach (var policy in ListOf(PolicyKind.User).Concat(ListOf(PolicyKind.Operator)))
            Remove(policy.Kind, policy.Name);
    }

    /// <summary>Puts back what the definitions hold, before the queues and exchanges that it is about.</summary>
    public void Restore(IEnumerable<Policy> policies)
    {
        foreach (var ofKind in policies.GroupBy(policy => policy.Kind))
            Replace(ofKind.Key, Sorted(ofKind));
    }

    /// <summary>Puts other policies of a kind in place. Under the lock for changes.</summary>
    private void Change(PolicyKind kind, IEnumerable<Policy> policies, Action save)
    {
        var changed = Sorted(policies);
        var (users, operators) = kind == PolicyKind.User ? (changed, _operators) : (_users, changed);
        var effective = new Dictionary<object, EffectivePolicy>(ReferenceEqualityComparer.Instance);
        foreach (var exchange in virtualHost.Exchanges)
            effective[exchange] = PolicyKeys.Combine(Match(users, exchange), Match(operators, exchange));
        foreach (var queue in virtualHost.Queues)
            effective[queue] = PolicyKeys.Combine(Match(users, queue), Match(operators, queue));
        virtualHost.Topology.ChangePolicies(
            () =>
            {
                save();
                Replace(kind, changed);
            },
            effective);
    }

    private Policy? Match(Policy[] policies, Queue queue)
    {
        foreach (var policy in policies)
            if (PolicyTarget.Covers(policy, queue) && Matches(policy, queue.Name))
                return policy;
        return null;
    }

    private Policy? Match(Policy[] policies, Exchange exchange)
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
            virtualHost.Logger.PolicyPatternTooSlow(policy.Name, policy.Pattern, name, virtualHost.Name);
        return isMatch;
    }

    /// <summary>Which policies count for each queue, if anybody wants to know when that changes.</summary>
    private List<(Queue Queue, Policy? User, Policy? Operator)> MatchesForEvents() => virtualHost.Events.IsWanted
        ? [.. virtualHost.Queues.Select(queue => (queue, Match(PolicyKind.User, queue), Match(PolicyKind.Operator, queue)))]
        : [];

    private void TellQueues(List<(Queue Queue, Policy? User, Policy? Operator)> before, Policy? set)
    {
        foreach (var (queue, user, ofOperator) in before)
            if (!ReferenceEquals(user, Match(PolicyKind.User, queue)) || !ReferenceEquals(ofOperator, Match(PolicyKind.Operator, queue)))
                virtualHost.Events.QueuePolicyChanged(queue, set);
    }

    private Policy[] ListOf(PolicyKind kind) => kind == PolicyKind.User ? _users : _operators;

    private static Policy[] Sorted(IEnumerable<Policy> policies) =>
        [.. policies.OrderByDescending(policy => policy.Priority).ThenBy(policy => policy.Name, StringComparer.Ordinal)];

    private void Replace(PolicyKind kind, Policy[] sorted)
    {
        if (kind == PolicyKind.User)
            _users = sorted;
        else
            _operators = sorted;
    }
}
