using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Statistics;

/// <summary>Adds up the counts of several virtual hosts.</summary>
internal static class VirtualHostTotals
{
    /// <summary>Adds up the message counts of the given virtual hosts and of all deleted virtual hosts.</summary>
    public static MessageCounts MessagesOf(this BrokerStatistics statistics, IEnumerable<VirtualHost> hosts) =>
        statistics.Messages(StatisticsOf(hosts));

    /// <summary>Adds up the traffic of all connections to the given virtual hosts and to deleted virtual hosts.</summary>
    public static TrafficCounts TrafficOf(this BrokerStatistics statistics, IEnumerable<VirtualHost> hosts) =>
        statistics.Traffic(StatisticsOf(hosts));

    private static IEnumerable<VirtualHostStatistics> StatisticsOf(IEnumerable<VirtualHost> hosts) => hosts.Select(host => host.Statistics);
}
