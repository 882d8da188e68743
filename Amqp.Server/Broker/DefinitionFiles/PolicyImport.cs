using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Sets all policies of a virtual host with a single change, because each change visits all queues and exchanges.</summary>
/// <param name="virtualHosts">The virtual hosts, including those that the import adds.</param>
internal sealed class PolicyImport(VirtualHostTable virtualHosts)
{
    private readonly Dictionary<string, List<Policy>> _policies = [];

    /// <summary>Adds a policy to the import. The policy has been checked before.</summary>
    public void Add(ImportPlan plan, string host, Policy policy)
    {
        var what = new DefinitionName(policy.Kind == PolicyKind.User ? "policy" : "operator_policy", host, policy.Name);
        if (_policies.TryGetValue(host, out var others))
        {
            others.Add(policy);
            plan.CountIncluded(what, () => Compare(host, policy));
            return;
        }
        List<Policy> policies = _policies[host] = [policy];
        plan.Take(what, () => Compare(host, policy), () => Find(host).Policies.PutAll(policies));
    }

    private DefinitionComparison Compare(string host, Policy policy) => DefinitionComparison.Of(
        virtualHosts.Find(host)?.Policies.Find(policy.Kind, policy.Name),
        policy,
        (old, other) => old.IsSameAs(other),
        (json, either) =>
        {
            json.WriteStartObject();
            DefinitionWriter.WriteFields(json, either);
            json.WriteEndObject();
        });

    private VirtualHost Find(string host) => virtualHosts.Find(host) ?? throw new DefinitionException("no_such_vhost", host);
}
