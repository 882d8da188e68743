using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Publishes events about the memory and disk alarms.</summary>
internal static class AlarmEvents
{
    /// <param name="events">The event stream.</param>
    /// <param name="source"><c>memory</c> or <c>disk</c>.</param>
    /// <param name="isSet">True if the alarm was set; false if it was cleared.</param>
    public static void AlarmChanged(this BrokerEvents events, string source, bool isSet)
    {
        if (events.IsWanted)
            events.Raise(isSet ? "alarm.set" : "alarm.cleared", [Fact("node", Node.Name), Fact("source", source)]);
    }
}
