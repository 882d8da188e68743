using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using BasicProperties = Amqp.Protocol.BasicProperties;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>Jobs that move and copy messages: <c>/api/queues/V/Q/messages/move</c> and <c>copy</c>, and <c>/api/jobs</c>.</summary>
public class MoveTests : ApiTests
{
    private static readonly BasicProperties _allProperties = new()
    {
        ContentType = "text/plain",
        ContentEncoding = "utf-8",
        Headers = new FieldTable(
        [
            new("text", FieldValue.FromString("a")),
            new("int", FieldValue.FromInt32(7)),
            new("short", FieldValue.FromInteger(FieldType.Int16, -7)),
            new("list", FieldValue.FromArray([FieldValue.FromBoolean(true), FieldValue.Void, FieldValue.FromTimestamp(5)])),
            new("table", FieldValue.FromTable(new FieldTable([new("x", FieldValue.FromBytes([0, 255]))]))),
        ]),
        DeliveryMode = 2,
        Priority = 3,
        CorrelationId = "c",
        ReplyTo = "r",
        Expiration = "86400000",
        MessageId = "m",
        Timestamp = 1_700_000_000,
        Type = "t",
        AppId = "a",
        ClusterId = "k",
    };

    private string _host = "";
    private RawChannel _channel = null!;

    [SetUp]
    public async Task MakeQueues()
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore("RabbitMQ does not have these resources.");
        _host = await NewVirtualHostAsync();
        _channel = await OpenChannelAsync(_host);
        await _channel.DeclareQueueAsync("from", durable: true);
        await _channel.DeclareQueueAsync("to", durable: true);
    }

    [Test]
    public async Task A_move_keeps_the_order_and_every_property_and_leaves_nothing()
    {
        await _channel.BindQueueAsync("from", "amq.fanout");
        for (int i = 0; i < 1_000; i++)
            await _channel.PublishAsync("amq.fanout", $"key{i}", $"{i}", _allProperties);
        await _channel.ExpectQuietAsync();

        var job = await DoneAsync(await StartAsync("move", new { destination_queue = "to" }));

        Assert.That(Counts(job), Is.EqualTo((1_000, 1_000, 1_000, 1_000, 0)));
        await _channel.ExpectEmptyAsync("from");
        for (int i = 0; i < 1_000; i++)
        {
            var moved = await _channel.GetAsync("to");
            Assert.That(
                (moved.Text, moved.Method.Exchange, moved.Method.RoutingKey, moved.Method.Redelivered),
                Is.EqualTo(($"{i}", "amq.fanout", $"key{i}", false)));
            Assert.That(moved.Content.Decoded, Is.EqualTo(_allProperties));
        }
        await _channel.ExpectEmptyAsync("to");
    }

    [Test]
    public async Task A_move_goes_by_priority_and_the_target_sorts_by_priority()
    {
        var arguments = new FieldTable([new("x-max-priority", FieldValue.FromInt32(5))]);
        await _channel.DeclareQueueAsync("p", durable: true, arguments: arguments);
        await _channel.DeclareQueueAsync("p2", durable: true, arguments: arguments);
        foreach (byte priority in new byte[] { 1, 5, 3, 5, 1 })
            await _channel.PublishAsync("", "p", $"{priority}", new() { Priority = priority });
        await _channel.ExpectQuietAsync();

        await DoneAsync(await StartAsync("copy", new { destination_queue = "p2" }, "p"));
        await DoneAsync(await StartAsync("move", new { destination_queue = "to" }, "p"));

        Assert.That(await TextsAsync("to"), Is.EqualTo(["5", "5", "3", "1", "1"]));
        Assert.That(await TextsAsync("p2"), Is.EqualTo(["5", "5", "3", "1", "1"]));
    }

    [Test]
    public async Task A_filter_leaves_other_messages_in_their_places_as_if_they_were_never_looked_at()
    {
        for (int i = 0; i < 1_000; i++)
            await _channel.PublishAsync("", "from", $"{i}", new() { Type = i % 3 == 0 ? "odd" : "even", DeliveryMode = 2 });
        await _channel.ExpectQuietAsync();

        var job = await DoneAsync(await StartAsync("move", new { destination_queue = "to", filter = new[] { "type=odd" } }));

        Assert.That(Counts(job), Is.EqualTo((1_000, 1_000, 334, 334, 0)));
        for (int i = 0; i < 1_000; i++)
        {
            var message = await _channel.GetAsync(i % 3 == 0 ? "to" : "from");
            Assert.That((message.Text, message.Method.Redelivered), Is.EqualTo(($"{i}", false)));
        }
    }

    [Test]
    public async Task A_filter_changes_no_delivery_count_of_a_quorum_queue()
    {
        await PutAsync($"/queues/{_host}/quorum", """{"durable":true,"arguments":{"x-queue-type":"quorum"}}""");
        await _channel.PublishAsync("", "quorum", "returned");
        await _channel.PublishAsync("", "quorum", "fresh");
        await _channel.PublishAsync("", "quorum", "wanted");
        var returned = await _channel.GetAsync("quorum", noAck: false);
        await _channel.SendAsync(new BasicReject(returned.Method.DeliveryTag, true));
        await _channel.ExpectQuietAsync();

        await DoneAsync(await StartAsync("move", new { destination_queue = "to", filter = new[] { "body=wanted" } }, "quorum"));

        var left = new List<string>();
        for (int i = 0; i < 2; i++)
        {
            var message = await _channel.GetAsync("quorum");
            left.Add($"{message.Text} {message.Content.Decoded.Headers!["x-delivery-count"]} {message.Method.Redelivered}");
        }
        Assert.That(left, Is.EquivalentTo(new[] { "fresh 0 False", "returned 1 True" }));
        Assert.That(await TextsAsync("to"), Is.EqualTo(["wanted"]));
    }

    [TestCase("key=a.b", "ab")]
    [TestCase("key=a.*", "ab,ac")]
    [TestCase("key!=a.*", "other")]
    [TestCase("key~^a\\.", "ab,ac")]
    [TestCase("key!~b", "ac,other")]
    [TestCase("exchange=", "ab,ac,other")]
    [TestCase("exchange=x", "")]
    [TestCase("body=*t*", "other")]
    [TestCase("body~^.{2}$", "ab,ac")]
    [TestCase("header.n=7", "ab")]
    [TestCase("header.n=true", "ac")]
    [TestCase("header.n!=7", "ac,other")]
    [TestCase("header.missing~.*", "")]
    [TestCase("message_id=id*1", "ab")]
    [TestCase("message_id=id1|key=a.b", "ab")]
    [TestCase("message_id=id1|key=a.c", "")]
    public async Task A_condition_selects_messages(string conditions, string expected)
    {
        await PublishAsync("ab", "a.b", new() { MessageId = "id1", Headers = Header("n", FieldValue.FromInt32(7)) });
        await PublishAsync("ac", "a.c", new() { MessageId = "id2", Headers = Header("n", FieldValue.FromBoolean(true)) });
        await PublishAsync("other", "d", new());

        await DoneAsync(await StartAsync("move", new { destination_queue = "to", filter = conditions.Split('|') }));

        Assert.That(string.Join(',', await TextsAsync("to")), Is.EqualTo(expected));

        async Task PublishAsync(string text, string key, BasicProperties properties)
        {
            // the default exchange would route by the key, so another queue takes the message first, and a copy brings it to "from"
            await _channel.DeclareQueueAsync(key, durable: true);
            await _channel.PublishAsync("", key, text, properties);
            await _channel.ExpectQuietAsync();
            await DoneAsync(await StartAsync("move", new { destination_queue = "from" }, key));
        }
    }

    [Test]
    public async Task A_limit_ends_the_job_after_this_many_messages()
    {
        await FillAsync("from", 700);

        var job = await DoneAsync(await StartAsync("move", new { destination_queue = "to", limit = 300 }));

        Assert.That((Number(job, "messages_done"), await CountAsync("from"), await CountAsync("to")), Is.EqualTo((300, 400, 300)));
        Assert.That((await _channel.GetAsync("from")).Text, Is.EqualTo("300"));
    }

    [Test]
    public async Task A_dry_run_counts_and_changes_nothing()
    {
        await FillAsync("from", 700);

        var job = await DoneAsync(await StartAsync("move", new { destination_queue = "to", filter = new[] { "body=1*" }, dry_run = true }));

        Assert.That(Counts(job), Is.EqualTo((700, 700, 111, 111, 0)));
        Assert.That((await CountAsync("from"), await CountAsync("to")), Is.EqualTo((700, 0)));
        Assert.That((await _channel.GetAsync("from")).Method.Redelivered, Is.False);
    }

    [Test]
    public async Task A_copy_leaves_the_source_as_it_is()
    {
        await FillAsync("from", 700);

        await DoneAsync(await StartAsync("copy", new { destination_queue = "to" }));

        string[] texts = await TextsAsync("to");
        Assert.That(texts, Has.Length.EqualTo(700));
        Assert.That(await TextsAsync("from"), Is.EqualTo(texts));
    }

    [Test]
    public async Task A_move_to_an_exchange_publishes_and_leaves_what_no_binding_takes()
    {
        await _channel.BindQueueAsync("to", "amq.topic", "eu.*");
        await _channel.BindQueueAsync("from", "amq.fanout");
        await _channel.PublishAsync("amq.fanout", "eu.1", "eu");
        await _channel.PublishAsync("amq.fanout", "us.1", "us");
        await _channel.ExpectQuietAsync();

        var job = await DoneAsync(await StartAsync("move", new { destination_exchange = "amq.topic" }));

        Assert.That(Counts(job), Is.EqualTo((2, 2, 2, 1, 1)));
        Assert.That(
            job.GetProperty("skipped").GetRawText(), Is.EqualTo("""{"no queue for it: no binding of exchange 'amq.topic' matches":1}"""));
        var moved = await _channel.GetAsync("to");
        Assert.That((moved.Text, moved.Method.Exchange, moved.Method.RoutingKey), Is.EqualTo(("eu", "amq.topic", "eu.1")));
        var left = await _channel.GetAsync("from");
        Assert.That((left.Text, left.Method.Redelivered), Is.EqualTo(("us", false)));
    }

    [Test]
    public async Task A_routing_key_replaces_the_keys_of_the_messages()
    {
        await FillAsync("from", 3);

        await DoneAsync(await StartAsync("move", new { destination_exchange = "amq.default", routing_key = "to" }));

        Assert.That(await TextsAsync("to"), Is.EqualTo(["0", "1", "2"]));
    }

    [Test]
    public async Task A_move_that_leads_back_to_its_source_ends_with_the_messages_that_were_there()
    {
        await FillAsync("from", 700);
        await _channel.BindQueueAsync("from", "amq.fanout");

        var job = await DoneAsync(await StartAsync("move", new { destination_exchange = "amq.fanout" }));

        Assert.That(Counts(job), Is.EqualTo((700, 700, 700, 700, 0)));
        Assert.That(await TextsAsync("from"), Is.EqualTo(Enumerable.Range(0, 700).Select(i => $"{i}")));
    }

    [TestCase("reject-publish")]
    [TestCase("reject-publish-dlx")]
    public async Task A_full_target_ends_the_job_and_the_rest_stays_in_its_place(string overflow)
    {
        await FillAsync("from", 700);
        await _channel.DeclareQueueAsync("dead", durable: true);
        await _channel.DeclareQueueAsync("small", durable: true, arguments: new FieldTable(
        [
            new("x-max-length", FieldValue.FromInt32(5)),
            new("x-overflow", FieldValue.FromString(overflow)),
            new("x-dead-letter-exchange", FieldValue.FromString("")),
            new("x-dead-letter-routing-key", FieldValue.FromString("dead")),
        ]));

        var job = await EndedAsync(await StartAsync("move", new { destination_queue = "small" }));

        Assert.That(
            (Text(job, "state"), Text(job, "reason")),
            Is.EqualTo(("failed", "queue 'small' refuses messages: a queue is full, or has crashed")));
        Assert.That(await TextsAsync("small"), Is.EqualTo(["0", "1", "2", "3", "4"]));
        Assert.That(await CountAsync("dead"), Is.Zero, "the source keeps the messages that the target refuses");
        var next = await _channel.GetAsync("from");
        Assert.That((next.Text, next.Method.Redelivered), Is.EqualTo(("5", false)));
        Assert.That(await TextsAsync("from"), Is.EqualTo(Enumerable.Range(6, 694).Select(i => $"{i}")));
    }

    [Test]
    public async Task A_consumer_of_the_source_and_a_move_share_the_messages()
    {
        const int Count = 20_000;
        await FillAsync("from", Count);
        var consumed = new ConcurrentBag<string>();
        var factory = new ConnectionFactory { Uri = await BrokerTarget.UriAsync, VirtualHost = _host };
        await using (var connection = await factory.CreateConnectionAsync())
        {
            await using var channel = await connection.CreateChannelAsync();
            await channel.BasicQosAsync(0, 50, false);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                consumed.Add(Encoding.UTF8.GetString(delivery.Body.Span));
                await channel.BasicAckAsync(delivery.DeliveryTag, false);
            };
            await channel.BasicConsumeAsync("from", autoAck: false, consumer);
            await Eventually.Holds(() => consumed.Count > 100, () => "nothing is consumed");

            await DoneAsync(await StartAsync("move", new { destination_queue = "to" }));
            await Eventually.Holds(
                async () => consumed.Count + await CountAsync("to") == Count, () => $"{consumed.Count} messages were consumed");
        }

        string[] all = [.. consumed, .. await TextsAsync("from"), .. await TextsAsync("to")];
        Assert.That(all, Has.Length.EqualTo(Count));
        Assert.That(all, Is.EquivalentTo(Enumerable.Range(0, Count).Select(i => $"{i}")));
    }

    [TestCase("""{}""", "one of the fields destination_queue and destination_exchange is required")]
    [TestCase(
        """{"destination_queue":"to","destination_exchange":"x"}""",
        "one of the fields destination_queue and destination_exchange is required")]
    [TestCase("""{"destination_queue":"to","routing_key":"x"}""", "routing_key is only for a destination_exchange")]
    [TestCase("""{"destination_queue":"from"}""", "queue 'from' is both the source and the destination")]
    [TestCase("""{"destination_queue":7}""", "not_string 7")]
    [TestCase("""{"destination_queue":"to","limit":0}""", "limit is not a positive number")]
    [TestCase("""{"destination_queue":"to","limit":"x"}""", "not_integer x")]
    [TestCase("""{"destination_queue":"to","dry_run":"perhaps"}""", "not_boolean perhaps")]
    [TestCase("""{"destination_queue":"to","filter":"key=a"}""", "filter is not an array of strings")]
    [TestCase("""{"destination_queue":"to","filter":["key"]}""", "filter: the condition 'key' is not valid; expected FIELD=TEXT, FIELD!=TEXT, FIELD~REGEX or FIELD!~REGEX")]
    [TestCase("""{"destination_queue":"to","filter":["key~(?=x)"]}""", "filter: the condition 'key~(?=x)' is not valid: lookarounds, backreferences and atomic groups are not supported")]
    public async Task A_request_that_cannot_be_is_refused(string body, string reason)
    {
        var answer = await PostAsync($"/queues/{_host}/from/messages/move", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [TestCase("""{"destination_queue":"to","dryrun":true}""", "unknown field 'dryrun'")]
    [TestCase("""{"destination_queue":"to","filter":["key~("]}""", "filter: the condition 'key~(' is not valid: ")]
    [TestCase("""{"destination_queue":"to","filter":["color=red"]}""", "filter: the condition 'color=red' is not valid: no message has a field 'color'")]
    public async Task A_mistake_is_named(string body, string start)
    {
        var answer = await PostAsync($"/queues/{_host}/from/messages/move", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, answer.Reason)));
        Assert.That(answer.Reason, Does.StartWith(start));
    }

    [TestCase("none", """{"destination_queue":"to"}""")]
    [TestCase("from", """{"destination_queue":"none"}""")]
    [TestCase("from", """{"destination_exchange":"none"}""")]
    public async Task A_missing_queue_or_exchange_is_named(string source, string body)
    {
        var answer = await PostAsync($"/queues/{_host}/{source}/messages/move", body);

        Assert.That(answer.Code, Is.EqualTo(404));
        Assert.That(answer.Reason, Does.Contain("'none'"));
    }

    [TestCase("from", "amq.default", 202)]
    [TestCase("", "amq.default", 401)]
    [TestCase("from", "", 401)]
    public async Task A_user_needs_to_read_the_source_and_to_write_to_the_default_exchange(string read, string write, int status)
    {
        string user = await NewUserAsync("management");
        await PutAsync($"/permissions/{_host}/{user}", new { configure = "", read = $"^{read}$", write = $"^{write}$" });

        var answer = await PostAsync($"/queues/{_host}/from/messages/move", new { destination_queue = "to" }, $"{user}:secret");

        Assert.That(answer.Code, Is.EqualTo(status));
    }

    [TestCase("amq.topic", 202)]
    [TestCase("amq.default", 401)]
    public async Task A_user_needs_to_write_to_the_exchange(string write, int status)
    {
        string user = await NewUserAsync("management");
        await PutAsync($"/permissions/{_host}/{user}", new { configure = "", read = ".*", write });

        var answer = await PostAsync(
            $"/queues/{_host}/from/messages/move", new { destination_exchange = "amq.topic" }, $"{user}:secret");

        Assert.That(answer.Code, Is.EqualTo(status));
    }

    [Test]
    public async Task Jobs_are_listed_for_users_of_their_virtual_host_and_others_may_not_cancel_them()
    {
        long id = await StartAsync("move", new { destination_queue = "to" });
        string guest = await NewUserAsync("management", _host), stranger = await NewUserAsync("management");

        Assert.That(Ids(await GetAsync("/jobs")), Does.Contain(id));
        Assert.That(Ids(await GetAsync("/jobs", $"{guest}:secret")), Does.Contain(id));
        Assert.That(Ids(await GetAsync("/jobs", $"{stranger}:secret")), Does.Not.Contain(id));
        Assert.That((await GetAsync($"/jobs/{id}", $"{stranger}:secret")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/jobs/{id}", $"{guest}:secret")).Code, Is.EqualTo(401));
        Assert.That((await DeleteAsync($"/jobs/{id}", $"{stranger}:secret")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/jobs/{id}")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync("/jobs/x")).Code, Is.EqualTo(404));
        var job = (await GetAsync($"/jobs/{id}")).Json;
        Assert.That(
            new[] { Text(job, "kind"), Text(job, "vhost"), Text(job, "user"), Text(job, "source"), Text(job, "destination") },
            Is.EqualTo(new[] { "move", _host, "guest", "from", "queue 'to'" }));
    }

    private static FieldTable Header(string name, FieldValue value) => new([new(name, value)]);

    private static IEnumerable<long> Ids(ApiAnswer jobs) => jobs.Json.EnumerateArray().Select(job => job.GetProperty("id").GetInt64());

    private static string? Text(JsonElement job, string field) => job.GetProperty(field).GetString();

    private static long Number(JsonElement job, string field) => job.GetProperty(field).GetInt64();

    private static (long Total, long Looked, long Matched, long Done, long Skipped) Counts(JsonElement job) => (
        Number(job, "messages_total"), Number(job, "messages_looked_at"), Number(job, "messages_matched"), Number(job, "messages_done"),
        Number(job, "messages_skipped"));

    private async Task<long> StartAsync(string verb, object body, string queue = "from")
    {
        var answer = await PostAsync($"/queues/{_host}/{queue}/messages/{verb}", body);
        Assert.That(answer.Code, Is.EqualTo(202), answer.Body);
        return Number(answer.Json, "id");
    }

    private static async Task<JsonElement> EndedAsync(long id)
    {
        JsonElement job = default;
        await Eventually.Holds(
            async () => Text(job = (await GetAsync($"/jobs/{id}")).Json, "state") != "running", () => $"job {id} does not end");
        return job;
    }

    private static async Task<JsonElement> DoneAsync(long id)
    {
        var job = await EndedAsync(id);
        Assert.That(Text(job, "state"), Is.EqualTo("completed"), job.GetRawText());
        return job;
    }

    private async Task FillAsync(string queue, int count)
    {
        for (int i = 0; i < count; i++)
            await _channel.PublishAsync("", queue, $"{i}", new() { DeliveryMode = 2 });
        await _channel.ExpectQuietAsync();
    }

    private async Task<long> CountAsync(string queue) => (await _channel.LookUpQueueAsync(queue)).MessageCount;

    private async Task<string[]> TextsAsync(string queue)
    {
        var texts = new List<string>();
        for (long left = await CountAsync(queue); left > 0; left--)
            texts.Add((await _channel.GetAsync(queue)).Text);
        await _channel.ExpectEmptyAsync(queue);
        return [.. texts];
    }
}
