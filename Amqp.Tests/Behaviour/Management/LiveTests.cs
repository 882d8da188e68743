using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The live streams at <c>/api/live</c>. RabbitMQ does not have them.</summary>
public sealed class LiveTests
{
    private BrokerInProcess _broker = null!;

    [SetUp]
    public async Task StartAsync() => _broker = await BrokerInProcess.StartAsync("management.max_live_streams = 64");

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    /// <summary>
    /// After random changes of queues and messages, the client has the rows that the list has: it replaces the rows by <c>rows</c>, and
    /// changes fields by <c>cells</c>.
    /// </summary>
    [TestCase("sort=-messages_ready,name&limit=7")]
    [TestCase("sort=name&limit=5&offset=2")]
    [TestCase("q=is:durable%20q1&limit=500")]
    public async Task Changes_applied_to_the_rows_give_the_rows_of_the_list(string query)
    {
        await using var connection = await _broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var random = new Random(5);
        using var stream = await EventStream.OpenAsync(Uri($"live?list=queues&{query}"));
        JsonNode? rows = null;
        int wholes = 0, parts = 0;
        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < 6; i++)
            {
                string name = $"q{random.Next(20)}";
                if (random.Next(6) == 0)
                    await channel.QueueDeleteAsync(name, ifUnused: false, ifEmpty: false);
                else
                    await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false);
                await channel.BasicPublishAsync("", name, mandatory: false, new byte[random.Next(100)]);
            }
            JsonNode? list = null;
            string text = "";
            await Eventually.Holds(
                async () =>
                {
                    var (name, data) = await stream.NextAsync("rows", "cells");
                    (wholes, parts) = name == "rows" ? (wholes + 1, parts) : (wholes, parts + 1);
                    rows = Apply(rows, name, data);
                    list = JsonNode.Parse((await GetAsync($"queues?{query}")).GetRawText());
                    text = $"{rows}\n{list}";
                    return Same(rows, list);
                },
                () => text);
        }
        TestContext.Out.WriteLine($"{wholes} whole, {parts} changes");
    }

    [Test]
    public async Task Only_changed_fields_are_sent_while_the_rows_stay()
    {
        await using var connection = await _broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("a", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueDeclareAsync("b", durable: true, exclusive: false, autoDelete: false);
        using var stream = await EventStream.OpenAsync(Uri("live?list=queues&limit=10"));
        await stream.NextAsync("rows");

        await channel.BasicPublishAsync("", "b", mandatory: false, new byte[10]);
        var (name, data) = await stream.NextAsync("rows", "cells");

        Assert.That(name, Is.EqualTo("cells"));
        var cells = data.GetProperty("cells");
        Assert.That(cells.GetArrayLength(), Is.EqualTo(1));
        Assert.That(cells[0][0].GetInt32(), Is.EqualTo(1));
        Assert.That(cells[0][1].GetProperty("messages_ready").GetInt32(), Is.EqualTo(1));
        Assert.That(cells[0][1].TryGetProperty("name", out _), Is.False);
        Assert.That(data.GetProperty("total_count").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task The_overview_comes_each_second_with_what_the_user_sees()
    {
        foreach (string host in new[] { "one", "two" })
        {
            await SendAsync(HttpMethod.Put, $"vhosts/{host}");
            await SendAsync(HttpMethod.Put, $"permissions/{host}/guest", """{"configure":".*","write":".*","read":".*"}""");
            await SendAsync(HttpMethod.Put, $"queues/{host}/q", "{}");
            await SendAsync(HttpMethod.Post, $"exchanges/{host}/amq.default/publish", """
                {"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"}
                """);
        }
        await SendAsync(HttpMethod.Put, "users/u", """{"password":"secret","tags":"management"}""");
        await SendAsync(HttpMethod.Put, "permissions/one/u", """{"configure":".*","write":".*","read":".*"}""");
        using var all = await EventStream.OpenAsync(Uri("live?topics=overview"));
        using var one = await EventStream.OpenAsync(Uri("live?topics=overview&vhost=two"));
        using var own = await EventStream.OpenAsync(Uri("live?topics=overview"), "u:secret");
        using var other = await EventStream.OpenAsync(Uri("live?topics=overview&vhost=two"), "u:secret");

        (EventStream Stream, int Queues, bool HasNode)[] expected = [(all, 2, true), (one, 1, true), (own, 1, false), (other, 0, false)];
        foreach (var (stream, queues, hasNode) in expected)
        {
            JsonElement data = default;
            await Eventually.Holds(
                async () =>
                {
                    data = (await stream.NextAsync("overview")).Data;
                    return data.GetProperty("totals").GetProperty("messages").GetInt32() == queues;
                },
                () => $"{queues} expected, not {data}");
            Assert.That(data.GetProperty("counts").GetProperty("queues").GetInt32(), Is.EqualTo(queues));
            Assert.That(data.GetProperty("node").ValueKind, Is.EqualTo(hasNode ? JsonValueKind.Object : JsonValueKind.Null));
            Assert.That(data.GetProperty("alarms").GetArrayLength(), Is.Zero);
        }
        Assert.That(
            (await all.NextAsync("overview")).Data.GetProperty("now").GetInt64(),
            Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Within(10_000));
    }

    [Test]
    public async Task Alarms_and_jobs_come_when_they_change()
    {
        using var stream = await EventStream.OpenAsync(Uri("live?topics=alarms,jobs"));
        Assert.That((await stream.NextAsync("alarms")).Data.GetRawText(), Is.EqualTo("[]"));
        Assert.That((await stream.NextAsync("jobs")).Data.GetRawText(), Is.EqualTo("[]"));

        _broker.Broker.Alarms.SetMemoryLimit(1);
        Assert.That((await stream.NextAsync("alarms")).Data.GetRawText(), Is.EqualTo("""["memory"]"""));
        _broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);
        Assert.That((await stream.NextAsync("alarms")).Data.GetRawText(), Is.EqualTo("[]"));

        await SendAsync(HttpMethod.Put, "queues/%2F/from", "{}");
        await SendAsync(HttpMethod.Put, "queues/%2F/to", "{}");
        await SendAsync(HttpMethod.Post, "queues/%2F/from/messages/move", """{"destination_queue":"to","dry_run":true}""");
        Assert.That((await stream.NextAsync("jobs")).Data[0].GetProperty("kind").GetString(), Is.EqualTo("move"));
    }

    [Test]
    public async Task Rows_of_a_lost_virtual_host_go_away()
    {
        await SendAsync(HttpMethod.Put, "vhosts/v");
        await SendAsync(HttpMethod.Put, "users/u", """{"password":"secret","tags":"management"}""");
        await SendAsync(HttpMethod.Put, "permissions/v/u", """{"configure":".*","write":".*","read":".*"}""");
        using var stream = await EventStream.OpenAsync(Uri("live?list=exchanges&limit=3"), "u:secret");
        Assert.That((await stream.NextAsync("rows")).Data.GetProperty("items").GetArrayLength(), Is.EqualTo(3));

        await SendAsync(HttpMethod.Delete, "permissions/v/u");

        Assert.That((await stream.NextAsync("rows")).Data.GetProperty("total_count").GetInt32(), Is.Zero);
    }

    [TestCase("DELETE", "users/u", null)]
    [TestCase("PUT", "users/u", """{"password":"other","tags":"monitoring"}""")]
    [TestCase("PUT", "users/u", """{"password":"secret","tags":""}""")]
    public async Task The_stream_ends_when_its_user_may_no_longer_log_in(string method, string path, string? body)
    {
        await SendAsync(HttpMethod.Put, "users/u", """{"password":"secret","tags":"monitoring"}""");
        using var stream = await EventStream.OpenAsync(Uri("live?topics=overview"), "u:secret");
        await stream.NextAsync("overview");

        await SendAsync(new HttpMethod(method), path, body);

        await stream.ExpectEndAsync();
    }

    [Test]
    public async Task The_stream_ends_with_the_login_session()
    {
        await SendAsync(HttpMethod.Put, "users/u", """{"password":"secret","tags":"monitoring"}""");
        var sessions = _broker.Sessions;
        string token = sessions.Begin(_broker.Broker.Users.Find("u")!);
        using var stream = await EventStream.OpenAsync(Uri("live?topics=overview"), cookie: _broker.CookieOf(token));
        await stream.NextAsync("overview");

        sessions.End(token);

        await stream.ExpectEndAsync();
    }

    [Test]
    public async Task The_stream_ends_when_the_broker_stops()
    {
        var broker = await BrokerInProcess.StartAsync();
        using var stream = await EventStream.OpenAsync(new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/live?topics=jobs"));
        await stream.NextAsync("jobs");

        var stopped = broker.DisposeAsync().AsTask();

        Assert.That(await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromSeconds(4))), Is.SameAs(stopped));
        await stream.ExpectEndAsync();
    }

    [Test]
    public async Task There_is_room_for_64_streams_and_for_one_more_when_one_has_ended()
    {
        var streams = new List<EventStream>();
        for (int i = 0; i < 64; i++)
            streams.Add(await EventStream.OpenAsync(Uri("live?topics=jobs")));

        using (var refused = await EventStream.AskAsync(Uri("live?topics=jobs")))
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(503));
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("management.max_live_streams"));
        }

        streams[0].Dispose();
        await Eventually.Holds(
            async () =>
            {
                using var answer = await EventStream.AskAsync(Uri("live?topics=jobs"));
                return answer.IsSuccessStatusCode;
            },
            () => "no stream becomes free");
        streams.ForEach(stream => stream.Dispose());
    }

    [TestCase("")]
    [TestCase("?topics=nothere")]
    [TestCase("?topics=,")]
    [TestCase("?list=nothere")]
    [TestCase("?topics=jobs&list=queues&q=x:y")]
    [TestCase("?list=queues&sort=nothere")]
    [TestCase("?list=queues&limit=501")]
    public async Task A_stream_that_cannot_be_is_refused(string query)
    {
        using var answer = await EventStream.AskAsync(Uri($"live{query}"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
    }

    [Test]
    public async Task Streams_end_by_themselves_when_their_clients_have_gone()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.max_live_streams = 1");
        var uri = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/live?topics=overview");
        (await EventStream.OpenAsync(uri)).Dispose();

        await Eventually.Holds(
            async () =>
            {
                using var answer = await EventStream.AskAsync(uri);
                return answer.IsSuccessStatusCode;
            },
            () => "the place is not given back");
    }

    private static JsonNode Apply(JsonNode? rows, string name, JsonElement data)
    {
        if (name == "rows")
            return JsonNode.Parse(data.GetRawText())!;
        foreach (string field in new[] { "snapshot", "taken_at", "total_count", "filtered_count" })
            rows![field] = JsonNode.Parse(data.GetProperty(field).GetRawText());
        foreach (var change in data.GetProperty("cells").EnumerateArray())
            foreach (var cell in change[1].EnumerateObject())
                rows!["items"]![change[0].GetInt32()]![cell.Name] = JsonNode.Parse(cell.Value.GetRawText());
        return rows!;
    }

    /// <summary>Compares without the number and time of the snapshot, and without times that depend on the time of the snapshot.</summary>
    private static bool Same(JsonNode? rows, JsonNode? list)
    {
        var (one, other) = (rows!.DeepClone(), list!.DeepClone());
        foreach (var node in new[] { one, other })
        {
            node.AsObject().Remove("snapshot");
            node.AsObject().Remove("taken_at");
            foreach (var item in node["items"]!.AsArray())
                item!.AsObject().Remove("oldest_at");
        }
        return JsonNode.DeepEquals(one, other);
    }

    private Uri Uri(string path) => new($"http://127.0.0.1:{_broker.ManagementPort}/api/{path}");

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await EventStream.AskAsync(Uri(path));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(Uri(path).AbsoluteUri, new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        }));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        Assert.That(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode}");
    }
}
