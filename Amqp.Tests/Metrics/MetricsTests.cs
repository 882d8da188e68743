using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using BasicProperties = RabbitMQ.Client.BasicProperties;

namespace Amqp.Tests.Metrics;

/// <summary>The broker answers Prometheus with the right metrics.</summary>
public partial class MetricsTests
{
    /// <summary>The metrics that the dashboard RabbitMQ-Overview (number 10991) in Grafana queries.</summary>
    private static readonly string[] _dashboard =
    [
        "rabbitmq_identity_info",
        "rabbitmq_build_info",
        "rabbitmq_queue_messages_ready",
        "rabbitmq_queue_messages_unacked",
        "rabbitmq_queues",
        "rabbitmq_consumers",
        "rabbitmq_connections",
        "rabbitmq_channels",
        "rabbitmq_global_publishers",
        "rabbitmq_global_consumers",
        "rabbitmq_connections_opened_total",
        "rabbitmq_connections_closed_total",
        "rabbitmq_channels_opened_total",
        "rabbitmq_channels_closed_total",
        "rabbitmq_queues_declared_total",
        "rabbitmq_queues_created_total",
        "rabbitmq_queues_deleted_total",
        "rabbitmq_global_messages_received_total",
        "rabbitmq_global_messages_received_confirm_total",
        "rabbitmq_global_messages_confirmed_total",
        "rabbitmq_global_messages_routed_total",
        "rabbitmq_global_messages_unroutable_dropped_total",
        "rabbitmq_global_messages_unroutable_returned_total",
        "rabbitmq_global_messages_delivered_total",
        "rabbitmq_global_messages_delivered_consume_auto_ack_total",
        "rabbitmq_global_messages_delivered_consume_manual_ack_total",
        "rabbitmq_global_messages_delivered_get_auto_ack_total",
        "rabbitmq_global_messages_delivered_get_manual_ack_total",
        "rabbitmq_global_messages_get_empty_total",
        "rabbitmq_global_messages_redelivered_total",
        "rabbitmq_global_messages_acknowledged_total",
        "rabbitmq_process_resident_memory_bytes",
        "rabbitmq_resident_memory_limit_bytes",
        "rabbitmq_disk_space_available_bytes",
        "rabbitmq_disk_space_available_limit_bytes",
        "rabbitmq_process_open_fds",
        "rabbitmq_process_max_fds",
        "rabbitmq_process_open_tcp_sockets",
        "rabbitmq_erlang_uptime_seconds",
        "rabbitmq_message_size_bytes_bucket",
        "rabbitmq_message_size_bytes_sum",
        "rabbitmq_message_size_bytes_count",
    ];

    /// <summary>
    /// The metrics that the dashboards RabbitMQ-Quorum-Queues-Raft, Erlang-Distribution and Erlang-Memory-Allocators in Grafana query.
    /// </summary>
    /// <remarks>
    /// The response names all of these metrics. The metrics that begin with erlang_vm have no samples, because the broker has no Erlang.
    /// </remarks>
    private static readonly string[] _clusterDashboards =
    [
        "rabbitmq_raft_log_commit_index", "rabbitmq_raft_entry_commit_latency_seconds", "rabbitmq_raft_log_last_written_index",
        "rabbitmq_raft_term_total", "rabbitmq_raft_log_snapshot_index",
        "erlang_vm_dist_node_state", "erlang_vm_dist_recv_bytes", "erlang_vm_dist_send_bytes", "erlang_vm_dist_node_queue_size_bytes",
        "erlang_vm_dist_proc_status",
        "erlang_vm_allocators",
    ];

    [Test]
    public async Task Dashboards_of_clusters_find_a_single_node()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        string[] lines = [.. (await GetAsync(broker, "metrics")).Split('\n')];

        string[] named = [.. lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.That(_clusterDashboards.Except(named), Is.Empty);
        Assert.That(lines, Has.Member("rabbitmq_raft_log_commit_index 0").And.None.StartsWith("erlang_vm_"));
    }

    [Test]
    public async Task Every_name_that_the_dashboard_uses_is_there()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        string text = await GetAsync(broker, "metrics");

        Assert.That(_dashboard.Except(Lines(text).Select(line => line.Split('{', ' ')[0])), Is.Empty);
    }

    [TestCase("metrics")]
    [TestCase("metrics/per-object")]
    [TestCase(
        "metrics/detailed?family=queue_metrics&family=queue_delivery_metrics&family=channel_metrics"
            + "&family=connection_metrics&family=exchange_bindings")]
    public async Task Every_line_is_of_the_text_format_and_of_the_metric_above_it(string path)
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("a \"quoted\"\\ name", false, false, false);

        string metric = "";
        var seen = new HashSet<string>();
        foreach (string line in (await GetAsync(broker, path)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Assert.That(seen.Add(metric = line.Split(' ')[2]), $"{metric} comes twice");
            else if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                Assert.That(line.Split(' ')[2], Is.EqualTo(metric));
            else
                Assert.That(
                    (SampleLine().IsMatch(line), line.StartsWith(metric, StringComparison.Ordinal)), Is.EqualTo((true, true)), line);
        }
    }

    [Test]
    public async Task Totals_are_those_of_the_messages_that_were_sent()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true)))
        {
            await channel.QueueDeclareAsync("q", false, false, false);
            await channel.QueueDeclareAsync("gone", false, false, false);
            for (int i = 0; i < 3; i++)
                await channel.BasicPublishAsync("", "q", new byte[200]);
            await channel.BasicPublishAsync("", "gone", new byte[10]);
            await channel.BasicPublishAsync("", "nowhere", new byte[10]);
            await channel.BasicGetAsync("gone", autoAck: true);
            await channel.BasicGetAsync("gone", autoAck: true);
            await channel.QueueDeleteAsync("gone");
            var got = await channel.BasicGetAsync("q", autoAck: false);
            await channel.BasicAckAsync(got!.DeliveryTag, false);
        } // the metrics still count the closed channel and connection

        string text = await GetAsync(broker, "metrics");

        Assert.Multiple(() =>
        {
            Assert.That(Value(text, "rabbitmq_global_messages_received_total{protocol=\"amqp091\"}"), Is.EqualTo(5));
            Assert.That(Value(text, "rabbitmq_global_messages_received_confirm_total{protocol=\"amqp091\"}"), Is.EqualTo(5));
            Assert.That(Value(text, "rabbitmq_global_messages_confirmed_total{protocol=\"amqp091\"}"), Is.EqualTo(5));
            Assert.That(Value(text, "rabbitmq_global_messages_routed_total{protocol=\"amqp091\"}"), Is.EqualTo(4));
            Assert.That(Value(text, "rabbitmq_global_messages_unroutable_dropped_total{protocol=\"amqp091\"}"), Is.EqualTo(1));
            Assert.That(Value(text, Classic("delivered_get_auto_ack_total")), Is.EqualTo(1));
            Assert.That(Value(text, Classic("delivered_get_manual_ack_total")), Is.EqualTo(1));
            Assert.That(Value(text, Classic("get_empty_total")), Is.EqualTo(1));
            Assert.That(Value(text, Classic("acknowledged_total")), Is.EqualTo(1));
            Assert.That(Value(text, "rabbitmq_queue_messages_ready"), Is.EqualTo(2));
            Assert.That(Value(text, "rabbitmq_queues_created_total"), Is.EqualTo(2));
            Assert.That(Value(text, "rabbitmq_queues_deleted_total"), Is.EqualTo(1));
            Assert.That(Value(text, "rabbitmq_message_size_bytes_bucket{protocol=\"amqp091\",le=\"100\"}"), Is.EqualTo(2));
            Assert.That(
                Value(text, "rabbitmq_message_size_bytes_bucket{protocol=\"amqp091\",le=\"1000\"}"),
                Is.EqualTo(5),
                "smaller messages are included");
            Assert.That(Value(text, "rabbitmq_message_size_bytes_bucket{protocol=\"amqp091\",le=\"+Inf\"}"), Is.EqualTo(5));
            Assert.That(Value(text, "rabbitmq_message_size_bytes_count{protocol=\"amqp091\"}"), Is.EqualTo(5));
            Assert.That(Value(text, "rabbitmq_message_size_bytes_sum{protocol=\"amqp091\"}"), Is.EqualTo(620));
            Assert.That(Value(text, "rabbitmq_connections"), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_confirmed_persistent_message_was_written_and_synced()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("q", durable: true, false, false);
        string before = await GetAsync(broker, "metrics");

        await channel.BasicPublishAsync("", "q", mandatory: false, new BasicProperties { Persistent = true }, new byte[5_000]);

        string text = await GetAsync(broker, "metrics");
        Assert.That(
            Value(text, "rabbitmq_io_write_bytes_total") - Value(before, "rabbitmq_io_write_bytes_total"),
            Is.GreaterThanOrEqualTo(5_000));
        Assert.That(Value(text, "rabbitmq_io_sync_ops_total"), Is.GreaterThan(Value(before, "rabbitmq_io_sync_ops_total")));
    }

    [TestCase("metrics/per-object", "rabbitmq_")]
    [TestCase("metrics/detailed?family=queue_metrics&family=node_persister_metrics", "rabbitmq_detailed_")]
    public async Task Each_queue_says_what_of_it_is_persistent_and_in_memory(string path, string prefix)
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await FillAsync(channel);

        string text = await GetAsync(broker, path);

        string[] expected =
        [
            "messages_ram 7", "messages_ram_bytes 20500", "messages_ready_ram 6", "messages_unacked_ram 1", "messages_persistent 5",
            "messages_persistent_bytes 20300",
            "messages_bytes 20500", "messages_paged_out 0", "messages_paged_out_bytes 0", "head_message_timestamp 1700000000",
            "disk_reads_total 0", "disk_writes_total 5",
        ];
        string[] ofQueue =
            [.. expected.Select(line => line.Split(' ')).Select(line => $"{prefix}queue_{line[0]}{{vhost=\"/\",queue=\"q\"}} {line[1]}")];
        Assert.That(ofQueue.Except(Lines(text)), Is.Empty);
        Assert.That(
            Lines(text),
            Has.Member($"{prefix}queue_head_message_timestamp{{vhost=\"/\",queue=\"empty\"}} NaN")
                .And.Member($"{prefix}msg_store_write_total 5"));
        Assert.That(Value(text, $"{prefix}queue_process_memory_bytes{{vhost=\"/\",queue=\"q\"}}"), Is.GreaterThan(20_500));
    }

    [Test]
    public async Task All_queues_say_so_in_sums_and_have_no_sum_of_times()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await FillAsync(channel);

        string text = await GetAsync(broker, "metrics");

        string[] expected =
        [
            "queue_messages_ram 7",
            "queue_messages_ram_bytes 20500",
            "queue_messages_persistent 5",
            "queue_messages_persistent_bytes 20300",
            "queue_messages_paged_out 0",
            "queue_disk_writes_total 5",
            "msg_store_write_total 5",
            "msg_store_read_total 0",
        ];
        Assert.That(expected.Select(line => $"rabbitmq_{line}").Except(Lines(text)), Is.Empty);
        Assert.That(text, Does.Contain("# TYPE rabbitmq_queue_head_message_timestamp gauge\n"));
        Assert.That(Lines(text), Has.None.StartsWith("rabbitmq_queue_head_message_timestamp"));
    }

    [Test]
    public async Task What_has_left_memory_is_not_counted_there_and_is_read_from_the_disk()
    {
        await using var broker = await BrokerInProcess.StartAsync("store.block_size = 4KiB", "store.resident_memory = 20KiB");
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("q", durable: true, false, false);
        for (int i = 0; i < 20; i++)
            await channel.BasicPublishAsync("", "q", mandatory: false, new BasicProperties { Persistent = true }, new byte[10_000]);

        string text = await GetAsync(broker, "metrics");
        for (int i = 0; i < 20; i++)
            await channel.BasicGetAsync("q", autoAck: true);
        string after = await GetAsync(broker, "metrics");

        Assert.That(Value(text, "rabbitmq_queue_messages_persistent"), Is.EqualTo(20));
        Assert.That(Value(text, "rabbitmq_queue_messages_ram"), Is.LessThan(10));
        Assert.That(Value(text, "rabbitmq_queue_messages_ram_bytes"), Is.EqualTo(10_000 * Value(text, "rabbitmq_queue_messages_ram")));
        Assert.That(Value(text, "rabbitmq_queue_messages_paged_out"), Is.Zero, "persistent messages do not count as paged out");
        Assert.That(
            Value(after, "rabbitmq_queue_disk_reads_total"),
            Is.InRange(20 - Value(text, "rabbitmq_queue_messages_ram"), 20),
            "reading one message may evict another");
        Assert.That(Value(after, "rabbitmq_msg_store_read_total"), Is.Positive);
    }

    [Test]
    public async Task Dead_messages_are_counted_by_reason_and_strategy()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync(
            "short", false, false, false, new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-dead-letter-exchange"] = "" });
        await channel.QueueDeclareAsync("plain", false, false, false);
        for (int i = 0; i < 3; i++)
            await channel.BasicPublishAsync("", "short", new byte[1]);
        await channel.BasicPublishAsync("", "plain", new byte[1]);
        var got = await channel.BasicGetAsync("plain", autoAck: false);
        await channel.BasicRejectAsync(got!.DeliveryTag, requeue: false);
        await channel.QueueDeclarePassiveAsync("plain");

        string text = await GetAsync(broker, "metrics");

        Assert.That(
            Value(
                text,
                "rabbitmq_global_messages_dead_lettered_maxlen_total{queue_type=\"rabbit_classic_queue\","
                    + "dead_letter_strategy=\"at_most_once\"}"),
            Is.EqualTo(2));
        Assert.That(Value(
            text,
            "rabbitmq_global_messages_dead_lettered_rejected_total{queue_type=\"rabbit_classic_queue\",dead_letter_strategy=\"disabled\"}"),
                Is.EqualTo(1));
        Assert.That(Value(text, Classic("acknowledged_total")), Is.Zero);
    }

    [Test]
    public async Task What_was_delivered_and_what_died_is_counted_by_type_of_queue()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        var other = await client.OpenChannelAsync(2);
        (string, FieldValue)[] ofQuorum =
        [
            ("x-queue-type", FieldValue.FromString("quorum")),
            ("x-dead-letter-exchange", FieldValue.FromString("amq.fanout")),
            ("x-dead-letter-strategy", FieldValue.FromString("at-least-once")),
            ("x-overflow", FieldValue.FromString("reject-publish")),
        ];
        await channel.DeclareQueueAsync(
            "quorum",
            durable: true,
            arguments: ofQuorum.Aggregate(FieldTable.Empty, (table, argument) => table.With(argument.Item1, argument.Item2)));
        await channel.DeclareQueueAsync("classic");
        await channel.DeclareQueueAsync("target");
        await channel.BindQueueAsync("target", "amq.fanout");
        for (int i = 0; i < 12; i++)
            await channel.PublishAsync("", "quorum");
        for (int i = 0; i < 5; i++)
            await channel.PublishAsync("", "classic");
        await other.GetAsync("quorum", noAck: true);
        await other.GetAsync("quorum", noAck: true);
        for (int i = 0; i < 3; i++)
            await other.SendAsync(new BasicReject((await other.GetAsync("quorum", noAck: false)).Method.DeliveryTag, Requeue: false));
        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync("target")).MessageCount == 3,
            () => "the rejected messages do not arrive");
        await other.ConsumeAsync("quorum");
        for (int i = 0; i < 7; i++)
            await other.ExpectDeliveryAsync();
        await other.ConsumeAsync("classic", noAck: true);
        for (int i = 0; i < 5; i++)
            await other.ExpectDeliveryAsync();

        string text = await GetAsync(broker, "metrics");

        string[] expected =
        [
            .. Of(
                "quorum", "delivered_get_auto_ack 2", "delivered_get_manual_ack 3", "delivered_consume_manual_ack 7",
                "delivered_consume_auto_ack 0", "delivered 12"),
            .. Of(
                "classic", "delivered_get_auto_ack 0", "delivered_get_manual_ack 0", "delivered_consume_manual_ack 0",
                "delivered_consume_auto_ack 5", "delivered 5"),
            "rabbitmq_global_messages_dead_lettered_rejected_total{queue_type=\"rabbit_quorum_queue\","
                + "dead_letter_strategy=\"at_least_once\"} 3",
            "rabbitmq_global_messages_dead_lettered_rejected_total{queue_type=\"rabbit_quorum_queue\","
                + "dead_letter_strategy=\"at_most_once\"} 0",
            "rabbitmq_global_messages_dead_lettered_rejected_total{queue_type=\"rabbit_classic_queue\","
                + "dead_letter_strategy=\"at_most_once\"} 0",
            "rabbitmq_global_messages_dead_lettered_confirmed_total{queue_type=\"rabbit_quorum_queue\","
                + "dead_letter_strategy=\"at_least_once\"} 3",
            "rabbitmq_global_publishers{protocol=\"amqp091\"} 1",
            "rabbitmq_global_consumers{protocol=\"amqp091\"} 2",
            "rabbitmq_consumers 2",
            "rabbitmq_channels 2",
            "rabbitmq_queues 3",
            "rabbitmq_queue_messages_unacked 7",
            "rabbitmq_queue_messages_ready 3",
            "rabbitmq_queue_messages 10",
            "rabbitmq_queue_consumers 2",
        ];
        Assert.That(expected.Except(Lines(text)), Is.Empty);

        foreach (string queue in new[] { "quorum", "classic" })
            await channel.CallAsync<QueueDelete, QueueDeleteOk>(new QueueDelete(queue, IfUnused: false, IfEmpty: false, NoWait: false));
        Assert.That(
            expected.Where(line => line.StartsWith("rabbitmq_global_messages_", StringComparison.Ordinal))
                .Except(Lines(await GetAsync(broker, "metrics"))),
            Is.Empty,
            "counts of deleted queues remain");

        static IEnumerable<string> Of(string type, params string[] counts) =>
            counts.Select(count => count.Split(' ')).Select(count =>
                $"rabbitmq_global_messages_{count[0]}_total{{protocol=\"amqp091\",queue_type=\"rabbit_{type}_queue\"}} {count[1]}");
    }

    [Test]
    public async Task Each_object_has_counts_of_its_own_of_each_kind()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        foreach (var (queue, messages) in new[] { ("q", 20), ("automatic", 7), ("empty", 0), ("held", 1), ("nowhere", 0) })
        {
            await channel.DeclareQueueAsync(queue);
            for (int i = 0; i < messages; i++)
                await channel.PublishAsync("", queue);
        }
        await channel.DeleteQueueAsync("nowhere");
        for (int i = 0; i < 3; i++)
            await channel.PublishAsync("", "nowhere", new string('x', 50_000));
        await channel.BindQueueAsync("empty", "amq.direct", "a");
        await channel.BindQueueAsync("empty", "amq.direct", "b");
        await channel.BindQueueAsync("empty", "amq.topic", "c");
        for (int i = 0; i < 6; i++)
            await channel.ExpectEmptyAsync("empty");
        for (int i = 0; i < 2; i++)
            await channel.GetAsync("q", noAck: true);
        ulong last = 0;
        for (int i = 0; i < 3; i++)
            last = (await channel.GetAsync("q", noAck: false)).Method.DeliveryTag;
        await channel.SendAsync(new BasicReject(last, Requeue: true));
        last = (await channel.GetAsync("q", noAck: false)).Method.DeliveryTag;
        await channel.SendAsync(new BasicAck(last, Multiple: false));
        await channel.SendAsync(new BasicAck(last - 2, Multiple: false));
        await channel.QosAsync(5);
        await channel.ConsumeAsync("q");
        for (int i = 0; i < 5; i++)
            await channel.ExpectDeliveryAsync();
        await channel.ConsumeAsync("automatic", noAck: true);
        for (int i = 0; i < 7; i++)
            await channel.ExpectDeliveryAsync();
        await channel.QosAsync(9, global: true);
        var transaction = await client.OpenChannelAsync(2);
        await transaction.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await transaction.SendAsync(new BasicAck((await transaction.GetAsync("held", noAck: false)).Method.DeliveryTag, Multiple: false));
        for (int i = 0; i < 4; i++)
            await transaction.PublishAsync("amq.fanout", "");
        await transaction.ExpectQuietAsync();

        string text = await GetAsync(broker, "metrics/per-object"),
            exchanges = await GetAsync(broker, "metrics/detailed?family=exchange_bindings&family=exchange_metrics");

        string[] expected =
        [
            .. OfQueue(
                "q", "get_ack 4", "get 2", "messages_delivered_ack 5", "messages_delivered 0", "messages_redelivered 1", "messages_acked 2",
                "get_empty 0", "messages_published 20"),
            .. OfQueue("automatic", "get_ack 0", "messages_delivered_ack 0", "messages_delivered 7"),
            .. OfQueue("empty", "get_empty 6"),
            .. OfChannel(
                "get_ack 4", "get 2", "messages_delivered_ack 5", "messages_delivered 7", "messages_redelivered 1", "messages_acked 2",
                "get_empty 6", "messages_published 31", "messages_confirmed 0", "messages_unroutable_returned 0",
                "messages_unroutable_dropped 3"),
            "rabbitmq_channel_consumers{channel=\"C (1)\"} 2",
            "rabbitmq_channel_messages_unacked{channel=\"C (1)\"} 6",
            "rabbitmq_consumer_prefetch{channel=\"C (1)\"} 5",
            "rabbitmq_channel_prefetch{channel=\"C (1)\"} 9",
            "rabbitmq_channel_messages_uncommitted{channel=\"C (2)\"} 4",
            "rabbitmq_channel_acks_uncommitted{channel=\"C (2)\"} 1",
            "rabbitmq_channel_messages_uncommitted{channel=\"C (1)\"} 0",
            "rabbitmq_connection_channels{channel=\"C\"} 2",
        ];
        string[] lines = [.. Lines(text.Replace(broker.Connections.All.Single().Peer.Name, "C", StringComparison.Ordinal))];
        Assert.That(expected.Except(lines), Is.Empty, string.Join('\n', lines));
        double received = Number("rabbitmq_connection_incoming_bytes_total"), sent = Number("rabbitmq_connection_outgoing_bytes_total");
        Assert.That(received, Is.GreaterThan(150_000));
        Assert.That(sent, Is.LessThan(50_000));
        string[] ofExchanges =
        [
            "rabbitmq_cluster_exchange_bindings{vhost=\"/\",exchange=\"amq.direct\",type=\"direct\"} 2",
            "rabbitmq_cluster_exchange_bindings{vhost=\"/\",exchange=\"amq.topic\",type=\"topic\"} 1",
            "rabbitmq_cluster_exchange_bindings{vhost=\"/\",exchange=\"amq.fanout\",type=\"fanout\"} 0",
            "rabbitmq_detailed_exchange_messages_published_total{vhost=\"/\",exchange=\"\"} 31",
        ];
        Assert.That(ofExchanges.Except(Lines(exchanges)), Is.Empty, exchanges);

        double Number(string metric) => double.Parse(
            lines.Single(line => line.StartsWith($"{metric}{{", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);

        static IEnumerable<string> OfQueue(string queue, params string[] counts) =>
            counts.Select(count => count.Split(' '))
                .Select(count => $"rabbitmq_queue_{count[0]}_total{{vhost=\"/\",queue=\"{queue}\"}} {count[1]}");

        static IEnumerable<string> OfChannel(params string[] counts) =>
            counts.Select(count => count.Split(' '))
                .Select(count => $"rabbitmq_channel_{count[0]}_total{{channel=\"C (1)\",vhost=\"/\"}} {count[1]}");
    }

    [Test]
    public async Task Details_are_of_the_virtual_host_that_is_asked_for()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        broker.Broker.VirtualHosts.Put("other", Amqp.Server.Broker.VirtualHosts.VirtualHostDescription.None);
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("q", false, false, false);

        Assert.That(
            await GetAsync(broker, "metrics/detailed?family=queue_coarse_metrics&vhost=%2F"),
            Does.Contain("rabbitmq_detailed_queue_messages{vhost=\"/\",queue=\"q\"} 0"));
        Assert.That(await GetAsync(broker, "metrics/detailed?family=queue_coarse_metrics&vhost=other"), Does.Not.Contain("queue=\"q\""));
        const string OfClients =
            "metrics/detailed?family=channel_metrics&family=connection_metrics"
                + "&family=connection_coarse_metrics&family=channel_exchange_metrics&vhost=";
        Assert.That(
            await GetAsync(broker, $"{OfClients}%2F"),
            Does.Contain("rabbitmq_detailed_connection_channels{channel=").And.Contain("rabbitmq_detailed_channel_consumers{channel="));
        Assert.That(await GetAsync(broker, $"{OfClients}other"), Does.Not.Contain("{channel="));
    }

    [Test]
    public async Task Each_port_answers_for_itself_only()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        Assert.That((await SendAsync(broker.ManagementPort, "metrics")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await SendAsync(broker.MetricsPort, "api/overview", "guest:guest")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Metrics_may_be_for_monitoring_users_only()
    {
        await using var broker = await BrokerInProcess.StartAsync("prometheus.authentication.enabled = true", "prometheus.path = /m");

        Assert.That((await SendAsync(broker.MetricsPort, "m")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        foreach (string tag in new[] { "management", "policymaker", "monitoring" })
            broker.Broker.Users.Put(new User(tag, PasswordHash.Create("secret"), UserTags.Parse(tag)));

        foreach (var (login, status) in new[]
        {
            ("guest:guest", 200), ("guest:wrong", 401), ("monitoring:secret", 200), ("management:secret", 401), ("policymaker:secret", 401),
            ("nobody:secret", 401)
        })
            Assert.That((int)(await SendAsync(broker.MetricsPort, "m", login)).StatusCode, Is.EqualTo(status), login);
    }

    [Test]
    public async Task Objects_may_come_one_by_one_without_being_asked_for()
    {
        await using var broker = await BrokerInProcess.StartAsync("prometheus.return_per_object_metrics = true");
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("q", false, false, false);

        Assert.That(await GetAsync(broker, "metrics"), Does.Contain("rabbitmq_queue_messages_ready{vhost=\"/\",queue=\"q\"} 0"));
    }

    [Test]
    public async Task Logins_are_counted_with_their_source_where_that_is_kept()
    {
        await using var broker = await BrokerInProcess.StartAsync("track_auth_attempt_source = true");
        await using var connection = await broker.Factory().CreateConnectionAsync();
        for (int i = 0; i < 2; i++)
            await SendAsync(broker.ManagementPort, "api/whoami", "guest:wrong");
        await SendAsync(broker.ManagementPort, "api/whoami", "guest:guest");

        string text = await GetAsync(broker, "metrics"),
            sources = await GetAsync(broker, "metrics/detailed?family=auth_attempt_detailed_metrics");
        foreach (var (count, ofAmqp, ofHttp) in new[] { ("", 1, 3), ("_succeeded", 1, 1), ("_failed", 0, 2) })
        {
            Assert.That(
                Lines(text),
                Does.Contain($"rabbitmq_auth_attempts{count}_total{{protocol=\"amqp091\"}} {ofAmqp}")
                    .And.Contain($"rabbitmq_auth_attempts{count}_total{{protocol=\"http\"}} {ofHttp}"));
            Assert.That(Lines(sources), Does.Contain(
                $"rabbitmq_detailed_auth_attempts_detailed{count}_total{{remote_address=\"127.0.0.1\","
                    + $"username=\"guest\",protocol=\"http\"}} {ofHttp}"));
        }
        Assert.That(
            await GetAsync(broker, "metrics/detailed?family=auth_attempt_detailed_metrics"),
            Does.Contain(
                "rabbitmq_detailed_auth_attempts_detailed_total{remote_address=\"127.0.0.1\",username=\"guest\",protocol=\"amqp091\"} 1"));
        string address = $"api/auth/attempts/rabbit@{Environment.MachineName}";
        using var shown = JsonDocument.Parse(
            await (await SendAsync(broker.ManagementPort, $"{address}/source", "guest:guest")).Content.ReadAsStringAsync());
        Assert.That(shown.RootElement.EnumerateArray().Select(source => source.GetRawText()), Is.EquivalentTo(new[]
        {
            """{"remote_address":"127.0.0.1","username":"guest","auth_attempts":1,"auth_attempts_failed":0,"auth_attempts_succeeded":1,"protocol":"amqp091"}""",
            """{"remote_address":"127.0.0.1","username":"guest","auth_attempts":4,"auth_attempts_failed":2,"auth_attempts_succeeded":2,"protocol":"http"}""",
        }));

        await SendAsync(broker.ManagementPort, $"{address}/source", "guest:guest", HttpMethod.Delete);
        Assert.That(Lines(await GetAsync(broker, "metrics/detailed?family=auth_attempt_detailed_metrics")), Has.None.Contains("username"));
        Assert.That(Lines(await GetAsync(broker, "metrics")), Has.Member("rabbitmq_auth_attempts_failed_total{protocol=\"http\"} 2"));

        await SendAsync(broker.ManagementPort, "api/whoami", "guest:guest");
        await SendAsync(broker.ManagementPort, address, "guest:guest", HttpMethod.Delete);
        Assert.That(Lines(await GetAsync(broker, "metrics/detailed?family=auth_attempt_detailed_metrics")), Has.Some.Contains("username"));
        Assert.That(Lines(await GetAsync(broker, "metrics")), Has.None.Contains("auth_attempts"));
    }

    /// <summary>
    /// Declares two queues, and publishes seven messages to one of them: five of 100 and two of 10,000 octets. Two messages are transient,
    /// and one stays unacknowledged.
    /// </summary>
    private static async Task FillAsync(IChannel channel)
    {
        await channel.QueueDeclareAsync("q", durable: true, false, false);
        await channel.QueueDeclareAsync("empty", durable: true, false, false);
        foreach (var (isPersistent, size) in new[]
        {
            (true, 100), (true, 100), (true, 100), (false, 100), (false, 100), (true, 10_000), (true, 10_000)
        })
        {
            var properties = new BasicProperties { Persistent = isPersistent, Timestamp = new AmqpTimestamp(1_700_000_000) };
            await channel.BasicPublishAsync("", "q", mandatory: false, properties, new byte[size]);
        }
        await channel.BasicGetAsync("q", autoAck: false);
    }

    private static string Classic(string name) =>
        $"rabbitmq_global_messages_{name}{{protocol=\"amqp091\",queue_type=\"rabbit_classic_queue\"}}";

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    private static double Value(string text, string sample) => double.Parse(
        Lines(text).Single(line => line.StartsWith(sample + " ", StringComparison.Ordinal))[(sample.Length + 1)..],
        CultureInfo.InvariantCulture);

    [Test]
    public async Task Limits_are_those_in_force()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await SetLimitAsync(broker, "memory-high-watermark", 123_456_789);
        await SetLimitAsync(broker, "disk-free-limit", 1_234_567);

        string text = await GetAsync(broker, "metrics");

        Assert.That(Value(text, "rabbitmq_resident_memory_limit_bytes"), Is.EqualTo(123_456_789));
        Assert.That(Value(text, "rabbitmq_disk_space_available_limit_bytes"), Is.EqualTo(1_234_567));
    }

    private static async Task SetLimitAsync(BrokerInProcess broker, string setting, long bytes)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        var answer = await http.PutAsJsonAsync(
            $"http://127.0.0.1:{broker.ManagementPort}/api/settings/{setting}", new { absolute = bytes });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
    }

    private static async Task<string> GetAsync(BrokerInProcess broker, string path)
    {
        var answer = await SendAsync(broker.MetricsPort, path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(int port, string path, string? login = null, HttpMethod? method = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, $"http://127.0.0.1:{port}/{path}");
        if (login is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        return await http.SendAsync(request);
    }

    [GeneratedRegex("""^[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? (NaN|-?[0-9.E+-]+)$""")]
    private static partial Regex SampleLine();
}
