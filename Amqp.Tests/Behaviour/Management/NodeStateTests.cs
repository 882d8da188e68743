using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>
/// An administrator changes the state of the node over HTTP. The tests have a broker of their own, because all its clients are affected.
/// </summary>
public sealed class NodeStateTests
{
    private BrokerInProcess _broker = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync("auth_mechanisms.1 = AMQPLAIN");
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
    }

    [OneTimeTearDown]
    public async Task StopTheBroker()
    {
        _http.Dispose();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task Memory_and_disk_are_told_apart_where_alarms_are_told_of()
    {
        await PutAsync("queues/%2F/q", new { });
        await _http.PostAsJsonAsync(
            "exchanges/%2F/amq.default/publish",
            new { properties = new { }, routing_key = "q", payload = new string('x', 10_000), payload_encoding = "string" });

        foreach (var (isMemory, isDisk) in new[] { (true, false), (true, true), (false, true), (false, false) })
        {
            await PutAsync("settings/memory-high-watermark", new { absolute = isMemory ? 1 : 1L << 50 });
            await PutAsync("settings/disk-free-limit", new { absolute = isDisk ? 1L << 62 : 1 });

            string[] lacking = [.. new[] { ("memory", isMemory), ("disk", isDisk) }.Where(each => each.Item2).Select(each => each.Item1)];
            var node = (await GetAsync("nodes"))[0];
            Assert.That(
                (node.GetProperty("mem_alarm").GetBoolean(), node.GetProperty("disk_free_alarm").GetBoolean()),
                Is.EqualTo((isMemory, isDisk)));
            foreach (var (check, place) in new[] { ("alarms", "in the cluster"), ("local-alarms", "on the node") })
            {
                var answer = await GetAsync($"health/checks/{check}");
                Assert.That(Resources(answer), Is.EquivalentTo(lacking));
                if (lacking.Length > 0)
                    Assert.That(answer.GetProperty("reason").GetString(), Is.EqualTo($"There are alarms in effect {place}"));
            }
            string[] metrics = (await _http.GetStringAsync($"http://127.0.0.1:{_broker.MetricsPort}/metrics")).Split('\n');
            Assert.That(
                metrics,
                Has.Member($"rabbitmq_alarms_memory_used_watermark {(isMemory ? 1 : 0)}")
                    .And.Member($"rabbitmq_alarms_free_disk_space_watermark {(isDisk ? 1 : 0)}"));
        }

        static IEnumerable<string?> Resources(JsonElement check) =>
            check.GetProperty("status").GetString() == "ok"
                ? []
                : check.GetProperty("alarms").EnumerateArray().Select(alarm => alarm.GetProperty("resource").GetString());
    }

    [Test]
    public async Task A_broker_that_takes_no_clients_says_so_and_whether_it_is_for_maintenance()
    {
        foreach (var (setting, body, isReady, isDrained) in new (string, object, bool, bool)[]
                 {
                     ("listeners", new { suspended = true }, false, false), ("listeners", new { suspended = false }, true, false),
                     ("maintenance", new { enabled = true }, false, true), ("maintenance", new { enabled = false }, true, false),
                 })
        {
            await PutAsync($"settings/{setting}", body);

            foreach (string check in new[] { "ready-to-serve-clients", "is-in-service" })
                Assert.That(
                    (await GetAsync($"health/checks/{check}")).GetProperty("status").GetString(),
                    Is.EqualTo(isReady ? "ok" : "failed"),
                    $"{setting} {body}");
            Assert.That((await GetAsync("nodes"))[0].GetProperty("being_drained").GetBoolean(), Is.EqualTo(isDrained), $"{setting} {body}");
        }
    }

    [Test]
    public async Task The_name_of_the_cluster_is_the_one_that_it_was_given_last()
    {
        Assert.That(await NamesAsync(), Has.All.EqualTo($"rabbit@{Environment.MachineName}"));

        await PutAsync("cluster-name", new { name = "shop" });
        Assert.That(await NamesAsync(), Has.All.EqualTo("shop"));

        await _http.DeleteAsync("global-parameters/cluster_name");
        Assert.That(await NamesAsync(), Has.All.EqualTo($"rabbit@{Environment.MachineName}"));

        async Task<string?[]> NamesAsync()
        {
            await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
            string identity = (await _http.GetStringAsync($"http://127.0.0.1:{_broker.MetricsPort}/metrics"))
                .Split('\n')
                .Single(line => line.StartsWith("rabbitmq_identity_info{", StringComparison.Ordinal));
            return
            [
                (await GetAsync("cluster-name")).GetProperty("name").GetString(),
                (await GetAsync("overview")).GetProperty("cluster_name").GetString(),
                identity.Split("rabbitmq_cluster=\"")[1].Split('"')[0],
                (await client.StartAsync()).ServerProperties["cluster_name"]?.AsString(),
            ];
        }
    }

    [Test]
    public async Task The_limits_are_those_that_were_set_last_in_bytes_or_by_the_machines_memory()
    {
        long available = new MemoryWatermark().Available;
        foreach (var (share, memory) in new[] { (0.25, available / 4), (2, available * 2), (1_000, available * 1_000) })
        {
            await PutAsync("settings/memory-high-watermark", new { relative = share });
            await PutAsync("settings/disk-free-limit", new { absolute = "3MB" });
            var node = (await GetAsync("nodes"))[0];
            Assert.That(
                (node.GetProperty("mem_limit").GetInt64(), node.GetProperty("disk_free_limit").GetInt64()),
                Is.EqualTo((memory, 3_000_000L)));
        }

        foreach (object refused in new object[]
        {
            new { relative = 1_000.5 }, new { relative = -0.1 }, new { relative = "0.5" }, new { absolute = "-1" },
            new { absolute = "many" }, new { }
        })
            foreach (string setting in new[] { "memory-high-watermark", "disk-free-limit" })
                Assert.That(
                    (await _http.PutAsJsonAsync($"settings/{setting}", refused)).StatusCode,
                    Is.EqualTo(HttpStatusCode.BadRequest),
                    $"{setting} {refused}");
        Assert.That(
            (await GetAsync("nodes"))[0].GetProperty("mem_limit").GetInt64(),
            Is.EqualTo(available * 1_000),
            "a refused value changes nothing");
    }

    [Test]
    public async Task A_node_names_the_mechanisms_that_are_enabled_and_how_long_samples_are_kept()
    {
        var mechanisms = (await GetAsync("nodes"))[0]
            .GetProperty("auth_mechanisms")
            .EnumerateArray()
            .Select(each => $"{each.GetProperty("name").GetString()} {each.GetProperty("enabled").GetBoolean()}");

        Assert.That(mechanisms, Is.EqualTo(new[] { "PLAIN False", "AMQPLAIN True" }));
        Assert.That(
            (await GetAsync("overview")).GetProperty("sample_retention_policies").GetRawText(),
            Is.EqualTo("""{"global":[600,3600,28800,86400],"basic":[600,3600],"detailed":[600]}"""));
    }

    [Test]
    public async Task The_node_that_is_there_can_be_reset_and_no_other()
    {
        string node = (await GetAsync("nodes"))[0].GetProperty("name").GetString()!;

        Assert.That((await _http.DeleteAsync($"reset/{node}")).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await _http.DeleteAsync("reset/rabbit@elsewhere")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_message_that_is_published_or_got_is_no_change_to_write_down()
    {
        await PutAsync("queues/%2F/logged", new { });
        await _http.PostAsJsonAsync(
            "exchanges/%2F/amq.default/publish",
            new { properties = new { }, routing_key = "logged", payload = "", payload_encoding = "string" });
        await _http.PostAsJsonAsync("queues/%2F/logged/get", new { count = 1, ackmode = "ack_requeue_false", encoding = "auto" });
        await GetAsync("queues/%2F/logged");
        await _http.DeleteAsync("queues/%2F/logged");

        await Eventually.Holds(() => Changes().Length == 2, () => string.Join('\n', Changes()));

        Assert.That(Changes(), Is.EqualTo(new[] { "PUT /api/queues/%2F/logged: 201", "DELETE /api/queues/%2F/logged: 204" }));

        string[] Changes() =>
            [
                .. _broker.Log.Where(line =>
                    line.StartsWith("HTTP API: ", StringComparison.Ordinal)
                        && (line.Contains("/logged", StringComparison.Ordinal) || line.Contains("/publish", StringComparison.Ordinal)))
                    .Select(line => line.Split("127.0.0.1: ")[1])
            ];
    }

    private async Task PutAsync(string path, object body)
    {
        using var answer = await _http.PutAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
