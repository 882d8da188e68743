using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Policies, parameters and limits that are set and cleared.</summary>
/// <remarks>As in RabbitMQ an operator policy counts as a parameter too, and the limits of a virtual host are one.</remarks>
internal static class SettingEvents
{
    private const string OperatorPolicy = "operator_policy";

    /// <summary>A policy is new or changed.</summary>
    public static void PolicySet(this BrokerEvents events, string virtualHost, Policy policy)
    {
        if (events.IsWanted)
            events.Raise("policy.set", [.. Say(policy), Performed(), Fact("vhost", virtualHost), Fact("name", policy.Name)]);
    }

    public static void PolicyCleared(this BrokerEvents events, string virtualHost, PolicyKind kind, string name)
    {
        if (events.IsWanted)
            events.Raise(kind == PolicyKind.User ? "policy.cleared" : "operator.policy.cleared", [Performed(), Fact("vhost", virtualHost), Fact("name", name)]);
    }

    /// <summary>Another policy than before counts for a queue.</summary>
    /// <param name="events">Where to raise it.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="set">The policy that was set; null when one was cleared.</param>
    public static void QueuePolicyChanged(this BrokerEvents events, Queue queue, Policy? set)
    {
        if (!events.IsWanted)
            return;
        bool isQuorum = queue.Arguments.Table["x-queue-type"] is { Type: FieldType.LongString } type && type.AsString() == "quorum";
        events.Raise(set is null ? "queue.policy.cleared" : "queue.policy.updated",
        [
            .. set is null ? [] : Say(set), Performed(), Fact("type", isQuorum ? "rabbit_quorum_queue" : "rabbit_classic_queue"),
            Fact("vhost", queue.VirtualHost.Name), Fact("name", queue.Name),
        ]);
    }

    /// <summary>An operator policy was set or, without a value, cleared.</summary>
    public static void OperatorPolicyChanged(this BrokerEvents events, string virtualHost, string name, Policy? policy) =>
        events.RaiseOf(OperatorPolicy, virtualHost, name, policy is null ? null : FieldValue.FromTable(new FieldTable(Say(policy))));

    /// <summary>A runtime parameter was set or, without a value, cleared.</summary>
    public static void ParameterChanged(this BrokerEvents events, string component, string virtualHost, string name, FieldValue? value)
    {
        if (!events.IsWanted)
            return;
        events.RaiseOf(component, virtualHost, name, value);
        if (component != VirtualHostLimits.Component)
            return;
        events.Raise(value is null ? "vhost.limits.cleared" : "vhost.limits.set", [.. Limits(value), Performed(), Fact("name", name)]);
    }

    /// <summary>A parameter of the whole broker. RabbitMQ says <c>set</c> of one that was cleared too, without a value.</summary>
    public static void GlobalParameterChanged(this BrokerEvents events, string name, FieldValue? value)
    {
        if (events.IsWanted)
            events.Raise("parameter.set", [Performed(), .. Value(value), Fact("name", name), Fact("component", "global")]);
    }

    /// <summary>A limit of a user was set or, without a value, cleared.</summary>
    public static void UserLimitChanged(this BrokerEvents events, string user, string limit, FieldValue? value)
    {
        if (events.IsWanted)
            events.Raise(value is null ? "user.limits.cleared" : "user.limits.set",
            [
                .. value is { } set ? [Json(limit, set)] : NoFacts, Fact("username", user), Performed(), Fact("name", "limits"),
            ]);
    }

    private static KeyValuePair<string, FieldValue>[] NoFacts => [];

    private static void RaiseOf(this BrokerEvents events, string component, string virtualHost, string name, FieldValue? value)
    {
        if (events.IsWanted)
            events.Raise(value is null ? "parameter.cleared" : "parameter.set",
            [
                Performed(), .. Value(value), Fact("name", name), Fact("component", component), Fact("vhost", virtualHost),
            ]);
    }

    private static KeyValuePair<string, FieldValue>[] Value(FieldValue? value) => value is { } set ? [Json("value", set)] : NoFacts;

    private static IEnumerable<KeyValuePair<string, FieldValue>> Limits(FieldValue? value) =>
        value is { Type: FieldType.Table } limits ? limits.AsTable().Select(limit => Json(limit.Key, limit.Value)) : NoFacts;

    private static KeyValuePair<string, FieldValue>[] Say(Policy policy) =>
    [
        Fact("apply-to", policy.ApplyTo), Fact("priority", (long)policy.Priority), Json("definition", FieldValue.FromTable(policy.Definition)),
        Fact("pattern", policy.Pattern),
    ];
}
