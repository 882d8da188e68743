using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The policies and operator policies of a virtual host, and which of them counts for whom.</summary>
/// <remarks>
/// Thread-safe: changes go one after the other, and are made under the topology lock, held exclusively; the lists are replaced as a whole, so anyone may read them.
/// Patterns may take milliseconds for a name, so that what a change means for each queue is found out before that lock is taken.
/// </remarks>
internal sealed class VirtualHostPolicies(VirtualHost virtualHost, TopologyStore store, ILogger logger)
{
    private readonly Lock _changes = new(); // before the topology lock
    private volatile Policy[] _users = []; // the one that counts first comes first
    private volatile Policy[] _operators = [];

    /// <summary>All of a kind, in order of their names.</summary>
    public IEnumerable<Policy> All(PolicyKind kind) => ListOf(kind).OrderBy(policy => policy.Name, StringComparer.Ordinal);

    public Policy? Find(PolicyKind kind, string name) => ListOf(kind).FirstOrDefault(policy => policy.Name == name);

    /// <summary>The policy of a kind that counts for a queue: of those that match, the one of the highest priority.</summary>
    public Policy? Match(PolicyKind kind, Queue queue) => FirstMatch(ListOf(kind), queue);

    /// <inheritdoc cref="Match(PolicyKind, Queue)"/>
    public Policy? Match(PolicyKind kind, Exchange exchange) => FirstMatch(ListOf(kind), exchange);

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
    /// <returns>True when it is a new one.</returns>
    public bool Put(Policy policy) => PutAll([policy]) > 0;

    /// <summary>Adds or replaces policies, all of them in one change: each change tries all policies on all queues and exchanges.</summary>
    /// <remarks>Those that are there as they are cost nothing.</remarks>
    /// <returns>How many are new.</returns>
    public int PutAll(IReadOnlyList<Policy> policies)
    {
        List<Counting> before;
        List<Replaced> replaced = [];
        lock (_changes)
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
            before = replaced.Count > 0 ? MatchesForEvents() : [];
            if (replaced.Count > 0)
                Change(Sorted(users), Sorted(operators), () => Save(replaced));
        }
        foreach (var policy in policies.Where(policy => policy.Kind == PolicyKind.Operator))
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, policy.Name, policy);
        TellQueues(before, policies);
        foreach (var policy in policies)
            virtualHost.Events.PolicySet(virtualHost.Name, policy);
        return replaced.Count(one => one.Old is null);
    }

    /// <summary>Removes a policy; what it said holds no longer.</summary>
    /// <returns>False when there is none of that name.</returns>
    public bool Remove(PolicyKind kind, string name)
    {
        List<Counting> before;
        lock (_changes)
        {
            if (Find(kind, name) is null)
                return false;
            before = MatchesForEvents();
            Policy[] rest = [.. ListOf(kind).Where(policy => policy.Name != name)];
            Change(kind == PolicyKind.User ? rest : _users, kind == PolicyKind.User ? _operators : rest, () => store.DeletePolicy(virtualHost.Name, kind, name));
        }
        if (kind == PolicyKind.Operator)
            virtualHost.Events.OperatorPolicyChanged(virtualHost.Name, name, null);
        TellQueues(before, set: []);
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
        var kinds = policies.ToLookup(policy => policy.Kind);
        (_users, _operators) = (Sorted(kinds[PolicyKind.User]), Sorted(kinds[PolicyKind.Operator]));
    }

    /// <summary>Puts other policies in place. Under the lock for changes.</summary>
    private void Change(Policy[] users, Policy[] operators, Action save)
    {
        var effective = new Dictionary<object, EffectivePolicy>(ReferenceEqualityComparer.Instance);
        foreach (var exchange in virtualHost.Exchanges)
            effective[exchange] = PolicyKeys.Combine(FirstMatch(users, exchange), FirstMatch(operators, exchange));
        foreach (var queue in virtualHost.Queues)
            effective[queue] = PolicyKeys.Combine(FirstMatch(users, queue), FirstMatch(operators, queue));
        virtualHost.Topology.ChangePolicies(
            () =>
            {
                save();
                (_users, _operators) = (users, operators);
            },
            effective);
    }

    /// <summary>Writes policies down: all, or as few as the disk lets be undone.</summary>
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
                Undo(replaced[saved]);
            throw;
        }
    }

    private void Undo(Replaced replaced)
    {
        if (replaced.Old is { } old)
            store.Save(virtualHost.Name, old);
        else
            store.DeletePolicy(virtualHost.Name, replaced.New.Kind, replaced.New.Name);
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

    /// <summary>Which policies count for each queue, if anybody wants to know when that changes.</summary>
    private List<Counting> MatchesForEvents() => virtualHost.Events.IsWanted ? [.. virtualHost.Queues.Select(MatchOf)] : [];

    private Counting MatchOf(Queue queue) => new(queue, FirstMatch(_users, queue), FirstMatch(_operators, queue));

    /// <param name="before">What counted for each queue.</param>
    /// <param name="set">What was put since; nothing when one was removed.</param>
    private void TellQueues(List<Counting> before, IReadOnlyList<Policy> set)
    {
        foreach (var old in before)
        {
            var now = MatchOf(old.Queue);
            var latest = set.Count == 0 ? null : set[^1];
            if (!ReferenceEquals(old.User, now.User))
                virtualHost.Events.QueuePolicyChanged(old.Queue, latest is null ? null : now.User ?? latest);
            else if (!ReferenceEquals(old.Operator, now.Operator))
                virtualHost.Events.QueuePolicyChanged(old.Queue, latest is null ? null : now.Operator ?? latest);
        }
    }

    private Policy[] ListOf(PolicyKind kind) => kind == PolicyKind.User ? _users : _operators;

    private static Policy[] Sorted(IEnumerable<Policy> policies) =>
        [.. policies.OrderByDescending(policy => policy.Priority).ThenBy(policy => policy.Name, StringComparer.Ordinal)];

    /// <summary>The policies that count for a queue.</summary>
    private readonly record struct Counting(Queue Queue, Policy? User, Policy? Operator);

    /// <summary>A policy, and the one of its name before.</summary>
    private readonly record struct Replaced(Policy? Old, Policy New);
}
