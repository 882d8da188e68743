using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>Lists with the parameter <c>limit</c> are answered from snapshots. RabbitMQ does not have this parameter.</summary>
public class SnapshotListTests : ApiTests
{
    [SetUp]
    public Task SkipOnRabbitMq() => SkipOnRabbitMqAsync("RabbitMQ ignores the parameter limit.");

    [TestCase("", "a.one a.two b.one b.two")]
    [TestCase("A.", "a.one a.two")]
    [TestCase("a. two", "a.two")]
    [TestCase("\"a.t\"", "a.two")]
    [TestCase("name:one", "a.one b.one")]
    [TestCase("name:=one", "")]
    [TestCase("name:=a.one", "a.one")]
    [TestCase("name:\"b.o\" name:one", "b.one")]
    [TestCase("name:", "a.one a.two b.one b.two")]
    [TestCase("type:quorum", "b.two")]
    [TestCase("type:Classic one", "a.one b.one")]
    [TestCase("type:class", "")]
    [TestCase("policy:limits", "a.one a.two")]
    [TestCase("policy:limit", "")]
    [TestCase("state:running one", "a.one b.one")]
    [TestCase("state:crashed", "")]
    [TestCase("is:empty", "a.two b.one b.two")]
    [TestCase("is:unconsumed", "a.one b.one b.two")]
    [TestCase("is:durable", "a.two b.two")]
    [TestCase("is:transient", "a.one b.one")]
    [TestCase("is:exclusive", "b.one")]
    [TestCase("is:dlx", "a.two")]
    [TestCase("is:idle is:growing", "")]
    public async Task Queues_are_filtered_by_words(string filter, string expected)
    {
        string host = await NewHostWithQueuesAsync();

        var answer = await ListAsync($"/queues/{host}?limit=10&q={Uri.EscapeDataString(filter)}");

        Assert.That(Names(answer), Is.EqualTo(expected));
        Assert.That(answer.GetProperty("total_count").GetInt32(), Is.EqualTo(4));
        Assert.That(
            answer.GetProperty("filtered_count").GetInt32(),
            Is.EqualTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Test]
    public async Task A_queue_that_fills_is_growing_and_not_idle()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("fills");
        await channel.DeclareQueueAsync("rests");

        await Eventually.Holds(
            async () =>
            {
                await channel.PublishAsync("", "fills");
                return await NamesAsync("is:growing") == "fills" && await NamesAsync("is:idle") == "rests";
            },
            () => "the queue does not grow");

        async Task<string> NamesAsync(string filter) => Names(await ListAsync($"/queues/{host}?limit=10&q={filter}"));
    }

    [TestCase("queues", "nothere:x", "name:, state:, policy:, type:, vhost:, is:growing")]
    [TestCase("queues", "is:nothere", "is:dlx")]
    [TestCase("queues", "is:", "is:dlx")]
    [TestCase("connections", "policy:x", "name:, user:, state:, client:, vhost:, address:, is:blocked, is:tls")]
    [TestCase("channels", "x:y", "user:, connection:, state:, name:, vhost:, is:confirm, is:transactional")]
    [TestCase("consumers", "is:x", "queue:, tag:, channel:, user:, vhost:")]
    [TestCase("exchanges", "state:running", "name:, type:, vhost:, policy:")]
    public async Task An_unknown_key_is_refused_with_the_keys_that_there_are(string list, string filter, string known)
    {
        var answer = await GetAsync($"/{list}?limit=10&q={Uri.EscapeDataString(filter)}");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, answer.Reason)));
        Assert.That(answer.Reason, Does.Contain(known));
    }

    [TestCase("limit=0")]
    [TestCase("limit=501")]
    [TestCase("limit=x")]
    [TestCase("limit=")]
    [TestCase("limit=5&offset=-1")]
    [TestCase("limit=5&offset=99999999999")]
    [TestCase("limit=5&sort=nothere")]
    [TestCase("limit=5&sort=features")]
    [TestCase("limit=5&sort=name,name,name,name,name,name,name,name,name")]
    public async Task A_window_that_cannot_be_is_refused(string query) =>
        Assert.That((await GetAsync($"/queues?{query}")).Code, Is.EqualTo(400));

    [TestCase("\"")]
    [TestCase("\"\"")]
    [TestCase(":")]
    [TestCase("::::")]
    [TestCase("\0\u0001\uFFFD")]
    [TestCase("127.0.0.1:5672")]
    [TestCase("name:=")]
    [TestCase("%(\\[*+?")]
    [TestCase("name:\"a b")]
    [TestCase("\u202Eabc\u2028")]
    public async Task Strange_words_are_only_text(string filter)
    {
        string host = await NewHostWithQueuesAsync();

        Assert.That((await GetAsync($"/queues/{host}?limit=5&q={Uri.EscapeDataString(filter)}")).Code, Is.EqualTo(200));
    }

    [TestCase(1_001, 1)]
    [TestCase(63, 21)]
    public async Task A_filter_has_a_limited_length(int length, int words)
    {
        string filter = string.Join(' ', Enumerable.Repeat(new string('a', length / words), words)).PadRight(length, 'a');

        Assert.That((await GetAsync($"/queues?limit=5&q={Uri.EscapeDataString(filter)}")).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task Rows_with_equal_fields_are_ordered_by_virtual_host_and_name()
    {
        string[] hosts = [await NewVirtualHostAsync(), await NewVirtualHostAsync()];
        Array.Sort(hosts, StringComparer.Ordinal);
        foreach (string host in Enumerable.Reverse(hosts))
            foreach (string name in new[] { "same.z", "same.a", "same.m" })
                await PutAsync($"/queues/{host}/{name}", new { durable = name != "same.m" });

        string[] all = [.. hosts.SelectMany(host => new[] { $"{host} same.a", $"{host} same.m", $"{host} same.z" })];

        Assert.That(await RowsAsync("-messages_ready"), Is.EqualTo(all));
        Assert.That(await RowsAsync("durable,-name"), Is.EqualTo(new[]
        {
            all[1], all[4], all[2], all[5], all[0], all[3]
        }));
        Assert.That(await RowsAsync("-vhost,name"), Is.EqualTo(all[3..].Concat(all[..3])));
        Assert.That(await RowsAsync("", "&offset=2", limit: 3), Is.EqualTo(all[2..5]));

        async Task<IEnumerable<string>> RowsAsync(string sort, string more = "", int limit = 10) =>
            (await ListAsync($"/queues?limit={limit}{more}&sort={sort}&q=name:same."))
                .GetProperty("items").EnumerateArray()
                .Where(row => hosts.Contains(row.GetProperty("vhost").GetString()))
                .Select(row => $"{row.GetProperty("vhost").GetString()} {row.GetProperty("name").GetString()}");
    }

    [Test]
    public async Task A_row_of_a_queue_has_what_RabbitMqs_list_says_of_it()
    {
        string host = await NewHostWithQueuesAsync();

        var row = (await ListAsync($"/queues/{host}?limit=1&q=a.one")).GetProperty("items")[0];
        var listed = (await GetAsync($"/queues/{host}/a.one")).Json;

        foreach (string field in new[]
        {
            "name", "vhost", "type", "durable", "exclusive", "auto_delete", "state", "policy", "messages", "messages_ready",
            "messages_unacknowledged", "message_bytes", "consumers", "node"
        })
            Assert.That(row.GetProperty(field).GetRawText(), Is.EqualTo(listed.GetProperty(field).GetRawText()), field);
        Assert.That(row.GetProperty("features").GetRawText(), Is.EqualTo("""["Lim"]"""));
        Assert.That(row.GetProperty("messages_ready").GetInt32(), Is.EqualTo(2));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetProperty("oldest_at").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Connections_channels_and_consumers_are_found_by_their_clients()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        var client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", "q");
        await channel.ExpectAsync<BasicAck>();
        await channel.ConsumeAsync("q", "my tag");
        await channel.ExpectDeliveryAsync();
        string name = (await GetAsync($"/vhosts/{host}/connections")).Column("name").Single()!;

        foreach (string filter in new[] { user, $"user:{user}", $"name:=\"{name}\"", $"vhost:{host} address:127.0.0 state:running" })
            Assert.That(
                Names(await ListAsync($"/connections?limit=5&vhost={host}&q={Uri.EscapeDataString(filter)}")), Is.EqualTo(name), filter);
        foreach (string filter in new[] { user, $"user:{user} is:confirm", $"connection:=\"{name}\"", "state:running" })
            Assert.That(
                Names(await ListAsync($"/channels?limit=5&vhost={host}&q={Uri.EscapeDataString(filter)}")),
                Is.EqualTo($"{name} (1)"), filter);
        foreach (string filter in new[] { "tag", "queue:=q", "tag:\"my tag\"", $"user:{user}", $"channel:=\"{name} (1)\"" })
            Assert.That(
                Names(await ListAsync($"/consumers/{host}?limit=5&q={Uri.EscapeDataString(filter)}"), "tag"), Is.EqualTo("my tag"), filter);
        foreach (string query in new[] { "/connections?q=is:tls", "/channels?q=is:transactional", "/connections?q=is:blocked" })
            Assert.That(Names(await ListAsync($"{query}&limit=5&vhost={host}")), Is.Empty, query);

        var row = (await ListAsync($"/consumers?limit=5&vhost={host}")).GetProperty("items")[0];
        Assert.That(
            (row.GetProperty("unacknowledged").GetInt32(), row.GetProperty("ack_required").GetBoolean(),
                row.GetProperty("active").GetBoolean(), row.GetProperty("connection").GetString()),
            Is.EqualTo((1, true, true, name)));
        row = (await ListAsync($"/channels?limit=5&vhost={host}")).GetProperty("items")[0];
        Assert.That(
            (row.GetProperty("messages_unacknowledged").GetInt32(), row.GetProperty("consumers").GetInt32(),
                row.GetProperty("mode").GetString(), row.GetProperty("number").GetInt32()),
            Is.EqualTo((1, 1, "confirm", 1)));
        row = (await ListAsync($"/connections?limit=5&vhost={host}")).GetProperty("items")[0];
        Assert.That(
            (row.GetProperty("unacknowledged").GetInt32(), row.GetProperty("channels").GetInt32(), row.GetProperty("user").GetString()),
            Is.EqualTo((1, 1, user)));
    }

    [Test]
    public async Task The_last_acknowledgement_of_a_consumer_is_noted()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q");
        await channel.ConsumeAsync("q");
        var delivery = await channel.ExpectDeliveryAsync();
        Assert.That(await LastAckAsync(), Is.Null);

        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await channel.SendAsync(new BasicAck(delivery.Method.DeliveryTag, false));

        await Eventually.Holds(async () => await LastAckAsync() >= before - 500, () => "no acknowledgement");

        async Task<long?> LastAckAsync() =>
            (await ListAsync($"/consumers/{host}?limit=5")).GetProperty("items")[0].GetProperty("last_ack_at") is var time
                && time.ValueKind == JsonValueKind.Number
                ? time.GetInt64()
                : null;
    }

    [Test]
    public async Task Exchanges_are_listed_and_filtered()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/exchanges/{host}/mine", new { type = "topic", durable = true });

        Assert.That(Names(await ListAsync($"/exchanges/{host}?limit=5&q=type:topic%20mine")), Is.EqualTo("mine"));
        Assert.That(
            (await ListAsync($"/exchanges/{host}?limit=50")).GetProperty("total_count").GetInt32(),
            Is.EqualTo((await GetAsync($"/exchanges/{host}")).Json.GetArrayLength()));
    }

    [TestCase("management")]
    [TestCase("monitoring")]
    [TestCase("administrator")]
    public async Task A_user_sees_the_same_objects_as_in_RabbitMqs_list(string tag)
    {
        string mine = await NewHostWithQueuesAsync(), other = await NewHostWithQueuesAsync();
        string user = await NewUserAsync(tag, mine);
        var channel = await OpenChannelAsync(other);
        await channel.ConsumeAsync("a.one", "of guest");

        foreach (string list in new[] { "queues", "connections", "channels", "consumers", "exchanges" })
        {
            var rows = (await ListAsync($"/{list}?limit=500", $"{user}:secret")).GetProperty("items");
            var all = (await GetAsync($"/{list}", $"{user}:secret")).Json;
            Assert.That(Ours(rows), Is.EquivalentTo(Ours(all)), list);
        }
        var hosts = (await ListAsync("/queues?limit=500", $"{user}:secret")).GetProperty("items").EnumerateArray()
            .Select(row => row.GetProperty("vhost").GetString());
        Assert.That(hosts.Contains(other), Is.EqualTo(tag != "management"));
        Assert.That((await GetAsync($"/queues/{other}?limit=5", $"{user}:secret")).Code, Is.EqualTo(tag == "management" ? 401 : 200));
        Assert.That(
            (await GetAsync($"/queues?limit=5&vhost={other}", $"{user}:secret")).Json.GetProperty("total_count").GetInt32(),
            Is.EqualTo(tag == "management" ? 0 : 4));

        IEnumerable<string?> Ours(JsonElement objects) => objects.EnumerateArray()
            .Where(each => HostOf(each) is { } host && (host == mine || host == other))
            .Select(each => (each.TryGetProperty("consumer_tag", out var tag) || each.TryGetProperty("tag", out tag)
                ? tag
                : each.GetProperty("name")).GetString());

        static string? HostOf(JsonElement each) =>
            each.TryGetProperty("vhost", out var host) ? host.GetString() : each.GetProperty("queue").GetProperty("vhost").GetString();
    }

    [Test]
    public async Task An_answer_that_the_client_has_is_not_sent_again()
    {
        string host = await NewHostWithQueuesAsync(), user = await NewUserAsync("monitoring", host);
        string path = $"/queues/{host}?limit=5";
        ApiAnswer first = await GetAsync(path), again = first;
        string tag = "";
        // A new second may begin between two requests.
        await Eventually.Holds(
            async () =>
            {
                first = await GetAsync(path);
                tag = first.Message.Headers.ETag!.ToString();
                again = await SendAsync(HttpMethod.Get, path, header: $"If-None-Match: {tag}");
                return again.Code == 304;
            },
            () => $"status {again.Code}");

        Assert.That((first.Code, again.Body), Is.EqualTo((200, "")));
        var next = await SendAsync(HttpMethod.Get, path, login: $"{user}:secret", header: $"If-None-Match: {tag}");
        Assert.That(next.Code, Is.EqualTo(200), "another user");
        await Eventually.Holds(
            async () => (await SendAsync(HttpMethod.Get, path, header: $"If-None-Match: {tag}")).Code == 200, () => "no new snapshot");
    }

    [Test]
    public async Task Nobody_asks_and_no_snapshot_is_taken()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));

        long first = await NumberAsync();
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // there is no event for that nothing happens
        long second = await NumberAsync();

        Assert.That((first, second), Is.EqualTo((1L, 2L)));

        async Task<long> NumberAsync()
        {
            string answer = await http.GetStringAsync($"http://127.0.0.1:{broker.ManagementPort}/api/queues?limit=5");
            return JsonDocument.Parse(answer).RootElement.GetProperty("snapshot").GetInt64();
        }
    }

    /// <summary>The windows of 10,000 queues together have the queues and depths of RabbitMQ's list, in the asked order.</summary>
    [Test]
    public async Task The_windows_of_a_long_list_have_every_queue_once()
    {
        string host = await NewVirtualHostAsync();
        await PostAsync($"/definitions/{host}", new
        {
            queues = Enumerable.Range(0, 10_000).Select(i => new { name = $"q{i}", durable = i % 3 == 0, auto_delete = false }),
        });
        var channel = await OpenChannelAsync(host);
        for (int i = 0; i < 200; i++)
            await channel.PublishAsync("", $"q{i * i % 10_000}");
        await channel.ExpectQuietAsync();
        var expected = (await GetAsync($"/queues/{host}")).Json.EnumerateArray()
            .Select(queue => (Name: queue.GetProperty("name").GetString()!, Ready: queue.GetProperty("messages_ready").GetInt64()))
            .OrderByDescending(queue => queue.Ready).ThenBy(queue => queue.Name, StringComparer.Ordinal);

        var rows = new List<(string Name, long Ready)>();
        for (int offset = 0; offset < 10_500; offset += 500)
        {
            var list = await ListAsync($"/queues/{host}?limit=500&offset={offset}&sort=-messages_ready");
            Assert.That(list.GetProperty("filtered_count").GetInt32(), Is.EqualTo(10_000));
            rows.AddRange(list.GetProperty("items").EnumerateArray()
                .Select(row => (row.GetProperty("name").GetString()!, row.GetProperty("messages_ready").GetInt64())));
        }

        Assert.That(rows, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_list_is_compressed_for_a_client_that_wants_it()
    {
        string host = await NewHostWithQueuesAsync();
        await ListAsync($"/queues/{host}?limit=5"); // now the snapshot has the queues; a short answer would not be compressed

        var answer = await SendAsync(HttpMethod.Get, $"/queues/{host}?limit=5", header: "Accept-Encoding: gzip");
        await using var unpacked = new System.IO.Compression.GZipStream(
            new MemoryStream(await answer.Message.Content.ReadAsByteArrayAsync()), System.IO.Compression.CompressionMode.Decompress);
        var json = await JsonDocument.ParseAsync(unpacked);

        Assert.That(answer.Message.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(json.RootElement.GetProperty("total_count").GetInt32(), Is.EqualTo(4));
        Assert.That((await GetAsync($"/queues/{host}?limit=5")).Message.Content.Headers.ContentEncoding, Is.Empty);
    }

    private static async Task<JsonElement> ListAsync(string path, string login = "guest:guest")
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        JsonElement list = default;
        // Rows may be a second old.
        await Eventually.Holds(
            async () =>
            {
                var answer = await GetAsync(path, login);
                Assert.That(answer.Code, Is.EqualTo(200), answer.Body);
                list = answer.Json;
                return list.GetProperty("taken_at").GetInt64() > now;
            },
            () => "no new snapshot");
        return list;
    }

    private static string Names(JsonElement list, string field = "name") =>
        string.Join(' ', list.GetProperty("items").EnumerateArray().Select(row => row.GetProperty(field).GetString()));

    private async Task<string> NewHostWithQueuesAsync()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/policies/{host}/limits", new Dictionary<string, object>
        {
            ["pattern"] = "^a\\.",
            ["definition"] = new Dictionary<string, int> { ["max-length"] = 1_000 },
            ["apply-to"] = "queues",
        });
        await PutAsync($"/queues/{host}/a.one", new { });
        await PutAsync($"/queues/{host}/a.two", new
        {
            durable = true,
            arguments = new Dictionary<string, string> { ["x-dead-letter-exchange"] = "" },
        });
        await PutAsync($"/queues/{host}/b.two", new
        {
            durable = true,
            arguments = new Dictionary<string, string> { ["x-queue-type"] = "quorum" },
        });
        var channel = await OpenChannelAsync(host);
        await channel.SendAsync(new QueueDeclare("b.one", false, false, true, false, false, FieldTable.Empty));
        await channel.ExpectAsync<QueueDeclareOk>();
        await channel.PublishAsync("", "a.one", "0123456789");
        await channel.PublishAsync("", "a.one", "0123456789");
        await channel.ConsumeAsync("a.two", "of a.two");
        return host;
    }
}
