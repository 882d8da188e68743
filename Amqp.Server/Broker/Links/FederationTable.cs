using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Links;

/// <summary>The upstreams and sets of upstreams, as the runtime parameters define them. Thread-safe.</summary>
internal sealed class FederationTable
{
    public const string UpstreamComponent = "federation-upstream";
    public const string SetComponent = "federation-upstream-set";

    private readonly ConcurrentDictionary<(string VirtualHost, string Name), FieldTable> _upstreams = new();
    private readonly ConcurrentDictionary<(string VirtualHost, string Name), IReadOnlyList<FieldTable>> _sets = new();

    /// <summary>Raised after a change, with the virtual host. Handlers run under a lock and must not wait.</summary>
    public event Action<string>? Changed;

    /// <summary>True if no virtual host has an upstream.</summary>
    public bool IsEmpty => _upstreams.IsEmpty;

    /// <summary>The component of the runtime parameters for upstreams.</summary>
    public ParameterComponent Upstreams => new(
        UpstreamComponent,
        (name, value) => FederationParameter.Read(name, value),
        (virtualHost, name, value) =>
        {
            if (value is { Type: FieldType.Table } set)
                _upstreams[(virtualHost, name)] = set.AsTable();
            else
                _upstreams.TryRemove((virtualHost, name), out _);
            Changed?.Invoke(virtualHost);
        });

    /// <summary>The component of the runtime parameters for sets of upstreams.</summary>
    public ParameterComponent Sets => new(
        SetComponent,
        (name, value) => FederationParameter.ReadSet(name, value),
        (virtualHost, name, value) =>
        {
            if (value is { } set)
                _sets[(virtualHost, name)] = FederationParameter.ReadSet(name, set);
            else
                _sets.TryRemove((virtualHost, name), out _);
            Changed?.Invoke(virtualHost);
        });

    /// <summary>Returns true if a policy federates its queues and exchanges.</summary>
    public static bool IsFederated(EffectivePolicy policy) =>
        policy.Definition.ContainsKey(FederationKeys.Upstream)
            || policy.Definition.ContainsKey(FederationKeys.Set)
            || policy.Definition.ContainsKey(FederationKeys.Pattern);

    /// <summary>Returns the upstreams that a policy selects. Upstreams that are not defined are left out.</summary>
    public IReadOnlyList<FederationUpstream> Select(string virtualHost, EffectivePolicy policy)
    {
        List<FederationUpstream> selected = [];
        foreach (var element in Elements(virtualHost, policy))
            if (ValueRules.Name(element[FederationParameter.UpstreamName]) is { } name
                && _upstreams.TryGetValue((virtualHost, name), out var upstream))
                selected.Add(FederationParameter.Read(name, FieldValue.FromTable(Merge(element, upstream))));
        return selected;
    }

    private IEnumerable<FieldTable> Elements(string virtualHost, EffectivePolicy policy)
    {
        if (policy.Text(FederationKeys.Upstream) is { } upstream)
            return [Element(upstream)];
        if (policy.Text(FederationKeys.Pattern) is { } text)
        {
            var pattern = new NamePattern(text);
            return NamesIn(virtualHost).Where(pattern.IsMatch).Select(Element);
        }
        return policy.Text(FederationKeys.Set) switch
        {
            null => [],
            FederationKeys.AllUpstreams => NamesIn(virtualHost).Select(Element),
            var name => _sets.GetValueOrDefault((virtualHost, name)) ?? [],
        };
    }

    private IEnumerable<string> NamesIn(string virtualHost) =>
        _upstreams.Keys.Where(key => key.VirtualHost == virtualHost).Select(key => key.Name).Order(StringComparer.Ordinal);

    private static FieldTable Element(string upstream) =>
        FieldTable.Empty.With(FederationParameter.UpstreamName, FieldValue.FromString(upstream));

    /// <summary>Returns the fields of an upstream. Those of the set's element replace the upstream's own.</summary>
    private static FieldTable Merge(FieldTable element, FieldTable upstream) => new(
        element.Where(field => field.Key != FederationParameter.UpstreamName)
            .Concat(upstream.Where(field => element[field.Key] is null)));
}
