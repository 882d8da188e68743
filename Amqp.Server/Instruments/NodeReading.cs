using Amqp.Server.Broker;
using Amqp.Server.Configuration;

namespace Amqp.Server.Instruments;

/// <summary>The objects from which the metrics of a node are read.</summary>
/// <param name="Broker">The open broker.</param>
/// <param name="Options">The configuration.</param>
internal readonly record struct NodeReading(MessageBroker Broker, BrokerOptions Options)
{
    /// <summary>Number of open AMQP connections, including those that have not logged in. Used only by the Prometheus page.</summary>
    public int Sockets { get; init; }

    /// <summary>Start time of the process, in <see cref="Environment.TickCount64"/>. Used only by the Prometheus page.</summary>
    public long StartedAt { get; init; }

    /// <summary>True if publishers are blocked because of a resource.</summary>
    /// <param name="resource"><c>memory</c> or <c>disk</c>.</param>
    public bool LacksResource(string resource) => Broker.Alarms.Reason?.Contains(resource, StringComparison.Ordinal) == true;
}
