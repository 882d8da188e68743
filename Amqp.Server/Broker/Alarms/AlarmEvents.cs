using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Memory or disk that is short, and no longer.</summary>
internal static class AlarmEvents
{
    /// <param name="events">Where to raise it.</param>
    /// <param name="source"><c>memory</c> or <c>disk</c>.</param>
    /// <param name="isSet">False when it is cleared.</param>
    public static void AlarmChanged(this BrokerEvents events, string source, bool isSet)
    {
        if (events.IsWanted)
            events.Raise(isSet ? "alarm.set" : "alarm.cleared", [Fact("node", Node.Name), Fact("source", source)]);
    }
}
