using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class QueueApiTests : ApiTests
{
    [Test]
    public async Task A_queue_is_declared_declared_again_and_deleted()
    {
        string path = $"/queues/{await NewVirtualHostAsync()}/a%2Fb%20%C3%A4";

        Assert.That((await PutAsync(path, """{"durable":true,"arguments":{"x-message-ttl":60000}}""")).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, """{"durable":true,"arguments":{"x-message-ttl":60000}}""")).Code, Is.EqualTo(204));
        var queue = (await GetAsync(path)).Json;
        Assert.That(
            new object?[]
            {
                queue.GetProperty("name").GetString(),
                queue.GetProperty("durable").GetBoolean(),
                queue.GetProperty("type").GetString(),
                queue.GetProperty("arguments").GetRawText()
            },
            Is.EqualTo(new object?[] { "a/b ä", true, "classic", """{"x-message-ttl":60000}""" }));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }

    [TestCase(
        """{"arguments":{"x-message-ttl":"a"}}""",
        "invalid arg 'x-message-ttl' for queue 'q' in vhost 'V': \"expected integer, got longstr\"")]
    [TestCase("""{"durable":"x"}""", "not_boolean x")]
    [TestCase("{", "not_json")]
    [TestCase("""{"arguments":{"x-queue-type":"quorum"}}""", "invalid property 'non-durable' for queue 'q' in vhost 'V'")]
    public async Task A_queue_that_cannot_be_is_refused(string body, string reason)
    {
        string host = await NewVirtualHostAsync();

        var answer = await PutAsync($"/queues/{host}/q", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason.Replace("'V'", $"'{host}'", StringComparison.Ordinal))));
    }

    [Test]
    public async Task Reserved_names_are_refused()
    {
        var answer = await PutAsync($"/queues/{await NewVirtualHostAsync()}/amq.q", new { });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((401, "Access refused.")));
    }

    [TestCase("reject-publish", """{"routed":false}""")]
    [TestCase("drop-head", """{"routed":true}""")]
    public async Task A_message_that_its_queue_refuses_is_not_routed(string overflow, string expected)
    {
        string host = await NewVirtualHostAsync();
        await PutAsync(
            $"/queues/{host}/q", new { arguments = new Dictionary<string, object> { ["x-max-length"] = 1, ["x-overflow"] = overflow } });
        var message = new { properties = new { }, routing_key = "q", payload = "", payload_encoding = "string" };
        Assert.That((await PostAsync($"/exchanges/{host}/amq.default/publish", message)).Body, Is.EqualTo("""{"routed":true}"""));

        Assert.That((await PostAsync($"/exchanges/{host}/amq.default/publish", message)).Body, Is.EqualTo(expected));
    }

    [Test]
    public async Task Messages_are_published_looked_at_and_taken()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", new { });
        var published = await PostAsync($"/exchanges/{host}/amq.default/publish", """
            {"properties":{"delivery_mode":2,"headers":{"a":1,"b":["x",true]},"message_id":"m"},"routing_key":"q","payload":"hello","payload_encoding":"string"}
            """);
        Assert.That(published.Body, Is.EqualTo("""{"routed":true}"""));

        var look = new { count = 5, ackmode = "ack_requeue_true", encoding = "auto" };
        var seen = (await PostAsync($"/queues/{host}/q/get", look)).Json[0];
        Assert.That(
            new object?[]
            {
                seen.GetProperty("payload").GetString(), seen.GetProperty("payload_bytes").GetInt32(),
                seen.GetProperty("redelivered").GetBoolean(), seen.GetProperty("routing_key").GetString(),
                seen.GetProperty("message_count").GetInt32()
            },
            Is.EqualTo(new object?[] { "hello", 5, false, "q", 0 }));
        var properties = seen.GetProperty("properties");
        Assert.That(properties.GetProperty("headers").GetRawText(), Is.EqualTo("""{"a":1,"b":["x",true]}"""));
        Assert.That(properties.GetProperty("message_id").GetString(), Is.EqualTo("m"));

        var taken = (await PostAsync(
            $"/queues/{host}/q/get", new { count = 5, ackmode = "ack_requeue_false", encoding = "base64", truncate = 3 })).Json[0];
        Assert.That(
            new object?[]
            {
                taken.GetProperty("payload").GetString(),
                taken.GetProperty("payload_encoding").GetString(),
                taken.GetProperty("redelivered").GetBoolean()
            },
            Is.EqualTo(new object?[] { "aGVs", "base64", true }));
        Assert.That((await PostAsync($"/queues/{host}/q/get", look)).Body, Is.EqualTo("[]"));
    }

    [TestCase("ack_requeue_true", 1, 0)]
    [TestCase("reject_requeue_true", 1, 0)]
    [TestCase("ack_requeue_false", 0, 0)]
    [TestCase("reject_requeue_false", 0, 1)]
    public async Task A_message_that_was_got_stays_goes_or_dies(string mode, int stays, int dies)
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", """{"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead"}}""");
        await PutAsync($"/queues/{host}/dead", new { });
        await PostAsync(
            $"/exchanges/{host}/amq.default/publish", """{"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"}""");

        await PostAsync($"/queues/{host}/q/get", new { count = 1, ackmode = mode, encoding = "auto" });

        int[] left = [];
        await Eventually.Holds(
            async () => (left = [.. (await GetAsync($"/queues/{host}?sort=name")).Json
                .EnumerateArray()
                .Select(queue => queue.GetProperty("messages").GetInt32())]) is [var dead, var alive]
                && (dead, alive) == (dies, stays),
            () => $"messages in the two queues: {string.Join(' ', left)}");
    }

    [TestCase(-1, 3)]
    [TestCase(0, 0)]
    [TestCase(2, 2)]
    public async Task As_many_messages_are_got_as_were_asked_for_and_all_for_a_number_below_none(int count, int got)
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        for (int i = 0; i < 3; i++)
            await channel.PublishAsync("", "q", $"{i}");
        await channel.ExpectQuietAsync();

        var messages = (await PostAsync($"/queues/{host}/q/get", new { count, ackmode = "ack_requeue_false", encoding = "auto" })).Json;

        Assert.That(
            messages.EnumerateArray()
                .Select(message => $"{message.GetProperty("payload").GetString()} {message.GetProperty("message_count").GetInt32()}"),
            Is.EqualTo(Enumerable.Range(0, got).Select(i => $"{i} {2 - i}")));
        Assert.That((await channel.LookUpQueueAsync("q")).MessageCount, Is.EqualTo(3 - got));
    }

    [Test]
    public async Task Each_property_of_a_message_goes_and_comes_under_its_own_name()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        var properties = new BasicProperties
        {
            ContentType = "a",
            ContentEncoding = "b",
            DeliveryMode = 2,
            Priority = 3,
            CorrelationId = "c",
            ReplyTo = "d",
            Expiration = "600000",
            MessageId = "e",
            Timestamp = 1_700_000_000,
            Type = "f",
            UserId = "guest",
            AppId = "g",
            ClusterId = "h",
        };
        const string Shown =
            """{"type":"f","message_id":"e","correlation_id":"c","reply_to":"d","expiration":"600000","user_id":"guest","app_id":"g","cluster_id":"h","timestamp":1700000000,"priority":3,"delivery_mode":2,"content_encoding":"b","content_type":"a"}""";

        await PostAsync(
            $"/exchanges/{host}/amq.default/publish",
            $$"""{"properties":{{Shown}},"routing_key":"q","payload":"","payload_encoding":"string"}""");
        Assert.That((await channel.GetAsync("q")).Content.Decoded, Is.EqualTo(properties));

        await channel.PublishAsync("", "q", "", properties);
        await channel.ExpectQuietAsync();
        var got = (await PostAsync($"/queues/{host}/q/get", new { count = 1, ackmode = "ack_requeue_false", encoding = "auto" })).Json[0]
            .GetProperty("properties");
        Assert.That(
            got.EnumerateObject().Select(Field),
            Is.EquivalentTo(JsonDocument.Parse(Shown).RootElement.EnumerateObject().Select(Field)));

        static string Field(JsonProperty field) => $"{field.Name}: {field.Value.GetRawText()}";
    }

    [TestCase("durable")]
    [TestCase("auto_delete")]
    public async Task Each_trait_of_a_queue_is_declared_by_its_own_name(string trait)
    {
        string path = $"/queues/{await NewVirtualHostAsync()}/q";
        Assert.That((await PutAsync(path, $$"""{"{{trait}}":true}""")).Code, Is.EqualTo(201));

        var queue = (await GetAsync(path)).Json;

        Assert.That(
            new[] { "durable", "auto_delete", "exclusive" }.Where(each => queue.GetProperty(each).GetBoolean()),
            Is.EqualTo(new[] { trait }));
    }

    [TestCase("""{"routing_key":"q"}""", "[{key_missing,properties},\n {key_missing,payload},\n {key_missing,payload_encoding}]")]
    [TestCase("""{"properties":{},"routing_key":"q","payload":"!!","payload_encoding":"base64"}""", "not_base64 !!")]
    [TestCase("""{"properties":{},"routing_key":"q","payload":"x","payload_encoding":"foo"}""", "unsupported_encoding foo")]
    [TestCase("""{"properties":{"priority":"x"},"routing_key":"q","payload":"x","payload_encoding":"string"}""", "not_int priority")]
    [TestCase(
        """{"properties":{"user_id":"other"},"routing_key":"q","payload":"x","payload_encoding":"string"}""",
        "406 PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'guest'")]
    public async Task A_message_that_cannot_be_is_refused(string body, string reason)
    {
        var answer = await PostAsync($"/exchanges/{await NewVirtualHostAsync()}/amq.default/publish", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [Test]
    public async Task A_message_that_no_queue_takes_is_said_to_be_not_routed()
    {
        var answer = await PostAsync(
            $"/exchanges/{await NewVirtualHostAsync()}/amq.default/publish",
            """{"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"}""");

        Assert.That(answer.Body, Is.EqualTo("""{"routed":false}"""));
    }

    [TestCase("""{"count":1,"encoding":"auto"}""", 400, "[{key_missing,ackmode}]")]
    [TestCase("""{"count":"x","ackmode":"ack_requeue_true","encoding":"auto"}""", 400, "not_integer x")]
    [TestCase("""{"count":1,"ackmode":"ack_requeue_true","encoding":"foo"}""", 400, "Unsupported encoding. Please use auto or base64.")]
    [TestCase("""{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}""", 404, "NOT_FOUND - no queue 'q' in vhost 'V'")]
    public async Task A_get_that_cannot_be_is_refused(string body, int code, string reason)
    {
        string host = await NewVirtualHostAsync();

        var answer = await PostAsync($"/queues/{host}/q/get", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((code, reason.Replace("'V'", $"'{host}'", StringComparison.Ordinal))));
    }

    [Test]
    public async Task A_queue_is_purged_and_deleted_only_if_empty()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", new { });
        var channel = await OpenChannelAsync(host);
        await channel.PublishAsync("", "q", "one");
        await channel.ExpectQuietAsync();

        var refused = await DeleteAsync($"/queues/{host}/q?if-empty=true");
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((400, $"queue 'q' in vhost '{host}' not empty")));
        Assert.That((await DeleteAsync($"/queues/{host}/q/contents")).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync($"/queues/{host}/q?if-empty=true")).Code, Is.EqualTo(204));
    }

    [Test]
    public async Task What_is_used_is_not_deleted_only_if_unused()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.DeclareExchangeAsync("x", "fanout");
        await channel.BindQueueAsync("q", "x");
        string tag = await channel.ConsumeAsync("q");

        var queue = await DeleteAsync($"/queues/{host}/q?if-unused=true");
        var exchange = await DeleteAsync($"/exchanges/{host}/x?if-unused=true");
        Assert.That((queue.Code, queue.Reason), Is.EqualTo((400, $"queue 'q' in vhost '{host}' in use")));
        Assert.That((exchange.Code, exchange.Reason), Is.EqualTo((400, $"exchange 'x' in vhost '{host}' in use")));

        // The message stays in the queue. Even so, if-unused permits the deletion of the queue, because the consumer is cancelled.
        await channel.PublishAsync("", "q", "held");
        await channel.ExpectDeliveryAsync();
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel(tag, NoWait: false));
        Assert.That((await DeleteAsync($"/queues/{host}/q?if-unused=true")).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync($"/exchanges/{host}/x?if-unused=true")).Code, Is.EqualTo(204));
    }

    [Test]
    public async Task A_queue_shows_whether_it_is_exclusive_and_how_able_its_consumers_are()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows these fields later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("exclusive", exclusive: true);
        await channel.DeclareQueueAsync("shared");
        await channel.ConsumeAsync("exclusive");

        string[] shown = [.. (await GetAsync($"/queues/{host}?sort=name")).Json.EnumerateArray().Select(Describe)];

        Assert.That(shown, Is.EqualTo(new[]
        {
            "exclusive True durable False auto_delete False capacity 1.0 1.0",
            "exclusive False durable False auto_delete False capacity 0.0 0.0"
        }));

        static string Describe(JsonElement queue) =>
            string.Join(
                ' ', new[] { "exclusive", "durable", "auto_delete" }.Select(trait => $"{trait} {queue.GetProperty(trait).GetBoolean()}"))
            + $" capacity {queue.GetProperty("consumer_capacity").GetRawText()} {queue.GetProperty("consumer_utilisation").GetRawText()}";
    }

    [Test]
    public async Task Counts_are_those_of_the_queue()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q", "one");
        await channel.PublishAsync("", "q", "two");
        await channel.GetAsync("q", noAck: false);

        var queue = (await GetAsync($"/queues/{host}/q")).Json;

        Assert.That(
            new[] { "messages", "messages_ready", "messages_unacknowledged", "consumers" }.Select(
                field => queue.GetProperty(field).GetInt32()),
            Is.EqualTo(new[] { 2, 1, 1, 0 }));
    }

    [Test]
    public async Task What_is_ready_is_told_from_what_is_unacknowledged_in_messages_and_in_bytes()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        foreach (int size in new[] { 100, 1_000, 1, 2, 3 })
            await channel.PublishAsync("", "q", new string('x', size));
        for (int i = 0; i < 2; i++)
            await channel.GetAsync("q", noAck: false);

        var queue = (await GetAsync($"/queues/{host}/q")).Json;
        var totals = (await GetAsync($"/queues/{host}?disable_stats=true&enable_queue_totals=true")).Json[0];

        string[] messages = ["messages", "messages_ready", "messages_unacknowledged"];
        Assert.That(messages.Select(field => queue.GetProperty(field).GetInt32()), Is.EqualTo(new[] { 5, 3, 2 }));
        Assert.That(messages.Select(field => totals.GetProperty(field).GetInt32()), Is.EqualTo(new[] { 5, 3, 2 }));
        string[] further =
        [
            "messages_ram", "messages_ready_ram", "messages_unacknowledged_ram", "messages_persistent", "message_bytes",
            "message_bytes_ready", "message_bytes_unacknowledged", "message_bytes_ram", "message_bytes_persistent"
        ];
        Assert.That(
            further.Select(field => queue.GetProperty(field).GetInt32()),
            Is.EqualTo(new[] { 5, 3, 2, 0, 1_106, 6, 1_100, 1_106, 0 }));
    }

    [Test]
    public async Task A_queue_names_its_special_consumer_its_owner_and_its_policies()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows these fields later.");
        string host = await NewVirtualHostAsync(), elsewhere = await NewVirtualHostAsync();
        await PutAsync($"/policies/{host}/users", """{"pattern":"^taken","definition":{"max-length":9}}""");
        await PutAsync($"/operator-policies/{host}/operators", """{"pattern":"^taken","definition":{"expires":90000}}""");
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("single", arguments: Table("x-single-active-consumer", FieldValue.FromBoolean(true)));
        await channel.ConsumeAsync("single", "active");
        await channel.ConsumeAsync("single", "waits");
        await channel.DeclareQueueAsync("taken", exclusive: true);
        await channel.ConsumeAsync("taken", "alone", exclusive: true);
        var other = await OpenChannelAsync(elsewhere);
        await other.DeclareQueueAsync("single");
        await other.ConsumeAsync("single", "elsewhere");

        Assert.That(
            await NamesAsync("single"),
            Is.EqualTo("exclusive , single active, policy , operator , owner False, consumers active waits"));
        Assert.That(
            await NamesAsync("taken"),
            Is.EqualTo("exclusive alone, single , policy users, operator operators, owner True, consumers alone"));
        Assert.That((await GetAsync($"/consumers/{host}")).Column("consumer_tag"), Is.EquivalentTo(new[] { "active", "waits", "alone" }));

        async Task<string> NamesAsync(string name)
        {
            var queue = (await GetAsync($"/queues/{host}/{name}")).Json;
            var connection = (await GetAsync($"/vhosts/{host}/connections")).Json[0];
            bool isOwned = queue.TryGetProperty("owner_pid_details", out var owner)
                && owner.GetProperty("name").GetString() == connection.GetProperty("name").GetString()
                && owner.GetProperty("peer_port").GetInt32() == connection.GetProperty("peer_port").GetInt32();
            string consumers = string.Join(
                ' ',
                queue.GetProperty("consumer_details")
                    .EnumerateArray()
                    .Select(consumer => consumer.GetProperty("consumer_tag").GetString())
                    .Order());
            return $"exclusive {queue.GetProperty("exclusive_consumer_tag").GetString()}, "
                + $"single {queue.GetProperty("single_active_consumer_tag").GetString()}, "
                + $"policy {queue.GetProperty("policy").GetString()}, "
                + $"operator {queue.GetProperty("operator_policy").GetString()}, owner {isOwned}, consumers {consumers}";
        }
    }

    [Test]
    public async Task A_queue_has_the_numbers_that_typed_clients_demand()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", new { });

        string[] fields =
        [
            "memory", "consumers", "messages", "messages_ready", "messages_unacknowledged", "messages_ram", "messages_ready_ram",
            "messages_unacknowledged_ram", "messages_persistent",
            "messages_paged_out", "message_bytes", "message_bytes_ready", "message_bytes_unacknowledged", "message_bytes_ram",
            "message_bytes_persistent", "message_bytes_paged_out",
        ];

        JsonElement queue = default; // assigned repeatedly, because RabbitMQ shows some fields only after a while
        await Eventually.Holds(async () => HasNumbers(queue = (await GetAsync($"/queues/{host}/q")).Json, fields), () => $"{queue}");
    }

    [Test]
    public async Task Bytes_are_those_of_the_bodies()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q", durable: true);
        foreach (string body in new[] { "one", "three", "eleven" })
            await channel.PublishAsync("", "q", body, new() { ContentType = "text/plain", DeliveryMode = 2 });
        await channel.PublishAsync("", "q", "transient", new() { ContentType = "text/plain", DeliveryMode = 1 });
        await channel.GetAsync("q", noAck: false);

        JsonElement queue = default;
        await Eventually.Holds(
            async () => HasNumbers(queue = (await GetAsync($"/queues/{host}/q")).Json, ["message_bytes"])
                && queue.GetProperty("message_bytes_unacknowledged").GetInt64() > 0,
            () => $"{queue}");

        Assert.That(
            new[]
            {
                "message_bytes", "message_bytes_ready", "message_bytes_unacknowledged", "message_bytes_ram", "message_bytes_persistent",
                "message_bytes_paged_out",
                "messages_ram", "messages_ready_ram", "messages_unacknowledged_ram", "messages_persistent", "messages_paged_out",
            }.Select(field => queue.GetProperty(field).GetInt64()),
            Is.EqualTo(new[] { 23, 20, 3, 23, 14, 0, 4, 3, 1, 3, 0 }));
    }

    [Test]
    public async Task A_quorum_queue_is_shown_as_one()
    {
        string path = $"/queues/{await NewVirtualHostAsync()}/q";
        await PutAsync(path, """{"durable":true,"arguments":{"x-queue-type":"quorum"}}""");

        Assert.That((await GetAsync(path)).Json.GetProperty("type").GetString(), Is.EqualTo("quorum"));
    }

    [Test]
    public async Task A_name_of_more_than_255_bytes_is_refused()
    {
        var answer = await PutAsync($"/queues/{await NewVirtualHostAsync()}/{new string('q', 256)}", new { });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "queue should be less than 255 bytes, actually was 256\n")));
    }

    [Test]
    public async Task Consumers_show_which_of_them_is_the_single_active_one()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("single", arguments: Table("x-single-active-consumer", FieldValue.FromBoolean(true)));
        await channel.DeclareQueueAsync("shared");
        await channel.ConsumeAsync("single", "a");
        await channel.ConsumeAsync("single", "b");
        await channel.ConsumeAsync("shared", "c");

        string[] shown = [];
        string[] expected = ["a: True, single_active", "b: False, waiting", "c: True, up"];
        await Eventually.Holds(
            async () =>
            {
                shown = [.. (await GetAsync($"/consumers/{host}")).Json.EnumerateArray().Select(Describe).Order()];
                return shown.SequenceEqual(expected);
            },
            () => string.Join("; ", shown));

        static string Describe(JsonElement consumer) =>
            $"{consumer.GetProperty("consumer_tag").GetString()}: {consumer.GetProperty("active").GetBoolean()}"
                + $", {consumer.GetProperty("activity_status").GetString()}";
    }

    [Test]
    public async Task Consumers_show_how_they_acknowledge_what_they_may_hold_and_where_they_are()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows consumers later.");
        string host = await NewVirtualHostAsync();
        var client = await DialAsync();
        await client.OpenAsync(virtualHost: host);
        var channel = await client.OpenChannelAsync(7);
        await channel.DeclareQueueAsync("q");
        await channel.DeclareQueueAsync("r");
        await channel.QosAsync(11);
        await channel.ConsumeAsync("q", "manual", arguments: Table("x-priority", FieldValue.FromInt32(5)));
        await channel.QosAsync(0);
        await channel.ConsumeAsync("r", "automatic", noAck: true, exclusive: true);

        string[] shown = [.. (await GetAsync($"/consumers/{host}")).Json.EnumerateArray().Select(Describe).Order()];

        string connection = (await GetAsync($"/vhosts/{host}/connections")).Column("name").Single()!;
        Assert.That(shown, Is.EqualTo(new[]
        {
            $$"""automatic: r, ack False, exclusive True, prefetch 0, {} on {{connection}} (7) 7 of guest""",
            $$"""manual: q, ack True, exclusive False, prefetch 11, {"x-priority":5} on {{connection}} (7) 7 of guest""",
        }));

        static string Describe(JsonElement consumer)
        {
            var place = consumer.GetProperty("channel_details");
            return $"{consumer.GetProperty("consumer_tag").GetString()}: {consumer.GetProperty("queue").GetProperty("name").GetString()}"
                + $", ack {consumer.GetProperty("ack_required").GetBoolean()}, "
                + $"exclusive {consumer.GetProperty("exclusive").GetBoolean()}, "
                + $"prefetch {consumer.GetProperty("prefetch_count").GetInt32()}, {consumer.GetProperty("arguments").GetRawText()} "
                + $"on {place.GetProperty("name").GetString()} {place.GetProperty("number").GetInt32()} "
                + $"of {place.GetProperty("user").GetString()}";
        }
    }

    [TestCase("management", false, false)]
    [TestCase("management", true, true)]
    [TestCase("monitoring", false, true)]
    public async Task Consumers_are_shown_to_whoever_may_see_their_virtual_host(string tag, bool hasPermission, bool expected)
    {
        string host = await NewVirtualHostAsync(), login = $"{await NewUserAsync(tag, hasPermission ? host : null)}:secret";
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.ConsumeAsync("q", "shown");
        await Eventually.Holds(
            async () => (await GetAsync($"/consumers/{host}")).Column("consumer_tag").Contains("shown"),
            () => "the consumer is not listed");

        foreach (string path in new[] { "/consumers", $"/consumers/{host}" })
            Assert.That((await GetAsync(path, login)).Column("consumer_tag").Contains("shown"), Is.EqualTo(expected), path);
    }

    [Test]
    public async Task A_queue_knows_its_consumers()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows consumers later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        string tag = await channel.ConsumeAsync("q");

        JsonElement[] consumers = [.. (await GetAsync($"/queues/{host}/q")).Json.GetProperty("consumer_details").EnumerateArray()];

        Assert.That(consumers.Select(consumer => consumer.GetProperty("consumer_tag").GetString()), Is.EqualTo(new[] { tag }));
        Assert.That((await GetAsync($"/consumers/{host}")).Column("consumer_tag"), Is.EqualTo(new[] { tag }));
    }
}
