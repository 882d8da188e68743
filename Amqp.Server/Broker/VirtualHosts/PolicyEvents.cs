using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Raises events when policies are set or cleared.</summary>
internal static class PolicyEvents
{
    /// <summary>Component of the runtime parameters in which RabbitMQ stores operator policies.</summary>
    private const string OperatorPolicy = "operator_policy";

    public static void PolicySet(this BrokerEvents events, string virtualHost, Policy policy)
    {
        if (events.IsWanted)
            events.Raise("policy.set", [.. Say(policy), Performed(), Fact("vhost", virtualHost), Fact("name", policy.Name)]);
    }

    public static void PolicyCleared(this BrokerEvents events, string virtualHost, PolicyKind kind, string name)
    {
        if (events.IsWanted)
            events.Raise(
                kind == PolicyKind.User ? "policy.cleared" : "operator.policy.cleared",
                [Performed(), Fact("vhost", virtualHost), Fact("name", name)]);
    }

    /// <summary>Raises an event because the policy that applies to a queue has changed.</summary>
    /// <param name="events">The stream that the event is raised on.</param>
    /// <param name="queue">The queue that the policy applies to.</param>
    /// <param name="set">The policy that was set; null if a policy was cleared.</param>
    public static void QueuePolicyChanged(this BrokerEvents events, Queue queue, Policy? set)
    {
        if (events.IsWanted)
            events.Raise(set is null ? "queue.policy.cleared" : "queue.policy.updated",
            [
                .. set is null ? [] : Say(set), Performed(), Fact("type", queue.Declaration.Arguments.Type.ModuleName),
                Fact("vhost", queue.VirtualHost), Fact("name", queue.Name),
            ]);
    }

    /// <summary>Raises the event that an operator policy was set or, if <paramref name="policy"/> is null, cleared.</summary>
    public static void OperatorPolicyChanged(this BrokerEvents events, string virtualHost, string name, Policy? policy) =>
        events.ParameterChanged(
            OperatorPolicy, virtualHost, name, policy is null ? null : FieldValue.FromTable(new FieldTable(Say(policy))));

    private static KeyValuePair<string, FieldValue>[] Say(Policy policy) =>
    [
        Fact("apply-to", policy.ApplyTo),
        Fact("priority", (long)policy.Priority),
        Json("definition", FieldValue.FromTable(policy.Definition)),
        Fact("pattern", policy.Pattern),
    ];
}
