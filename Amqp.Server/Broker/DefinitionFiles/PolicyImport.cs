using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>The policies of an import, which are put in place at once: each change of policies looks at every queue and exchange of its virtual host.</summary>
/// <param name="virtualHosts">Those that there are; others may be made by the import before the policies are put in place.</param>
internal sealed class PolicyImport(VirtualHostTable virtualHosts)
{
    private readonly Dictionary<string, List<Policy>> _policies = [];

    /// <summary>Takes a policy that was checked.</summary>
    public void Add(ImportPlan plan, string host, Policy policy)
    {
        if (_policies.TryGetValue(host, out var others))
        {
            others.Add(policy);
            plan.TakeAlong();
            return;
        }
        List<Policy> policies = _policies[host] = [policy];
        plan.Take(() => Find(host).Policies.PutAll(policies));
    }

    private VirtualHost Find(string host) => virtualHosts.Find(host) ?? throw new DefinitionException("no_such_vhost", host);
}
