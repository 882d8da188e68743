using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Instruments;

namespace Amqp.Server.Telemetry;

/// <summary>The broker's totals at one moment: those that Prometheus reads too.</summary>
internal sealed class BrokerTotals
{
    public BrokerTotals(MessageBroker broker)
    {
        var hosts = broker.VirtualHosts.All;
        Messages = broker.Statistics.MessagesOf(hosts);
        Traffic = broker.Statistics.TrafficOf(hosts);
        long connections = 0, channels = 0, consumers = 0, queues = 0, ready = 0, unacknowledged = 0;
        foreach (var host in hosts)
        {
            connections += host.Statistics.ConnectionCount;
            channels += host.Statistics.ChannelCount;
            foreach (var queue in host.Queues)
            {
                var counts = queue.Counts;
                (ready, unacknowledged, consumers) = (ready + counts.Ready, unacknowledged + counts.Unacknowledged, consumers + counts.Consumers);
                queues++;
            }
        }
        Objects = new ObjectCounts(connections, channels, consumers, queues) { Ready = ready, Unacknowledged = unacknowledged };
    }

    /// <summary>Published and delivered since the start.</summary>
    public MessageCounts Messages { get; }

    /// <summary>Octets of AMQP since the start.</summary>
    public TrafficCounts Traffic { get; }

    /// <summary>What there is now.</summary>
    public ObjectCounts Objects { get; }
}
