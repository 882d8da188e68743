using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Events of parameters and limits.</summary>
/// <remarks>The limits of a virtual host are a runtime parameter. A change of these limits raises two events, as in RabbitMQ.</remarks>
internal static class SettingEvents
{
    /// <summary>Raises the events of a runtime parameter that was set, or cleared (null).</summary>
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
    /// Raises the event of a global parameter that was set, or cleared (null). As in RabbitMQ, the event is <c>parameter.set</c> in both
    /// cases; for a cleared parameter it has no value.
    /// </summary>
    public static void GlobalParameterChanged(this BrokerEvents events, string name, FieldValue? value)
    {
        if (events.IsWanted)
            events.Raise("parameter.set", [Performed(), .. Value(value), Fact("name", name), Fact("component", "global")]);
    }

    /// <summary>Raises the event of a user's limit that was set, or cleared (null).</summary>
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
}
