using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The counts that the HTTP API shows match what the test has done. RabbitMQ shows a changed count some seconds later.</summary>
public class StatisticsApiTests : ApiTests
{
    [Test]
    public async Task A_queue_counts_what_is_published_got_and_acknowledged()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        for (int i = 0; i < 4; i++)
            await channel.PublishAsync("", "q", "0123456789");
        await channel.GetAsync("q", noAck: true);
        var got = await channel.GetAsync("q", noAck: false);
        await channel.SendAsync(new BasicNack(got.Method.DeliveryTag, false, Requeue: true));
        got = await channel.GetAsync("q", noAck: false);
        await channel.SendAsync(new BasicAck(got.Method.DeliveryTag, false));
        got = await channel.GetAsync("q", noAck: false);
        await channel.SendAsync(new BasicReject(got.Method.DeliveryTag, Requeue: false));

        await ExpectStatisticsAsync(
            $"/queues/{host}/q", ("publish", 4), ("get", 3), ("get_no_ack", 1), ("deliver", 0), ("deliver_get", 4), ("ack", 1),
            ("redeliver", 1));
    }

    [Test]
    public async Task A_channel_counts_deliveries_to_consumers_by_the_way_they_are_acknowledged()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("acknowledged");
        await channel.DeclareQueueAsync("not");
        for (int i = 0; i < 3; i++)
        {
            await channel.PublishAsync("", "acknowledged");
            await channel.PublishAsync("", "not");
        }
        await channel.ConsumeAsync("acknowledged");
        for (int i = 0; i < 3; i++)
            await channel.ExpectDeliveryAsync();
        await channel.SendAsync(new BasicAck(2, Multiple: true));
        await channel.ConsumeAsync("not", noAck: true);
        for (int i = 0; i < 3; i++)
            await channel.ExpectDeliveryAsync();

        await ExpectStatisticsAsync(
            $"/vhosts/{host}/channels", ("publish", 6), ("deliver", 3), ("deliver_no_ack", 3), ("ack", 2), ("redeliver", 0));
    }

    [Test]
    public async Task A_channel_counts_confirms_and_returns()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync(new BasicPublish("", "nowhere", Mandatory: true, Immediate: false), [0, 0], []);
        await channel.ExpectAsync<BasicReturn>();
        await channel.ExpectContentAsync();
        await channel.ExpectAsync<BasicAck>();

        await ExpectStatisticsAsync($"/vhosts/{host}/channels", ("publish", 1), ("confirm", 1), ("return_unroutable", 1));
    }

    [Test]
    public async Task An_exchange_counts_messages_in_and_messages_out()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareExchangeAsync("x", "fanout");
        foreach (string queue in new[] { "a", "b" })
        {
            await channel.DeclareQueueAsync(queue);
            await channel.BindQueueAsync(queue, "x");
        }
        for (int i = 0; i < 5; i++)
            await channel.PublishAsync("x", "");

        await ExpectStatisticsAsync($"/exchanges/{host}/x", ("publish_in", 5), ("publish_out", 10));
        Assert.That((await GetAsync($"/exchanges/{host}/amq.fanout")).Json.TryGetProperty("message_stats", out _), Is.False);
    }

    [Test]
    public async Task Counts_of_closed_channels_stay_with_their_virtual_host()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q");
        await channel.GetAsync("q");
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await ExpectStatisticsAsync($"/vhosts/{host}", ("publish", 1), ("get_no_ack", 1));
    }

    [Test]
    public async Task A_transaction_counts_once_it_is_committed()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await channel.PublishAsync("", "q");
        await channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        await channel.PublishAsync("", "q");
        await channel.CallAsync<TxRollback, TxRollbackOk>(new TxRollback());

        await ExpectStatisticsAsync($"/queues/{host}/q", ("publish", 1));
    }

    [Test]
    public async Task A_connection_counts_every_octet()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.ExpectQuietAsync();
        long before = await OctetsAsync(host);

        // ExpectQuietAsync sends channel.flow and receives the answer: one frame of 13 octets in each direction
        await channel.ExpectQuietAsync();

        Assert.That(await OctetsAsync(host) - before, Is.EqualTo(13));
    }

    [Test]
    public async Task Samples_come_for_the_range_that_is_asked_for()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q");
        await ExpectStatisticsAsync($"/queues/{host}/q", ("publish", 1));

        JsonElement queue = default;
        await Eventually.Holds( // in RabbitMQ the counts of queue and channel are updated at different times
            async () => (queue = (await GetAsync($"/queues/{host}/q?lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5")).Json)
                .TryGetProperty("messages_details", out _)
                && queue.TryGetProperty("message_stats", out _),
            () => $"{queue}");

        foreach (var details in new[]
        {
            queue.GetProperty("messages_details"),
            queue.GetProperty("message_stats").GetProperty("publish_details")
        })
        {
            Assert.That(
                details.EnumerateObject().Select(field => field.Name),
                Is.EquivalentTo(new[] { "rate", "samples", "avg_rate", "avg" }));
            var times = details.GetProperty("samples")
                .EnumerateArray()
                .Select(sample => sample.GetProperty("timestamp").GetInt64())
                .ToList();
            Assert.That(times, Has.Count.EqualTo(13));
            Assert.That(times.Zip(times.Skip(1), (later, earlier) => later - earlier), Is.All.EqualTo(5_000));
        }
    }

    /// <summary>
    /// Each kind of samples has a request parameter, such as <c>lengths_age</c>. A response contains only the samples that are requested.
    /// </summary>
    [Test]
    public async Task Each_kind_of_samples_is_asked_for_by_its_own_name()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q");
        await channel.ExpectQuietAsync();
        string connection = Uri.EscapeDataString((await GetAsync($"/vhosts/{host}/connections")).Column("name").Single()!);
        string[] published = ["publish", "confirm", "return_unroutable", "drop_unroutable"],
            depth = ["messages", "messages_ready", "messages_unacknowledged"],
            traffic = ["recv_oct", "send_oct"];
        string[] churn =
        [
            "connection_created", "connection_closed", "channel_created", "channel_closed", "queue_declared", "queue_created",
            "queue_deleted"
        ];
        string[] node = ["mem_used", "fd_used", "sockets_used", "proc_used", "disk_free", "gc_num"];
        (string Path, string Kind, string[] Fields)[] rows =
        [
            ($"/queues/{host}/q", "lengths", depth),
            ($"/queues/{host}/q", "msg_rates", ["publish"]),
            ($"/queues/{host}/q", "data_rates", []),
            ($"/queues/{host}/q", "node_stats", []),
            ($"/vhosts/{host}", "lengths", depth),
            ($"/vhosts/{host}", "msg_rates", published),
            ($"/vhosts/{host}", "data_rates", traffic),
            ($"/vhosts/{host}", "node_stats", []),
            ($"/exchanges/{host}/amq.default", "msg_rates", ["publish_in", "publish_out"]),
            ($"/exchanges/{host}/amq.default", "lengths", []),
            ($"/exchanges/{host}/amq.default", "data_rates", []),
            ($"/connections/{connection}", "data_rates", traffic),
            ($"/connections/{connection}", "msg_rates", []),
            ($"/connections/{connection}", "lengths", []),
            ($"/channels/{connection}%20(1)", "msg_rates", published),
            ($"/channels/{connection}%20(1)", "data_rates", []),
            ($"/channels/{connection}%20(1)", "lengths", []),
            ("/overview?columns=queue_totals,churn_rates&", "lengths", depth),
            ("/overview?columns=queue_totals,churn_rates&", "msg_rates", churn),
            ("/overview", "data_rates", []),
            ("/overview", "node_stats", []),
            ("/nodes", "node_stats", [.. node, .. churn]),
            ("/nodes", "msg_rates", []),
            ("/nodes", "data_rates", []),
        ];

        foreach (var (path, kind, fields) in rows)
        {
            var answer = (await GetAsync($"{path}{(path.EndsWith('&') ? "" : "?")}{kind}_age=60&{kind}_incr=60")).Json;
            Assert.That(WithSamples(answer), Is.EquivalentTo(fields.Select(field => $"{field}_details")), $"{path} {kind}");
        }

        static IEnumerable<string> WithSamples(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.Array => json.EnumerateArray().SelectMany(WithSamples),
            JsonValueKind.Object => json.EnumerateObject().SelectMany(field =>
                field.Value.ValueKind == JsonValueKind.Object && field.Value.TryGetProperty("samples", out _)
                    ? [field.Name]
                    : WithSamples(field.Value)),
            _ => [],
        };
    }

    [Test]
    public async Task Without_statistics_a_queue_has_its_declaration_only()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        string[] declaration = ["arguments", "auto_delete", "durable", "exclusive", "name", "node", "state", "type", "vhost"];

        var bare = (await GetAsync($"/queues/{host}?disable_stats=true")).Json[0];
        var withTotals = (await GetAsync($"/queues/{host}?disable_stats=true&enable_queue_totals=true")).Json[0];

        Assert.That(bare.EnumerateObject().Select(field => field.Name), Is.EquivalentTo(declaration));
        Assert.That(
            withTotals.EnumerateObject().Select(field => field.Name),
            Is.EquivalentTo(declaration.Concat(["messages", "messages_ready", "messages_unacknowledged"])));
    }

    [Test]
    public async Task The_age_of_the_message_in_front_is_shown()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        Assert.That(
            (await GetAsync($"/queues/{host}/q")).Json.GetProperty("head_message_timestamp").ValueKind,
            Is.EqualTo(JsonValueKind.Null));

        await channel.PublishAsync(
            new BasicPublish("", "q", false, false), Encoded.Properties(new BasicProperties { Timestamp = 1_700_000_000 }), []);
        await channel.ExpectQuietAsync();

        Assert.That((await GetAsync($"/queues/{host}/q")).Json.GetProperty("head_message_timestamp").GetInt64(), Is.EqualTo(1_700_000_000));
        Assert.That(
            (await GetAsync($"/queues/{host}")).Json[0].GetProperty("head_message_timestamp").GetInt64(),
            Is.EqualTo(1_700_000_000));
    }

    [Test]
    public async Task Logins_are_counted_by_protocol()
    {
        string node = (await GetAsync("/overview")).Json.GetProperty("node").GetString()!;
        await GetAsync("/overview", "guest:wrong");

        var counts = (await GetAsync($"/auth/attempts/{node}")).Json
            .EnumerateArray()
            .Single(entry => entry.GetProperty("protocol").GetString() == "http");

        Assert.That(counts.GetProperty("auth_attempts_failed").GetInt64(), Is.GreaterThan(0));
        Assert.That(
            counts.GetProperty("auth_attempts").GetInt64(),
            Is.EqualTo(counts.GetProperty("auth_attempts_failed").GetInt64() + counts.GetProperty("auth_attempts_succeeded").GetInt64()));
    }

    [Test]
    public async Task A_hash_of_a_password_lets_its_user_in()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has this since 4.1.");
        string user = NewName("u");
        string hash = (await GetAsync("/auth/hash_password/a%2Fb")).Json.GetProperty("ok").GetString()!;
        await PutAsync($"/users/{user}", new { password_hash = hash, tags = "management" });

        Assert.That((await GetAsync("/whoami", $"{user}:a/b")).Code, Is.EqualTo(200));

        await DeleteAsync($"/users/{user}");
    }

    private static async Task<long> OctetsAsync(string host) =>
        (await GetAsync($"/vhosts/{host}/connections")).Json.EnumerateArray().Single().GetProperty("recv_oct").GetInt64();

    /// <summary>Waits until a response shows these counts. The response is an object, or a list with a single object.</summary>
    private static async Task ExpectStatisticsAsync(string path, params (string Name, long Value)[] expected)
    {
        string shown = "";
        await Eventually.Holds(
            async () =>
            {
                var answer = (await GetAsync(path)).Json;
                var item = answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().FirstOrDefault() : answer;
                if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("message_stats", out var statistics))
                    return false;
                shown = statistics.GetRawText();
                return expected.All(count => statistics.TryGetProperty(count.Name, out var value) && value.GetInt64() == count.Value);
            },
            () => $"{path} shows {shown}");
    }
}
