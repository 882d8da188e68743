using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Values;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Publishes events about parameters and limits.</summary>
/// <remarks>
/// As in RabbitMQ, a change of a virtual host's limits raises two events, because the limits are also a runtime parameter.
/// </remarks>
internal static class SettingEvents
{
    /// <summary>Raises the events for a change of a runtime parameter. If the value is null, the parameter was cleared.</summary>
    public static void ParameterChanged(this BrokerEvents events, string component, string virtualHost, string name, FieldValue? value)
    {
        if (!events.IsWanted)
            return;
        events.RaiseOf(component, virtualHost, name, value);
        if (component != VirtualHostLimits.Component)
            return;
        events.Raise(value is null ? "vhost.limits.cleared" : "vhost.limits.set", [.. Limits(value), Performed(), Fact("name", name)]);
    }

    /// <summary>
    /// Raises <c>parameter.set</c> for a global parameter. As in RabbitMQ, a cleared parameter raises the same event without a value.
    /// </summary>
    public static void GlobalParameterChanged(this BrokerEvents events, string name, FieldValue? value)
    {
        if (events.IsWanted)
            events.Raise("parameter.set", [Performed(), .. Value(value), Fact("name", name), Fact("component", "global")]);
    }

    /// <summary>Raises the event for a change of a user's limit. If the value is null, the limit was cleared.</summary>
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

    private static KeyValuePair<string, FieldValue>[] Value(FieldValue? value) =>
        value is { } set ? [Json("value", UriPasswords.Remove(set))] : NoFacts;

    private static IEnumerable<KeyValuePair<string, FieldValue>> Limits(FieldValue? value) =>
        value is { Type: FieldType.Table } limits ? limits.AsTable().Select(limit => Json(limit.Key, limit.Value)) : NoFacts;
}
