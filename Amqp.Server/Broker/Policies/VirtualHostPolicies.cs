using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Policies;

/// <summary>The policies and operator policies of a virtual host, and which of them counts for whom.</summary>
/// <remarks>Thread-safe: changes are made under the topology lock, held exclusively; the lists are replaced as a whole, so anyone may read them.</remarks>
internal sealed class VirtualHostPolicies(VirtualHost virtualHost, DefinitionStore definitions)
{
    private volatile Policy[] _users = []; // the one that counts first comes first
    private volatile Policy[] _operators = [];

    /// <summary>All of a kind, in order of their names.</summary>
    public IEnumerable<Policy> All(PolicyKind kind) => ListOf(kind).OrderBy(policy => policy.Name, StringComparer.Ordinal);

    public Policy? Find(PolicyKind kind, string name) => ListOf(kind).FirstOrDefault(policy => policy.Name == name);

    /// <summary>The policy of a kind that counts for a queue: of those that match, the one of the highest priority.</summary>
    public Policy? Match(PolicyKind kind, Queue queue)
    {
        foreach (var policy in ListOf(kind))
            if (PolicyTarget.Covers(policy, queue) && policy.Matches(queue.Name))
                return policy;
        return null;
    }

    /// <inheritdoc cref="Match(PolicyKind, Queue)"/>
    public Policy? Match(PolicyKind kind, Exchange exchange)
    {
        foreach (var policy in ListOf(kind))
            if (PolicyTarget.CoversExchanges(policy) && policy.Matches(exchange.Name))
                return policy;
        return null;
    }

    /// <summary>What all policies together say of a queue.</summary>
    public EffectivePolicy Effective(Queue queue) => PolicyKeys.Combine(Match(PolicyKind.User, queue), Match(PolicyKind.Operator, queue));

    /// <inheritdoc cref="Effective(Queue)"/>
    public EffectivePolicy Effective(Exchange exchange) => PolicyKeys.Combine(Match(PolicyKind.User, exchange), Match(PolicyKind.Operator, exchange));

    /// <summary>Adds or replaces a policy; it holds at once for all that is there.</summary>
    /// <returns>True when it is a new one.</returns>
    public bool Put(Policy policy)
    {
        bool isNew = false;
        var before = MatchesForEvents();
        virtualHost.Topology.ChangePolicies(() =>
        {
            definitions.Save(virtualHost.Name, policy);
            isNew = Find(policy.Kind, policy.Name) is null;
            Replace(policy.Kind, ListOf(policy.Kind).Where(other => other.Name != policy.Name).Append(policy));
        });
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
        bool isThere = false;
        var before = MatchesForEvents();
        virtualHost.Topology.ChangePolicies(() =>
        {
            isThere = Find(kind, name) is not null;
            if (!isThere)
                return;
            definitions.DeletePolicy(virtualHost.Name, kind, name);
            Replace(kind, ListOf(kind).Where(policy => policy.Name != name));
        });
        if (!isThere)
            return false;
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
            Replace(ofKind.Key, ofKind);
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

    private void Replace(PolicyKind kind, IEnumerable<Policy> policies)
    {
        Policy[] sorted = [.. policies.OrderByDescending(policy => policy.Priority).ThenBy(policy => policy.Name, StringComparer.Ordinal)];
        if (kind == PolicyKind.User)
            _users = sorted;
        else
            _operators = sorted;
    }
}
