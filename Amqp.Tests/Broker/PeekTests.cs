using System.Text;
using System.Text.Json;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Broker;

/// <summary>A peek shows the messages of a queue at any position, and changes nothing.</summary>
public sealed class PeekTests
{
    private const string Messages = "/queues/%2F/q/messages";

    /// <summary>Settings with which most entries of a queue are soon only on disk.</summary>
    private static readonly string[] _little =
        ["store.segment_size = 1MiB", "store.block_size = 4KiB", "store.resident_memory = 16KiB", "store.max_messages_in_memory = 16"];

    private static readonly Dictionary<string, object?> _quorum = new() { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 2 };

    [Test]
    public async Task A_message_is_shown_with_all_its_fields()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, new Dictionary<string, object?> { ["x-message-ttl"] = 3_600_000 });
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = "m",
            ContentType = "text/plain",
            Headers = new Dictionary<string, object?> { ["h"] = 7 },
        };
        await channel.BasicPublishAsync("amq.direct", "nowhere", false, properties, Encoding.UTF8.GetBytes("lost"));
        await channel.BasicPublishAsync("", "q", true, properties, Encoding.UTF8.GetBytes("hello"));

        var page = await PeekAsync(broker);
        var message = page.GetProperty("messages")[0];

        Assert.That(
            (page.GetProperty("messages_ready").GetInt64(), page.GetProperty("offset").GetInt64(), page.GetProperty("scanned").GetInt64()),
            Is.EqualTo((1, 0, 1)));
        Assert.That(page.GetProperty("next_offset").ValueKind, Is.EqualTo(JsonValueKind.Null));
        long published = message.GetProperty("published_at").GetInt64();
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(published), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(message.GetProperty("expires_at").GetInt64(), Is.EqualTo(published + 3_600_000));
        Assert.That(message.GetProperty("age").GetInt64(), Is.InRange(0, 60_000));
        Assert.That(message.GetProperty("stored_bytes").GetInt32(), Is.GreaterThan(5));
        string fields = JsonSerializer.Serialize(
            message.EnumerateObject()
                .Where(field => field.Name is not ("published_at" or "expires_at" or "age" or "stored_bytes"))
                .ToDictionary(field => field.Name, field => field.Value));
        Assert.That(fields, Is.EqualTo(
            $$$"""
            {"position":0,"message":"{{{broker.NumberOf("q")}}}-1","redelivered":false,"priority":0,"persistent":true,
            "exchange":"","routing_key":"q",
            "properties":{"message_id":"m","delivery_mode":2,"headers":{"h":7,"x-dotnet-pub-seq-no":2},"content_type":"text/plain"},
            "payload_bytes":5,"payload":"hello","payload_encoding":"string"}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public async Task Three_peeks_at_a_queue_with_a_delivery_limit_of_2_change_nothing()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, _quorum);
        await PublishAsync(channel, "one", "two");
        string before = await StatisticsAsync(broker);

        for (int look = 0; look < 3; look++)
        {
            var page = await PeekAsync(broker);
            Assert.That(Payloads(page), Is.EqualTo(new[] { "one", "two" }));
            Assert.That(Column(page, "redelivered"), Is.EqualTo(new[] { "False", "False" }));
            Assert.That(Column(page, "delivery_count"), Is.EqualTo(new[] { "0", "0" }));
        }

        Assert.That(await StatisticsAsync(broker), Is.EqualTo(before));
        var got = (await channel.BasicGetAsync("q", false))!;
        Assert.That((got.Redelivered, got.BasicProperties.Headers!["x-delivery-count"]), Is.EqualTo((false, 0)));
        await channel.BasicNackAsync(got.DeliveryTag, false, true);
        await Eventually.Holds(
            async () => Column(await PeekAsync(broker), "delivery_count").SequenceEqual(["1", "0"]),
            () => "the returned message, which comes first, does not have the count 1");
        Assert.That(Column(await PeekAsync(broker), "redelivered"), Is.EqualTo(new[] { "True", "False" }));
    }

    [Test]
    public async Task Looks_at_one_message_and_downloads_of_it_change_nothing()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, _quorum);
        await PublishAsync(channel, "one", "two");
        string id = Column(await PeekAsync(broker), "message")[1], before = await StatisticsAsync(broker);

        for (int look = 0; look < 20; look++)
        {
            var (code, body) = await broker.HttpAsync("GET", $"{Messages}/{id}");
            var message = JsonDocument.Parse(body).RootElement;
            Assert.That(
                (code, message.GetProperty("payload").GetString(), message.GetProperty("position").GetInt32()),
                Is.EqualTo((200, "two", 1)));
            Assert.That(await broker.HttpAsync("GET", $"{Messages}/{id}/payload"), Is.EqualTo((200, "two")));
            await PeekAsync(broker, "?search=two&truncate=1048576");
        }

        Assert.That(await StatisticsAsync(broker), Is.EqualTo(before));
        await channel.BasicGetAsync("q", true);
        var got = (await channel.BasicGetAsync("q", false))!;
        Assert.That((got.Redelivered, got.BasicProperties.Headers!["x-delivery-count"]), Is.EqualTo((false, 0)));
        var unacknowledged = JsonDocument.Parse((await broker.HttpAsync("GET", $"{Messages}/{id}")).Body).RootElement;
        Assert.That(unacknowledged.GetProperty("position").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(await broker.HttpAsync("GET", $"{Messages}/{id}/payload"), Is.EqualTo((200, "two")));
        await channel.BasicAckAsync(got.DeliveryTag, false);
        await Eventually.Holds(
            async () => (await broker.HttpAsync("GET", $"{Messages}/{id}/payload")).Code == 404, () => "a settled message is found");
    }

    [TestCase("application/json", "q \u00fc-", ".json")]
    [TestCase("text/html", "<b>", ".bin")]
    [TestCase(null, "q", ".bin")]
    public async Task A_payload_is_a_file_that_a_browser_does_not_show(string? type, string queue, string extension)
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync(queue, true, false, false);
        byte[] body = new byte[2_000_000];
        Random.Shared.NextBytes(body);
        await channel.BasicPublishAsync("", queue, true, type is null ? new() : new BasicProperties { ContentType = type }, body);
        string messages = $"/queues/%2F/{Uri.EscapeDataString(queue)}/messages";
        var page = JsonDocument.Parse((await broker.HttpAsync("GET", messages)).Body).RootElement;
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.Broker.ManagementPort}") };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));

        using var file = await http.GetAsync($"/api{messages}/{Column(page, "message")[0]}/payload");

        Assert.That(await file.Content.ReadAsByteArrayAsync(), Is.EqualTo(body));
        Assert.That($"{file.Content.Headers.ContentType}", Is.EqualTo("application/octet-stream"));
        Assert.That(file.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        Assert.That(file.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[] { "default-src 'none'; sandbox" }));
        var disposition = file.Content.Headers.ContentDisposition!;
        Assert.That(disposition.DispositionType, Is.EqualTo("attachment"));
        Assert.That(disposition.FileNameStar ?? disposition.FileName, Does.EndWith(extension).Or.EndWith($"{extension}\""));
    }

    [Test]
    public async Task A_message_far_from_the_front_is_found_by_its_position()
    {
        await using var broker = await FaultyBroker.StartAsync(_little);
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        for (int i = 0; i < 25_000; i++)
            await channel.BasicPublishAsync("", "q", false, new BasicProperties(), Encoding.UTF8.GetBytes($"{i}"));
        string id = Column(await PeekAsync(broker, "?offset=24000&limit=1"), "message")[0];

        Assert.That((await broker.HttpAsync("GET", $"{Messages}/{id}/payload")).Code, Is.EqualTo(404));
        Assert.That(await broker.HttpAsync("GET", $"{Messages}/{id}/payload?position=24500"), Is.EqualTo((200, "24000")));
        Assert.That((await broker.HttpAsync("GET", $"{Messages}/x/payload")).Code, Is.EqualTo(404));
        Assert.That((await broker.HttpAsync("GET", $"{Messages}/{id}/payload?position=-1")).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task A_consumer_is_not_disturbed_and_an_unused_queue_still_expires()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, new Dictionary<string, object?> { ["x-expires"] = 1_500 });
        await PublishAsync(channel, "one");

        await Eventually.Holds(
            async () => (await broker.HttpAsync("GET", Messages)).Code == 404,
            () => "peeks keep the queue from expiring");
    }

    [Test]
    public async Task The_order_is_that_of_delivery_with_priorities_and_returned_messages()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, new Dictionary<string, object?> { ["x-max-priority"] = 5 });
        for (int i = 0; i < 40; i++)
            await channel.BasicPublishAsync(
                "", "q", true, new BasicProperties { Priority = (byte)(i % 7), Persistent = i % 2 == 0 }, Encoding.UTF8.GetBytes($"{i}"));
        for (int i = 0; i < 6; i++)
            _ = await channel.BasicGetAsync("q", false);
        await channel.BasicNackAsync(3, true, true);
        await Eventually.Holds(() => broker.Queue("q").Counts.Ready == 37, () => "the messages did not return");

        var pages = new List<JsonElement>();
        for (int offset = 0; offset < 37; offset += 5)
            pages.Add(await PeekAsync(broker, $"?offset={offset}&limit=5"));

        var delivered = new List<(string, string, string)>();
        while (await channel.BasicGetAsync("q", true) is { } got)
        {
            int priority = Math.Min(5, (int)got.BasicProperties.Priority);
            delivered.Add((Encoding.UTF8.GetString(got.Body.Span), $"{priority}", $"{got.Redelivered}"));
        }
        Assert.That(
            pages.SelectMany(page => Payloads(page).Zip(Column(page, "priority"), Column(page, "redelivered"))), Is.EqualTo(delivered));
        Assert.That(
            pages.SelectMany(page => Column(page, "position")), Is.EqualTo(Enumerable.Range(0, 37).Select(i => i.ToString())));
        Assert.That(delivered.Count(each => each.Item3 == "True"), Is.EqualTo(3));
    }

    [Test]
    public async Task A_deep_queue_is_shown_at_every_position_before_and_after_a_restart()
    {
        await using var broker = await FaultyBroker.StartAsync(_little);
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        const int Many = 6_000;
        string padding = new('x', 500);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => channel.BasicPublishAsync(
            "", "q", true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"{i} {padding}")).AsTask()));
        await Eventually.Holds(() => InMemory(broker) < Many / 2, () => $"{InMemory(broker)} entries are in memory");

        for (int run = 0; run < 2; run++)
        {
            long inMemory = InMemory(broker);
            foreach (int offset in (int[])[0, 1, 15, 16, 17, 1_000, 2_500, 4_999, Many - 10, Many - 1])
            {
                var page = await PeekAsync(broker, $"?offset={offset}&limit=10&truncate=4");
                Assert.That(
                    Payloads(page),
                    Is.EqualTo(Enumerable.Range(offset, Math.Min(10, Many - offset)).Select(i => $"{i} {padding}"[..4])),
                    $"at {offset}");
            }
            Assert.That(InMemory(broker), Is.LessThanOrEqualTo(inMemory), "an entry was loaded");
            await broker.RestartAsync();
        }
    }

    [Test]
    public async Task Expired_messages_at_the_head_stay_for_a_peek_as_long_as_they_are_in_the_queue()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await PublishAsync(channel, "stays");
        await channel.BasicPublishAsync("", "q", true, new BasicProperties { Expiration = "1" }, Encoding.UTF8.GetBytes("expired"));
        await Eventually.Holds(
            async () => (await PeekAsync(broker)).GetProperty("messages")[1].GetProperty("age").GetInt64() > 5,
            () => "the second message does not get older");

        Assert.That(Payloads(await PeekAsync(broker)), Is.EqualTo(new[] { "stays", "expired" }), "only the head of a queue expires");
        Assert.That((await channel.BasicGetAsync("q", true))!.Redelivered, Is.False);
        await Eventually.Holds(
            async () => Payloads(await PeekAsync(broker)).Length == 0, () => "the expired message at the head stays");
    }

    [Test]
    public async Task A_payload_is_cut_at_a_character_and_binary_octets_are_base64()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await PublishAsync(channel, "aä€", new string('x', 5_000));
        await channel.BasicPublishAsync("", "q", new byte[] { 1, 0xff, 2 });

        Assert.That(
            Enumerable.Range(0, 7).Select(most => Payloads(PeekAsync(broker, $"?truncate={most}").Result)[0]),
            Is.EqualTo(new[] { "", "a", "a", "aä", "aä", "aä", "aä€" }));
        var page = await PeekAsync(broker);
        Assert.That(Column(page, "payload_bytes"), Is.EqualTo(new[] { "6", "5000", "3" }));
        Assert.That(Column(page, "payload_encoding"), Is.EqualTo(new[] { "string", "string", "base64" }));
        Assert.That(Payloads(page)[1..], Is.EqualTo(new[] { new string('x', 1_024), "Af8C" }));
        Assert.That(Column(await PeekAsync(broker, "?encoding=base64"), "payload")[0], Is.EqualTo("YcOk4oKs"));
    }

    [Test]
    public async Task A_search_finds_text_in_payload_properties_and_routing_key_and_says_where_to_go_on()
    {
        await using var broker = await FaultyBroker.StartAsync(_little);
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.QueueBindAsync("q", "amq.topic", "#");
        var plain = new BasicProperties { Persistent = true };
        byte[] padding = new byte[200];
        await Task.WhenAll(
            Enumerable.Range(0, 11_000).Select(_ => channel.BasicPublishAsync("amq.topic", "k", true, plain, padding).AsTask()));
        await channel.BasicPublishAsync("amq.topic", "k", true, plain, Encoding.UTF8.GetBytes("order 17 arrived"));
        await channel.BasicPublishAsync(
            "amq.topic", "k", true, new BasicProperties { Persistent = true, MessageId = "order 17" }, Encoding.UTF8.GetBytes("other"));
        await channel.BasicPublishAsync("amq.topic", "order 17", true, plain, padding);

        var first = await PeekAsync(broker, "?search=order%2017");
        var second = await PeekAsync(broker, $"?search=order%2017&offset={first.GetProperty("next_offset").GetInt64()}");

        Assert.That((first.GetProperty("scanned").GetInt32(), Payloads(first)), Is.EqualTo((10_000, Array.Empty<string>())));
        Assert.That(
            (second.GetProperty("scanned").GetInt32(), string.Join(',', Column(second, "position"))),
            Is.EqualTo((1_003, "11000,11001,11002")));
        Assert.That(Payloads(await PeekAsync(broker, "?search=order%2018&offset=10000")), Is.Empty);
        Assert.That(
            Column(await PeekAsync(broker, "?search=order%2017&offset=11000&limit=2"), "position"), Is.EqualTo(new[] { "11000", "11001" }));
    }

    [TestCase("offset=-1", "offset: '-1' is not a whole number from 0 to 9223372036854775807")]
    [TestCase("offset=x", "offset: 'x' is not a whole number from 0 to 9223372036854775807")]
    [TestCase("limit=0", "limit: '0' is not a whole number from 1 to 1000")]
    [TestCase("limit=1001", "limit: '1001' is not a whole number from 1 to 1000")]
    [TestCase("truncate=1048577", "truncate: '1048577' is not a whole number from 0 to 1048576")]
    [TestCase("encoding=rot13", "Unsupported encoding. Please use auto or base64.")]
    public async Task A_query_that_cannot_be_is_refused(string query, string reason)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await (await broker.ChannelAsync()).QueueDeclareAsync("q", true, false, false);

        foreach (string path in (string[])[Messages, $"{Messages}/unacked"])
        {
            var (code, body) = await broker.HttpAsync("GET", $"{path}?{query}");
            Assert.That((code, JsonDocument.Parse(body).RootElement.GetProperty("reason").GetString()), Is.EqualTo((400, reason)));
        }
    }

    [Test]
    public async Task A_user_without_the_permission_to_read_is_refused_and_a_missing_queue_is_not_found()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await (await broker.ChannelAsync()).QueueDeclareAsync("q", true, false, false);
        await broker.HttpAsync("PUT", "/users/u", """{"password":"secret","tags":"administrator"}""");
        await broker.HttpAsync("PUT", "/permissions/%2F/u", """{"configure":".*","write":".*","read":"^other$"}""");

        foreach (string path in (string[])[Messages, $"{Messages}/unacked"])
        {
            Assert.That((await broker.HttpAsync("GET", path, login: "u:secret")).Code, Is.EqualTo(401));
            Assert.That((await broker.HttpAsync("GET", path.Replace("/q/", "/none/"))).Code, Is.EqualTo(404));
            Assert.That((await broker.HttpAsync("GET", path)).Code, Is.EqualTo(200));
        }
    }

    [Test]
    public async Task A_queue_that_is_exclusive_to_a_connection_is_not_shown()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await (await broker.ChannelAsync()).QueueDeclareAsync("q", false, true, false);

        var (code, body) = await broker.HttpAsync("GET", Messages);
        Assert.That((code, body), Is.EqualTo((400, body)));
        Assert.That(body, Does.Contain("cannot obtain exclusive access to locked queue 'q'"));
    }

    [Test]
    public async Task Unacknowledged_messages_are_shown_with_those_who_have_them()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var (first, second) = (await broker.ChannelAsync(), await broker.ChannelAsync());
        await first.QueueDeclareAsync("q", true, false, false);
        await first.QueueDeclareAsync("other", true, false, false);
        await PublishAsync(first, [.. Enumerable.Range(0, 20).Select(i => $"{i}")]);
        await first.BasicPublishAsync("", "other", Encoding.UTF8.GetBytes("another queue's"));
        await first.BasicGetAsync("other", false);
        await first.BasicGetAsync("q", false);
        await second.BasicQosAsync(0, 5, false);
        await second.BasicConsumeAsync("q", false, "c", new AsyncEventingBasicConsumer(second));
        await Eventually.Holds(() => broker.Queue("q").Counts.Unacknowledged == 6, () => "the consumer got no messages");
        await second.BasicAckAsync(2, false);
        await Eventually.Holds(async () => (await UnackedAsync("")).Count == 6, () => "the acknowledgement did not arrive");

        var all = await UnackedAsync("");
        Assert.That(all.Select(each => each.Payload).Order(), Is.EqualTo(new[] { "0", "1", "3", "4", "5", "6" }));
        Assert.That(all.Single(each => each.Payload == "0").Tag, Is.EqualTo("null 2"), "the get has no consumer");
        Assert.That(all.Single(each => each.Payload == "6").Tag, Is.EqualTo("\"c\" 6"));
        var paged = new List<(string, string)>();
        for (int offset = 0; offset < 8; offset += 2)
            paged.AddRange(await UnackedAsync($"?offset={offset}&limit=2"));
        Assert.That(paged, Is.EqualTo(all));
        Assert.That(broker.Queue("q").Counts, Is.EqualTo((13L, 6L, 1)), "nothing has changed");

        async Task<List<(string Payload, string Tag)>> UnackedAsync(string query)
        {
            var (code, body) = await broker.HttpAsync("GET", $"{Messages}/unacked{query}");
            Assert.That(code, Is.EqualTo(200), body);
            return
            [
                .. JsonDocument.Parse(body).RootElement.GetProperty("messages").EnumerateArray().Select(message => (
                    message.GetProperty("payload").GetString()!,
                    $"{message.GetProperty("consumer_tag").GetRawText()} {message.GetProperty("delivery_tag")}")),
            ];
        }
    }

    [Test]
    public async Task A_message_that_is_no_message_is_shown_as_unreadable_and_not_quarantined()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Poison("q");
        await PublishAsync(channel, "sound");

        var page = await PeekAsync(broker);
        Assert.That(page.GetProperty("messages")[0].GetProperty("unreadable").GetString(), Is.Not.Empty);
        Assert.That(page.GetProperty("messages")[1].GetProperty("payload").GetString(), Is.EqualTo("sound"));
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Faults.Total), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Peeks_while_messages_come_and_go_show_consecutive_messages()
    {
        await using var broker = await FaultyBroker.StartAsync(_little);
        var (publisher, consumer) = (await broker.ChannelAsync(), await broker.ChannelAsync());
        await publisher.QueueDeclareAsync("q", true, false, false);
        byte[] padding = new byte[300];
        var receiving = new AsyncEventingBasicConsumer(consumer);
        receiving.ReceivedAsync += async (_, delivery) => await consumer.BasicAckAsync(delivery.DeliveryTag, false);
        var publishing = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
                await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => publisher.BasicPublishAsync(
                    "", "q", true, new BasicProperties { Persistent = true }, padding).AsTask()));
        });
        await consumer.BasicQosAsync(0, 50, false);
        await consumer.BasicConsumeAsync("q", false, receiving);

        int looks = 0;
        for (; !publishing.IsCompleted; looks++)
        {
            var page = await PeekAsync(broker, $"?offset={looks * 37 % 1_000}&limit=100&truncate=0");
            long[] sequences = [.. Column(page, "message").Select(place => long.Parse(place.Split('-')[1]))];
            Assert.That(sequences, Is.EqualTo(sequences.Select((_, i) => sequences[0] + i)));
        }
        await publishing;
        Assert.That(looks, Is.Positive);
        await Eventually.Holds(() => broker.Queue("q").Counts is (0, 0, 1), () => $"{broker.Queue("q").Counts} are left");
        Assert.That(broker.Faults.Total, Is.Zero);
    }

    private static long InMemory(FaultyBroker broker) => broker.Queue("q").Status.Storage.Entries;

    private static async Task PublishAsync(IChannel channel, params string[] payloads)
    {
        foreach (string payload in payloads)
            await channel.BasicPublishAsync("", "q", true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(payload));
    }

    private static async Task<JsonElement> PeekAsync(FaultyBroker broker, string query = "")
    {
        var (code, body) = await broker.HttpAsync("GET", Messages + query);
        Assert.That(code, Is.EqualTo(200), body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static string[] Payloads(JsonElement page) => Column(page, "payload");

    private static string[] Column(JsonElement page, string field) =>
        [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty(field).ToString())];

    /// <summary>Returns the counts of deliveries, gets and redeliveries of the queue.</summary>
    private static Task<string> StatisticsAsync(FaultyBroker broker) =>
        Task.FromResult($"{broker.Queue("q").Traffic.Deliveries} {broker.Queue("q").Counts}");
}
