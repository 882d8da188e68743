using Amqp.Server.Broker;
using Amqp.Server.Configuration;

namespace Amqp.Server.Instruments;

/// <summary>What the metrics of a node are read from.</summary>
/// <param name="Broker">Open.</param>
/// <param name="Options">The configuration.</param>
internal readonly record struct NodeReading(MessageBroker Broker, BrokerOptions Options)
{
    /// <summary>Open AMQP connections, those included that have not logged in. Only the Prometheus page shows it.</summary>
    public int Sockets { get; init; }

    /// <summary>When the process came up, in <see cref="Environment.TickCount64"/>. Only the Prometheus page shows it.</summary>
    public long StartedAt { get; init; }

    /// <summary>Whether publishers are blocked for want of memory, or of room on the disk.</summary>
    /// <param name="resource"><c>memory</c> or <c>disk</c>.</param>
    public bool LacksResource(string resource) => Broker.Alarms.Reason?.Contains(resource, StringComparison.Ordinal) == true;
}
