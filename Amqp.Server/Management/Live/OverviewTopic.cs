using System.Text.Json;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Resources;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Live;

/// <summary>Totals, rates and counts of the virtual hosts that the user sees, or of the one in the parameter <c>vhost</c>.</summary>
internal sealed class OverviewTopic : ILiveTopic
{
    private static readonly (string Name, int Column)[] _messageRates =
    [
        ("publish", 0), ("confirm", 1), ("deliver_get", StatisticRows.ChannelDelivered), ("ack", StatisticRows.ChannelAcknowledged),
        ("redeliver", StatisticRows.ChannelRedelivered), ("return_unroutable", 2),
    ];

    private static readonly string[] _churnRates =
        ["connection_created", "connection_closed", "channel_created", "channel_closed", "queue_created", "queue_deleted"];

    private readonly NodeReadings _node = new();

    public string Name => "overview";

    public Access Access => Access.Management;

    public ILiveFeed Open(ApiRequest request) => new Feed(_node, request.Query("vhost") is { Length: > 0 } host ? host : null);

    private sealed class Feed(NodeReadings node, string? virtualHost) : ILiveFeed
    {
        public void Write(LivePush push) => push.Output.Add("overview", json => Write(json, push.Request));

        private void Write(Utf8JsonWriter json, ApiRequest request)
        {
            List<VirtualHost> hosts = [.. request.VisibleHosts.Where(host => virtualHost is null || host.Name == virtualHost)];
            json.WriteStartObject();
            json.WriteNumber("now", request.Broker.Sampler.Now);
            WriteQueues(json, request, hosts);
            WriteRates(json, request, hosts);
            json.WritePropertyName("node");
            if (request.User.IsMonitoring)
                node.Write(json, request.Services);
            else
                json.WriteNullValue();
            json.WritePropertyName("alarms");
            AlarmsTopic.WriteNames(json, request.Broker.Alarms);
            json.WriteEndObject();
        }

        /// <summary>Writes the sums over all queues, and the counts of all objects.</summary>
        private static void WriteQueues(Utf8JsonWriter json, ApiRequest request, List<VirtualHost> hosts)
        {
            long ready = 0, unacknowledged = 0, consumers = 0;
            using (var lease = request.Services.Snapshots.Queues.Read())
            {
                var queues = (QueueTable)lease.Table;
                VirtualHost? last = null;
                bool isWanted = false;
                for (int row = 0; row < queues.Count; row++)
                {
                    if (queues.HostOf(row) is var host && !ReferenceEquals(host, last))
                        (last, isWanted) = (host, hosts.Contains(host));
                    if (!isWanted)
                        continue;
                    ready += queues.Ready[row];
                    unacknowledged += queues.Unacknowledged[row];
                    consumers += queues.Consumers[row];
                }
            }
            json.WriteStartObject("totals");
            json.WriteNumber("messages", ready + unacknowledged);
            json.WriteNumber("messages_ready", ready);
            json.WriteNumber("messages_unacknowledged", unacknowledged);
            json.WriteEndObject();
            var (connections, channels) = Clients(request, hosts);
            json.WriteStartObject("counts");
            json.WriteNumber("connections", connections);
            json.WriteNumber("channels", channels);
            json.WriteNumber("exchanges", hosts.Sum(host => host.Routing.Count));
            json.WriteNumber("queues", hosts.Sum(host => host.QueueCount));
            json.WriteNumber("consumers", consumers);
            json.WriteEndObject();
        }

        /// <summary>Returns the number of connections and channels. Users without the tag monitoring see only their own.</summary>
        private static (long Connections, long Channels) Clients(ApiRequest request, List<VirtualHost> hosts)
        {
            if (request.User.IsMonitoring)
                return (hosts.Sum(host => host.Statistics.ConnectionCount), hosts.Sum(host => host.Statistics.ChannelCount));
            var own = ConnectionEndpoints.Open(request)
                .Where(entry => entry.Client.User.Name == request.User.Name && hosts.Contains(entry.Client.VirtualHost))
                .ToList();
            return (own.Count, own.Sum(entry => entry.Connection.Load.Channels));
        }

        /// <summary>Writes the rates of messages in the virtual hosts, and the churn of the whole broker, as in the overview.</summary>
        private void WriteRates(Utf8JsonWriter json, ApiRequest request, List<VirtualHost> hosts)
        {
            var (last, before) = request.Broker.Sampler.Times;
            var all = request.Broker.Statistics.Samples;
            bool isWhole = request.User.IsMonitoring && virtualHost is null;
            json.WriteStartObject("rates");
            foreach (var (name, column) in _messageRates)
                json.WriteNumber(name, RateColumn.Round(
                    isWhole
                        ? all?.Rate(column, last, before) ?? 0
                        : hosts.Sum(host => host.Statistics.Samples?.Rate(column, last, before) ?? 0)));
            foreach (string name in _churnRates)
            {
                int column = StatisticRows.BrokerChurn + Array.IndexOf(StatisticRows.ChurnRates, name);
                json.WriteNumber(name, RateColumn.Round(all?.Rate(column, last, before) ?? 0));
            }
            json.WriteEndObject();
        }
    }
}
