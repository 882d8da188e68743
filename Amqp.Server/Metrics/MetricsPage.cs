using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Instruments;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Metrics;

/// <summary>
/// One reply to Prometheus: sums over all objects, or a sample for each object. All values are read at about the same time.
/// </summary>
internal sealed class MetricsPage
{
    private const string Prefix = "rabbitmq_", Detailed = "rabbitmq_detailed_", Cluster = "rabbitmq_cluster_", Global = "rabbitmq_global_";

    /// <summary>Prefix of the metrics that RabbitMQ does not have.</summary>
    private const string Own = "amqpbroker_";

    private readonly ManagementServices _services;
    private readonly MetricsWriter _writer;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<VirtualHost> _hosts;
    private readonly NodeReading _node;
    private QueueSample[]? _queues;
    private ChannelSample[]? _channels;
    private ConnectionSample[]? _connections;

    /// <param name="services">The broker, its connections and options.</param>
    /// <param name="http">The request, and the reply to write.</param>
    /// <param name="virtualHosts">Virtual hosts whose objects are written; null: all.</param>
    public MetricsPage(ManagementServices services, HttpContext http, IReadOnlyCollection<string>? virtualHosts = null)
    {
        (_services, _cancellation) = (services, http.RequestAborted);
        _node = new NodeReading(services.Broker, services.Options) { Sockets = services.Connections.Count, StartedAt = services.StartedAt };
        _writer = new MetricsWriter(http.Response.BodyWriter, Prefix);
        _hosts = [.. services.Broker.VirtualHosts.All.Where(host => virtualHosts is null || virtualHosts.Contains(host.Name))];
    }

    private MessageBroker Broker => _services.Broker;

    private QueueSample[] Queues => _queues ??= [.. _hosts.SelectMany(host => host.Queues).Select(queue => new QueueSample(queue))];

    private ChannelSample[] Channels =>
        _channels ??= [.. Sessions().SelectMany(entry => entry.Connection.Sessions).Select(session => new ChannelSample(session))];

    private ConnectionSample[] Connections => _connections ??= [.. Sessions().Select(entry => new ConnectionSample(entry.Connection))];

    /// <summary>Writes all metrics as sums over all objects.</summary>
    public async Task WriteSumsAsync()
    {
        WriteNode();
        _writer.ChangePrefix(Own);
        foreach (var metric in QueueMetrics.Quarantined)
            _writer.Sum(metric, Queues);
        _writer.ChangePrefix(Prefix);
        foreach (var metric in (Metric<QueueSample>[])[.. QueueMetrics.Coarse, .. QueueMetrics.Consumers, .. QueueMetrics.Further])
            _writer.Sum(metric, Queues);
        foreach (var metric in ChannelMetrics.Gauges)
            _writer.Sum(metric, Channels);
        var messages = Broker.Statistics.MessagesOf(_hosts);
        foreach (var metric in (Metric<MessageCounts>[])[.. MessageMetrics.Published, .. MessageMetrics.Delivered])
            _writer.Single(metric, messages);
        var traffic = Broker.Statistics.TrafficOf(_hosts);
        foreach (var metric in (Metric<TrafficCounts>[])[.. ConnectionMetrics.Octets, .. ConnectionMetrics.Packets])
            _writer.Single(metric, traffic);
        foreach (var metric in ConnectionMetrics.Gauges)
            _writer.Sum(metric, Connections);
        _writer.Single(MessageMetrics.Enqueued, messages);
        _writer.Singles(ClusterMetrics.Raft, _node);
        WriteTotals(messages);
        await _writer.FlushAsync(_cancellation);
    }

    /// <summary>Writes all metrics, with a sample for each object.</summary>
    public async Task WriteObjectsAsync()
    {
        WriteNode();
        _writer.ChangePrefix(Own);
        await WriteEachAsync(QueueMetrics.Quarantined);
        _writer.ChangePrefix(Prefix);
        await WriteEachAsync([
            .. QueueMetrics.Coarse, .. QueueMetrics.Consumers, .. QueueMetrics.Further, .. QueueMetrics.Published,
            .. QueueMetrics.Deliveries
        ]);
        await WriteEachAsync(ChannelMetrics.Gauges);
        await WriteEachAsync([.. MessageMetrics.Published, .. MessageMetrics.Delivered]);
        await WriteEachAsync([.. ConnectionMetrics.Octets, .. ConnectionMetrics.Packets]);
        await WriteEachAsync(ConnectionMetrics.Gauges);
        WriteTotals(Broker.Statistics.MessagesOf(_hosts));
        await _writer.FlushAsync(_cancellation);
    }

    /// <summary>Writes families of metrics, with a sample for each object. Unknown families are skipped, as in RabbitMQ.</summary>
    public async Task WriteFamiliesAsync(IReadOnlyCollection<string> families)
    {
        _writer.ChangePrefix(Detailed);
        foreach (string family in families)
        {
            await WriteFamilyAsync(family);
            await _writer.FlushAsync(_cancellation);
        }
        _writer.ChangePrefix(Prefix);
        NodeSection.WriteIdentity(_writer, _node);
        await _writer.FlushAsync(_cancellation);
    }

    private Task WriteFamilyAsync(string family)
    {
        switch (family)
        {
            case "connection_churn_metrics":
                _writer.Singles(NodeMetrics.Churns, _node);
                break;
            case "node_coarse_metrics":
                _writer.Singles(NodeMetrics.Usage, _node);
                break;
            case "node_metrics":
                _writer.Singles(NodeMetrics.Limits, _node);
                break;
            case "node_persister_metrics":
                _writer.Singles(NodeMetrics.Files, _node);
                break;
            case "auth_attempt_metrics":
                NodeSection.WriteLogins(_writer, Broker.Statistics.Authentication);
                break;
            case "auth_attempt_detailed_metrics":
                NodeSection.WriteLoginSources(_writer, Broker.Statistics.Authentication);
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
                return WriteEachAsync(MessageMetrics.Published);
            case "channel_queue_metrics":
                return WriteEachAsync(MessageMetrics.Delivered);
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
        _writer.Single(NodeMetrics.Started, _node);
        _writer.Singles(ClusterMetrics.Erlang, _node);
        _writer.ChangePrefix(Prefix);
        _writer.Singles(NodeMetrics.Alarms, _node);
        _writer.Singles(NodeMetrics.Churns, _node);
        _writer.Singles(NodeMetrics.Usage, _node);
        _writer.Singles(NodeMetrics.Limits, _node);
        _writer.Singles(NodeMetrics.Files, _node);
        NodeSection.WriteLogins(_writer, Broker.Statistics.Authentication);
        _writer.ChangePrefix(Own);
        NodeSection.WriteFaults(_writer, Broker.Faults);
        _writer.Single(MessageMetrics.Repeats, Broker.Statistics);
        _writer.ChangePrefix(Prefix);
    }

    private void WriteTotals(in MessageCounts messages)
    {
        var counts = new ObjectCounts(Connections.Length, Channels.Length, Queues.Sum(queue => (long)queue.Consumers), Queues.Length);
        _writer.Singles(ObjectMetrics.Totals, counts);
        NodeSection.WriteIdentity(_writer, _node);
        GlobalSection.WriteSizes(_writer, messages);
        _writer.ChangePrefix(Global);
        GlobalSection.Write(_writer, Broker, _hosts, Queues, messages);
        _writer.ChangePrefix(Prefix);
    }

    private async Task WriteEachAsync(Metric<QueueSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Each(metric, Queues, queue => ("vhost", queue.VirtualHost), queue => ("queue", queue.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<ChannelSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Each(metric, Channels, channel => ("channel", channel.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<MessageCounts>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Begin(metric);
            foreach (var channel in Channels)
                _writer.Sample(metric.Value(channel.Counts), ("channel", channel.Name), ("vhost", channel.VirtualHost));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<TrafficCounts>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Begin(metric);
            foreach (var connection in Connections)
                // RabbitMQ uses the label "channel" for connections too.
                _writer.Sample(metric.Value(connection.Traffic), ("channel", connection.Name));
            await _writer.FlushAsync(_cancellation);
        }
    }

    private async Task WriteEachAsync(Metric<ConnectionSample>[] metrics)
    {
        foreach (var metric in metrics)
        {
            _writer.Each(metric, Connections, connection => ("channel", connection.Name));
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
        _writer.Begin(ObjectMetrics.PublishedIn);
        foreach (var host in _hosts)
        {
            host.Statistics.CarryExchanges();
            foreach (var exchange in host.Exchanges)
                if (exchange.Counts.In > 0)
                    _writer.Sample(ObjectMetrics.PublishedIn.Value(exchange), ("vhost", host.Name), ("exchange", exchange.Name));
        }
    }

    private void WriteTopology(string family)
    {
        if (family == "vhost_status")
        {
            _writer.Begin(ObjectMetrics.RunningHosts);
            foreach (var host in _hosts)
                _writer.Sample(ObjectMetrics.RunningHosts.Value(host), ("vhost", host.Name));
            return;
        }
        bool countsBindings = family == "exchange_bindings";
        if (countsBindings)
            _writer.Begin(ObjectMetrics.ExchangeBindings);
        else
            _writer.Begin(ObjectMetrics.ExchangeNames);
        foreach (var host in _hosts)
        {
            var bindings = countsBindings ? host.Topology.Bindings().CountBy(binding => binding.Source).ToDictionary() : [];
            foreach (Exchange exchange in host.Exchanges.Where(exchange => exchange.Name.Length > 0))
            {
                double value = countsBindings
                    ? ObjectMetrics.ExchangeBindings.Value(bindings.GetValueOrDefault(exchange))
                    : ObjectMetrics.ExchangeNames.Value(exchange);
                _writer.Sample(value, ("vhost", host.Name), ("exchange", exchange.Name), ("type", exchange.Type));
            }
        }
    }

    private IEnumerable<(Connections.AmqpConnection Connection, BrokerClient Client)> Sessions() => _services.Connections.All
        .Where(connection => connection.Client is { } client && _hosts.Contains(client.VirtualHost))
        .Select(connection => (connection, connection.Client!));
}
