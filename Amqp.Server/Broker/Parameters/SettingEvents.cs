using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Parameters and limits that are set and cleared.</summary>
/// <remarks>As in RabbitMQ the limits of a virtual host are a parameter.</remarks>
internal static class SettingEvents
{
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
}
