using Amqp.Server.Broker;
using Amqp.Server.Broker.Links;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Federation;

/// <summary>Finds the links that exchanges and queues need, by their policies and the upstreams. Thread-safe.</summary>
internal sealed class LinkFinder(MessageBroker broker)
{
    /// <summary>Returns the exchanges and queues of a virtual host that may need links.</summary>
    public IEnumerable<LinkTarget> ObjectsIn(string virtualHost) =>
        broker.VirtualHosts.Find(virtualHost) is not { } host ? []
            : host.Exchanges.Select(exchange => new LinkTarget(LinkKind.Exchange, virtualHost, exchange.Name))
                .Concat(host.Queues.Select(queue => new LinkTarget(LinkKind.Queue, virtualHost, queue.Name)));

    /// <summary>Returns the links that an exchange or queue needs; none if it does not exist.</summary>
    public IReadOnlyList<LinkPlan> PlansFor(LinkTarget target) =>
        broker.Links.Federation.IsEmpty || broker.VirtualHosts.Find(target.VirtualHost) is not { IsDeleted: false } host ? []
            : target.Kind == LinkKind.Exchange ? ForExchange(host, target.Name) : ForQueue(host, target.Name);

    private IReadOnlyList<LinkPlan> ForExchange(VirtualHost host, string name)
    {
        // The default exchange has no bindings, and internal exchanges are those of other links.
        if (name.Length == 0 || host.FindExchange(name) is not { IsInternal: false } exchange)
            return [];
        var policy = host.Policies.Effective(exchange);
        return Plans(LinkKind.Exchange, host, name, exchange, policy, () => host.Policies.Match(PolicyKind.User, exchange));
    }

    private IReadOnlyList<LinkPlan> ForQueue(VirtualHost host, string name) =>
        host.FindQueue(name) is not { } queue || UpstreamExchange.IsOfLink(queue.Declaration.Arguments.Table) ? []
            : Plans(LinkKind.Queue, host, name, queue, queue.Settings.Policy, () => host.Policies.Match(PolicyKind.User, queue));

    private IReadOnlyList<LinkPlan> Plans(
        LinkKind kind, VirtualHost host, string name, object target, EffectivePolicy policy, Func<Policy?> match) =>
        !FederationTable.IsFederated(policy) ? []
            :
            [
                .. broker.Links.Federation.Select(host.Name, policy)
                    .Select(upstream => new LinkPlan(kind, host.Name, name, target, match()?.Name ?? "", upstream))
                    .DistinctBy(plan => plan.Id), // a set may name an upstream twice
            ];
}
