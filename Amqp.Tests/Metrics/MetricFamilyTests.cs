using System.Net;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Metrics;

/// <summary>A request for one family of metrics returns the metrics of this family, each with the right value.</summary>
public sealed class MetricFamilyTests
{
    private BrokerInProcess _broker = null!;
    private HttpClient _http = null!;

    private MessageBroker Broker => _broker.Broker;

    [OneTimeSetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.MetricsPort}/") };
        foreach (string host in new[] { "a", "b", "c" })
            Broker.VirtualHosts.Put(host, VirtualHostDescription.None);
    }

    [OneTimeTearDown]
    public async Task StopTheBroker()
    {
        _http.Dispose();
        await _broker.DisposeAsync();
    }

    [TestCase(
        "connection_churn_metrics",
        "connections_opened_total connections_closed_total channels_opened_total channels_closed_total "
            + "queues_declared_total queues_created_total queues_deleted_total")]
    [TestCase("node_coarse_metrics", "process_open_fds process_open_tcp_sockets process_resident_memory_bytes disk_space_available_bytes")]
    [TestCase(
        "node_metrics",
        "process_max_fds process_max_tcp_sockets resident_memory_limit_bytes disk_space_available_limit_bytes erlang_uptime_seconds")]
    [TestCase(
        "node_persister_metrics",
        "io_read_ops_total io_read_bytes_total io_write_ops_total io_write_bytes_total io_sync_ops_total io_read_time_seconds_total "
            + "io_write_time_seconds_total io_sync_time_seconds_total msg_store_read_total msg_store_write_total")]
    [TestCase("auth_attempt_metrics", "auth_attempts_total auth_attempts_succeeded_total auth_attempts_failed_total")]
    [TestCase(
        "auth_attempt_detailed_metrics",
        "auth_attempts_detailed_total auth_attempts_detailed_succeeded_total auth_attempts_detailed_failed_total")]
    [TestCase("queue_coarse_metrics", "queue_messages_ready queue_messages_unacked queue_messages")]
    [TestCase("queue_consumer_count", "queue_consumers")]
    [TestCase("queue_exchange_metrics", "queue_messages_published_total")]
    [TestCase("channel_queue_exchange_metrics", "queue_messages_published_total")]
    [TestCase(
        "queue_delivery_metrics",
        "queue_get_ack_total queue_get_total queue_messages_delivered_ack_total queue_messages_delivered_total "
            + "queue_messages_redelivered_total queue_messages_acked_total queue_get_empty_total")]
    [TestCase(
        "channel_metrics",
        "channel_consumers channel_messages_unacked channel_messages_unconfirmed "
            + "channel_messages_uncommitted channel_acks_uncommitted consumer_prefetch channel_prefetch")]
    [TestCase(
        "channel_exchange_metrics",
        "channel_messages_published_total channel_messages_confirmed_total "
            + "channel_messages_unroutable_returned_total channel_messages_unroutable_dropped_total")]
    [TestCase(
        "channel_queue_metrics",
        "channel_get_ack_total channel_get_total channel_messages_delivered_ack_total channel_messages_delivered_total "
            + "channel_messages_redelivered_total channel_messages_acked_total channel_get_empty_total")]
    [TestCase("connection_coarse_metrics", "connection_incoming_bytes_total connection_outgoing_bytes_total")]
    [TestCase(
        "connection_metrics",
        "connection_incoming_packets_total connection_outgoing_packets_total connection_pending_packets connection_channels")]
    [TestCase("exchange_metrics", "exchange_messages_published_total")]
    [TestCase("exchange_bindings", "cluster_exchange_bindings")]
    [TestCase("exchange_names", "cluster_exchange_name")]
    [TestCase("vhost_status", "cluster_vhost_status")]
    [TestCase("nothing", "")]
    public async Task A_family_has_its_metrics_and_no_others(string family, string metrics)
    {
        string[] expected = [.. metrics.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.StartsWith("cluster_", StringComparison.Ordinal) ? $"rabbitmq_{name}" : $"rabbitmq_detailed_{name}")];

        Assert.That(
            await NamesAsync($"metrics/detailed?family={family}"),
            Is.EqualTo([.. expected, "rabbitmq_build_info", "rabbitmq_identity_info"]));
    }

    [Test]
    public async Task Families_come_once_in_the_order_in_which_they_are_asked_for()
    {
        Assert.That(
            await NamesAsync("metrics/detailed?family=vhost_status&family=queue_consumer_count&family=vhost_status"),
            Is.EqualTo(new[]
            {
                "rabbitmq_cluster_vhost_status",
                "rabbitmq_detailed_queue_consumers",
                "rabbitmq_build_info",
                "rabbitmq_identity_info"
            }));
    }

    [TestCase("", "/ a b c")]
    [TestCase("&vhost=b", "b")]
    [TestCase("&vhost=c&vhost=a", "a c")]
    [TestCase("&vhost=none", "")]
    public async Task Details_are_of_all_virtual_hosts_or_of_each_that_is_named(string query, string hosts)
    {
        string[] lines = await LinesAsync($"metrics/detailed?family=vhost_status&family=exchange_names{query}");

        var named = lines.Where(line => line.StartsWith("rabbitmq_cluster_vhost_status{", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.That(named, Is.EqualTo(hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(host =>
            $"rabbitmq_cluster_vhost_status{{vhost=\"{host}\"}} 1")));
        Assert.That(
            lines.Where(line => line.Contains("exchange=\"amq.topic\"", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            Is.EqualTo(hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(host =>
                $"rabbitmq_cluster_exchange_name{{vhost=\"{host}\",exchange=\"amq.topic\",type=\"topic\"}} 1")));
    }

    [TestCase("GET", "metrics", HttpStatusCode.OK)]
    [TestCase("GET", "metrics/", HttpStatusCode.OK)]
    [TestCase("HEAD", "metrics/per-object", HttpStatusCode.OK)]
    [TestCase("POST", "metrics", HttpStatusCode.MethodNotAllowed)]
    [TestCase("DELETE", "metrics/detailed", HttpStatusCode.MethodNotAllowed)]
    [TestCase("GET", "metrics/nothing", HttpStatusCode.NotFound)]
    [TestCase("GET", "metricss", HttpStatusCode.NotFound)]
    [TestCase("GET", "", HttpStatusCode.NotFound)]
    public async Task Metrics_are_read_at_their_addresses_and_not_changed(string method, string path, HttpStatusCode status)
    {
        using var answer = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.That(answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Each_sum_is_of_its_own_count()
    {
        var statistics = Broker.VirtualHosts.Find("a")!.Statistics;
        var channel = statistics.OpenChannel();
        channel.Deliveries =
            new DeliveryCounts { Deliver = 11, DeliverNoAck = 12, Get = 13, GetNoAck = 14, GetEmpty = 15, Ack = 16, Redeliver = 17 };
        for (int i = 0; i < 5; i++)
            channel.NoteUnrouted(isReturned: i < 2);
        channel.NoteConfirmed(9);
        channel.NotePublishedToConfirm(8);
        channel.TallyOf(Broker.VirtualHosts.Find("a")!.FindExchange("amq.fanout")!.Counts).Note(queues: 7);
        var connection = new ConnectionCounts();
        statistics.Open(connection);
        for (int i = 0; i < 4; i++)
            connection.NoteReceived(100);
        for (int i = 0; i < 6; i++)
            connection.NoteSent(200);
        foreach (var churn in Enum.GetValues<Churn>())
            while (Broker.Statistics.Count(churn) < 20 + (int)churn)
                Broker.Statistics.Note(churn);
        var queues = Broker.VirtualHosts.Find("a")!.Topology;
        var classic = queues.DeclareQueue("classic", isServerNamed: false, QueueFlags.None, FieldTable.Empty, this);
        var quorum = queues.DeclareQueue(
            "quorum", isServerNamed: false, QueueFlags.Durable, FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum")),
            this);
        foreach (var reason in Enum.GetValues<DeathReason>())
        {
            Broker.Statistics.NoteDead(classic.Settings.Type, classic.Settings.DeadLetterStrategy, reason, 30 + (int)reason);
            Broker.Statistics.NoteDead(quorum.Settings.Type, quorum.Settings.DeadLetterStrategy, reason, 40 + (int)reason);
        }
        const string Classic = "{queue_type=\"rabbit_classic_queue\",dead_letter_strategy=\"disabled\"}",
            Quorum = "{queue_type=\"rabbit_quorum_queue\",dead_letter_strategy=\"disabled\"}",
            Protocol = "{protocol=\"amqp091\"}";
        string[] expected =
        [
            "channel_messages_published_total 1", "channel_messages_confirmed_total 9", "channel_messages_unroutable_returned_total 2",
            "channel_messages_unroutable_dropped_total 3",
            "channel_messages_delivered_ack_total 11", "channel_messages_delivered_total 12", "channel_get_ack_total 13",
            "channel_get_total 14", "channel_get_empty_total 15", "channel_messages_acked_total 16",
            "channel_messages_redelivered_total 17",
            "connection_incoming_bytes_total 400", "connection_incoming_packets_total 4", "connection_outgoing_bytes_total 1200",
            "connection_outgoing_packets_total 6", "queue_messages_published_total 7",
            "connections_opened_total 20", "connections_closed_total 21", "channels_opened_total 22", "channels_closed_total 23",
            "queues_declared_total 26", "queues_created_total 27", "queues_deleted_total 26",
            $"global_messages_received_total{Protocol} 1", $"global_messages_received_confirm_total{Protocol} 8",
            $"global_messages_confirmed_total{Protocol} 9", $"global_messages_routed_total{Protocol} 7",
            $"global_messages_unroutable_returned_total{Protocol} 2", $"global_messages_unroutable_dropped_total{Protocol} 3",
            $"global_messages_dead_lettered_expired_total{Classic} 30", $"global_messages_dead_lettered_rejected_total{Classic} 31",
            $"global_messages_dead_lettered_maxlen_total{Classic} 32",
            $"global_messages_dead_lettered_expired_total{Quorum} 40", $"global_messages_dead_lettered_rejected_total{Quorum} 41",
            $"global_messages_dead_lettered_maxlen_total{Quorum} 42", $"global_messages_dead_lettered_delivery_limit_total{Quorum} 43",
        ];

        string[] lines = await LinesAsync("metrics");

        Assert.That(expected.Select(line => $"rabbitmq_{line}").Except(lines), Is.Empty);
        Assert.That(
            lines,
            Has.None.StartsWith($"rabbitmq_global_messages_dead_lettered_delivery_limit_total{Classic}"),
            "classic queues have no delivery limit");
    }

    private async Task<string[]> LinesAsync(string path) => (await _http.GetStringAsync(path)).Split('\n');

    private async Task<IEnumerable<string>> NamesAsync(string path) =>
        (await LinesAsync(path)).Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
}
