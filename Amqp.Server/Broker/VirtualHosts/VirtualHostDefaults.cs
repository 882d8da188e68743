using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Applies the limits and operator policies of the configuration to new virtual hosts.</summary>
internal sealed class VirtualHostDefaults(RuntimeParameters parameters, VirtualHostOptions options)
{
    /// <summary>Applies the defaults to a virtual host that was just added. Limits and policies can be changed afterwards.</summary>
    public void Apply(VirtualHost virtualHost)
    {
        if (options.Limits.FirstOrDefault(limits => new NamePattern(limits.Pattern).IsMatch(virtualHost.Name)) is { } found)
            parameters.Put(VirtualHostLimits.Component, virtualHost.Name, VirtualHostLimits.Name, FieldValue.FromTable(Table(found)));
        foreach (DefaultOperatorPolicy policy in options.OperatorPolicies.Where(
            policy => policy.Definition.Count > 0 && new NamePattern(policy.VirtualHostPattern).IsMatch(virtualHost.Name)))
            virtualHost.Policies.Put(
                new Policy(PolicyKind.Operator, policy.Name, policy.QueuePattern, policy.ApplyTo, priority: 0, Table(policy)));
    }

    private static FieldTable Table(DefaultLimits limits)
    {
        FieldTable table = FieldTable.Empty;
        if (limits.MaxConnections is { } connections)
            table = table.With("max-connections", FieldValue.FromInt64(connections));
        return limits.MaxQueues is { } queues ? table.With("max-queues", FieldValue.FromInt64(queues)) : table;
    }

    private static FieldTable Table(DefaultOperatorPolicy policy) =>
        new(policy.Definition.Select(entry => KeyValuePair.Create(entry.Key, FieldValue.FromInt64(entry.Value))));
}
