using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Telemetry;

/// <summary>The broker's totals at one moment: those that Prometheus reads too.</summary>
internal sealed class BrokerTotals
{
    public BrokerTotals(MessageBroker broker)
    {
        var hosts = broker.VirtualHosts.All;
        Messages = broker.Statistics.MessagesOf(hosts);
        Traffic = broker.Statistics.TrafficOf(hosts);
        foreach (var host in hosts)
        {
            Connections += host.Statistics.ConnectionCount;
            Channels += host.Statistics.ChannelCount;
            foreach (var queue in host.Queues)
            {
                var (ready, unacknowledged, consumers) = queue.Counts;
                (Ready, Unacknowledged, Consumers) = (Ready + ready, Unacknowledged + unacknowledged, Consumers + consumers);
                Queues++;
            }
        }
    }

    /// <summary>Published and delivered since the start.</summary>
    public MessageCounts Messages { get; }

    /// <summary>Octets of AMQP since the start.</summary>
    public TrafficCounts Traffic { get; }

    public long Ready { get; }

    public long Unacknowledged { get; }

    public long Connections { get; }

    public long Channels { get; }

    public long Consumers { get; }

    public long Queues { get; }
}
