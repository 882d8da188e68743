using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Instruments;

namespace Amqp.Server.Telemetry;

/// <summary>The broker's totals at one moment, from the same counts as the Prometheus page.</summary>
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
                (ready, unacknowledged, consumers) = (
                    ready + counts.Ready, unacknowledged + counts.Unacknowledged, consumers + counts.Consumers);
                queues++;
            }
        }
        Objects = new ObjectCounts(connections, channels, consumers, queues) { Ready = ready, Unacknowledged = unacknowledged };
    }

    /// <summary>Messages published and delivered since the start.</summary>
    public MessageCounts Messages { get; }

    /// <summary>Bytes received and sent over AMQP since the start.</summary>
    public TrafficCounts Traffic { get; }

    /// <summary>Current number of objects of each kind.</summary>
    public ObjectCounts Objects { get; }
}
