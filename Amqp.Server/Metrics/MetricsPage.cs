using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Metrics;

/// <summary>One answer to Prometheus: everything in sums, everything object by object, or chosen families object by object.</summary>
/// <remarks>What is written was read at about the same moment; each object is looked at once.</remarks>
internal sealed class MetricsPage
{
    private const string Prefix = "rabbitmq_", Detailed = "rabbitmq_detailed_", Cluster = "rabbitmq_cluster_", Global = "rabbitmq_global_";

    /// <summary>Of what RabbitMQ does not have.</summary>
    private const string Own = "amqpbroker_";

    private readonly ManagementServices _services;
    private readonly MetricsWriter _writer;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<VirtualHost> _hosts;
    private QueueSample[]? _queues;
    private ChannelSample[]? _channels;
    private ConnectionSample[]? _connections;

    /// <param name="services">What is spoken of.</param>
    /// <param name="http">The request.</param>
    /// <param name="virtualHosts">Those whose objects are wanted; null: all.</param>
    public MetricsPage(ManagementServices services, HttpContext http, IReadOnlyCollection<string>? virtualHosts = null)
    {
        (_services, _cancellation) = (services, http.RequestAborted);
        _writer = new MetricsWriter(http.Response.BodyWriter, Prefix);
        _hosts = [.. services.Broker.VirtualHosts.All.Where(host => virtualHosts is null || virtualHosts.Contains(host.Name))];
    }

    private MessageBroker Broker => _services.Broker;

    private QueueSample[] Queues => _queues ??= [.. _hosts.SelectMany(host => host.Queues).Select(queue => new QueueSample(queue))];

    private ChannelSample[] Channels => _channels ??= [.. Sessions().SelectMany(entry => entry.Connection.Sessions).Select(session => new ChannelSample(session))];

    private ConnectionSample[] Connections => _connections ??= [.. Sessions().Select(entry => new ConnectionSample(entry.Connection))];

    /// <summary>The sums of everything.</summary>
    public async Task WriteSumsAsync()
    {
        WriteNode();
        _writer.ChangePrefix(Own);
        foreach (var metric in QueueMetrics.Quarantined)
            metric.WriteSum(_writer, Queues);
        _writer.ChangePrefix(Prefix);
        foreach (var metric in (Metric<QueueSample>[])[.. QueueMetrics.Coarse, .. QueueMetrics.Consumers, .. QueueMetrics.Further])
            metric.WriteSum(_writer, Queues);
        foreach (var metric in ChannelMetrics.Gauges)
            metric.WriteSum(_writer, Channels);
        var messages = Broker.Statistics.MessagesOf(_hosts);
        foreach (var metric in (Metric<MessageCounts>[])[.. ChannelMetrics.Published, .. ChannelMetrics.Delivered])
            metric.WriteSum(_writer, [messages]);
        var traffic = Broker.Statistics.TrafficOf(_hosts);
        foreach (var metric in (Metric<TrafficCounts>[])[.. ConnectionMetrics.Octets, .. ConnectionMetrics.Packets])
            metric.WriteSum(_writer, [traffic]);
        foreach (var metric in ConnectionMetrics.Gauges)
            metric.WriteSum(_writer, Connections);
        _writer.Single("queue_messages_published_total", MetricKind.Counter, "Total number of messages published to queues", messages.Routed);
        ClusterMetrics.WriteRaft(_writer);
        WriteTotals(messages);
        await _writer.FlushAsync(_cancellation);
    }

    /// <summary>Everything, object by object.</summary>
    public async Task WriteObjectsAsync()
    {
        WriteNode();
        _writer.ChangePrefix(Own);
        await WriteEachAsync(QueueMetrics.Quarantined);
        _writer.ChangePrefix(Prefix);
        await WriteEachAsync([.. QueueMetrics.Coarse, .. QueueMetrics.Consumers, .. QueueMetrics.Further, .. QueueMetrics.Published, .. QueueMetrics.Deliveries]);
        await WriteEachAsync(ChannelMetrics.Gauges);
        await WriteEachAsync([.. ChannelMetrics.Published, .. ChannelMetrics.Delivered]);
        await WriteEachAsync([.. ConnectionMetrics.Octets, .. ConnectionMetrics.Packets]);
        await WriteEachAsync(ConnectionMetrics.Gauges);
        WriteTotals(Broker.Statistics.MessagesOf(_hosts));
        await _writer.FlushAsync(_cancellation);
    }

    /// <summary>Families of metrics, object by object. Unknown ones are passed over, as in RabbitMQ.</summary>
    public async Task WriteFamiliesAsync(IReadOnlyCollection<string> families)
    {
        _writer.ChangePrefix(Detailed);
        foreach (string family in families)
        {
            await WriteFamilyAsync(family);
            await _writer.FlushAsync(_cancellation);
        }
        _writer.ChangePrefix(Prefix);
        NodeMetrics.WriteIdentity(_writer, _services, Broker.ClusterName);
        await _writer.FlushAsync(_cancellation);
    }

    private Task WriteFamilyAsync(string family)
    {
        switch (family)
        {
            case "connection_churn_metrics":
                NodeMetrics.WriteChurn(_writer, Broker.Statistics);
                break;
            case "node_coarse_metrics":
                NodeMetrics.WriteUsage(_writer, _services);
                break;
            case "node_metrics":
                NodeMetrics.WriteLimits(_writer, _services);
                break;
            case "node_persister_metrics":
                NodeMetrics.WriteFiles(_writer, Broker);
                break;
            case "auth_attempt_metrics":
                NodeMetrics.WriteLogins(_writer, Broker.Statistics.Authentication);
                break;
            case "auth_attempt_detailed_metrics":
                NodeMetrics.WriteLoginSources(_writer, Broker.Statistics.Authentication);
                break;
            case "queue_coarse_metrics":
                return WriteEachAsync(QueueMetrics.Coarse);
            case "queue_consumer_count":
                return WriteEachAsync(QueueMetrics.Consumers);
            case "queue_metrics":
                return WriteEachAsync([.. QueueMetrics.Consumers, .. QueueMetrics.Further]);
            case "queue_delivery_metrics":
                return WriteEachAsync(QueueMetrics.Deliveries);
            case "queue_exchange_metrics" or "channel_queue_exchange_metrics":
                return WriteEachAsync(QueueMetrics.Published);
            case "channel_metrics":
                return WriteEachAsync(ChannelMetrics.Gauges);
            case "channel_exchange_metrics":
                return WriteEachAsync(ChannelMetrics.Published);
            case "channel_queue_metrics":
                return WriteEachAsync(ChannelMetrics.Delivered);
            case "connection_coarse_metrics":
                return WriteEachAsync(ConnectionMetrics.Octets);
            case "connection_metrics":
                return WriteConnectionsAsync();
            case "exchange_metrics":
                WriteExchanges();
                break;
            case "exchange_bindings" or "exchange_names" or "vhost_status":
                _writer.ChangePrefix(Cluster);
                WriteTopology(family);
                _writer.ChangePrefix(Detailed);
                break;
        }
        return Task.CompletedTask;
    }

    private void WriteNode()
    {
        _writer.ChangePrefix("");
        double started = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (Environment.TickCount64 - _services.StartedAt) / 1000;
        _writer.Single("process_start_time_seconds", MetricKind.Gauge, "Start time of the process since unix epoch in seconds.", started);
        ClusterMetrics.WriteErlang(_writer);
        _writer.ChangePrefix(Prefix);
        NodeMetrics.WriteAlarms(_writer, Broker.Alarms);
        NodeMetrics.WriteChurn(_writer, Broker.Statistics);
        NodeMetrics.WriteUsage(_writer, _services);
        NodeMetrics.WriteLimits(_writer, _services);
        NodeMetrics.WriteFiles(_writer, Broker);
        NodeMetrics.WriteLogins(_writer, Broker.Statistics.Authentication);
        _writer.ChangePrefix(Own);
        NodeMetrics.WriteFaults(_writer, Broker.Faults);
        _writer.ChangePrefix(Prefix);
    }

    private void WriteTotals(in MessageCounts messages)
    {
        _writer.Single("connections", MetricKind.Gauge, "Connections currently open", Connections.Length);
        _writer.Single("channels", MetricKind.Gauge, "Channels currently open", Channels.Length);
        _writer.Single("consumers", MetricKind.Gauge, "Consumers currently connected", Queues.Sum(queue => (long)queue.Consumers));
        _writer.Single("queues", MetricKind.Gauge, "Queues available", Queues.Length);
        NodeMetrics.WriteIdentity(_writer, _services, Broker.ClusterName);
        GlobalMetrics.WriteSizes(_writer, messages);
        _writer.ChangePrefix(Global);
        GlobalMetrics.Write(_writer, Broker, _hosts, Queues, messages);
        _writer.ChangePrefix(Prefix);
    }

    private async Task WriteEachAsync(Metric<QueueSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            metric.WriteEach(_writer, Queues, queue => ("vhost", queue.VirtualHost), queue => ("queue", queue.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<ChannelSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            metric.WriteEach(_writer, Channels, channel => ("channel", channel.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<MessageCounts>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Begin(metric.Name, metric.Kind, metric.Help);
            foreach (var channel in Channels)
                _writer.Sample(metric.Value(channel.Counts), ("channel", channel.Name), ("vhost", channel.VirtualHost));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<TrafficCounts>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Begin(metric.Name, metric.Kind, metric.Help);
            foreach (var connection in Connections)
                _writer.Sample(metric.Value(connection.Traffic), ("channel", connection.Name)); // RabbitMQ's name for the label
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<ConnectionSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            metric.WriteEach(_writer, Connections, connection => ("channel", connection.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteConnectionsAsync()
    {
        await WriteEachAsync(ConnectionMetrics.Packets);
        await WriteEachAsync(ConnectionMetrics.Gauges);
    }

    private void WriteExchanges()
    {
        _writer.Begin("exchange_messages_published_total", MetricKind.Counter, "Total number of messages published into an exchange");
        foreach (var host in _hosts)
        {
            host.Statistics.CarryExchanges();
            foreach (var exchange in host.Exchanges)
                if (exchange.Counts.In > 0)
                    _writer.Sample(exchange.Counts.In, ("vhost", host.Name), ("exchange", exchange.Name));
        }
    }

    private void WriteTopology(string family)
    {
        if (family == "vhost_status")
        {
            _writer.Begin("vhost_status", MetricKind.Gauge, "Whether a given vhost is running");
            foreach (var host in _hosts)
                _writer.Sample(1, ("vhost", host.Name));
            return;
        }
        bool countsBindings = family == "exchange_bindings";
        if (countsBindings)
            _writer.Begin("exchange_bindings", MetricKind.Gauge, "Number of bindings for an exchange. This value is cluster-wide.");
        else
            _writer.Begin("exchange_name", MetricKind.Gauge, "Enumerates exchanges without any additional info. This value is cluster-wide. A cheaper alternative to `exchange_bindings`");
        foreach (var host in _hosts)
        {
            var bindings = countsBindings ? host.Topology.Bindings().CountBy(binding => binding.Source).ToDictionary() : [];
            foreach (Exchange exchange in host.Exchanges.Where(exchange => exchange.Name.Length > 0))
                _writer.Sample(countsBindings ? bindings.GetValueOrDefault(exchange) : 1, ("vhost", host.Name), ("exchange", exchange.Name), ("type", exchange.Type));
        }
    }

    private IEnumerable<(Connections.AmqpConnection Connection, BrokerClient Client)> Sessions() => _services.Connections.All
        .Where(connection => connection.Client is { } client && _hosts.Contains(client.VirtualHost))
        .Select(connection => (connection, connection.Client!));
}
