using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>What is said of a broker whose state its administrator changes: one of its own, as it is the whole broker's.</summary>
public sealed class NodeStateTests
{
    private BrokerInProcess _broker = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync();
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
        await _http.PostAsJsonAsync("exchanges/%2F/amq.default/publish", new { properties = new { }, routing_key = "q", payload = new string('x', 10_000), payload_encoding = "string" });

        foreach (var (isMemory, isDisk) in new[] { (true, false), (true, true), (false, true), (false, false) })
        {
            await PutAsync("settings/memory-high-watermark", new { absolute = isMemory ? 1 : 1L << 50 });
            await PutAsync("settings/disk-free-limit", new { absolute = isDisk ? 1L << 62 : 1 });

            string[] lacking = [.. new[] { ("memory", isMemory), ("disk", isDisk) }.Where(each => each.Item2).Select(each => each.Item1)];
            var node = (await GetAsync("nodes"))[0];
            Assert.That((node.GetProperty("mem_alarm").GetBoolean(), node.GetProperty("disk_free_alarm").GetBoolean()), Is.EqualTo((isMemory, isDisk)));
            foreach (var (check, place) in new[] { ("alarms", "in the cluster"), ("local-alarms", "on the node") })
            {
                var answer = await GetAsync($"health/checks/{check}");
                Assert.That(Resources(answer), Is.EquivalentTo(lacking));
                if (lacking.Length > 0)
                    Assert.That(answer.GetProperty("reason").GetString(), Is.EqualTo($"There are alarms in effect {place}"));
            }
            string[] metrics = (await _http.GetStringAsync($"http://127.0.0.1:{_broker.MetricsPort}/metrics")).Split('\n');
            Assert.That(metrics, Has.Member($"rabbitmq_alarms_memory_used_watermark {(isMemory ? 1 : 0)}").And.Member($"rabbitmq_alarms_free_disk_space_watermark {(isDisk ? 1 : 0)}"));
        }

        static IEnumerable<string?> Resources(JsonElement check) =>
            check.GetProperty("status").GetString() == "ok" ? [] : check.GetProperty("alarms").EnumerateArray().Select(alarm => alarm.GetProperty("resource").GetString());
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
                Assert.That((await GetAsync($"health/checks/{check}")).GetProperty("status").GetString(), Is.EqualTo(isReady ? "ok" : "failed"), $"{setting} {body}");
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
            string identity = (await _http.GetStringAsync($"http://127.0.0.1:{_broker.MetricsPort}/metrics")).Split('\n').Single(line => line.StartsWith("rabbitmq_identity_info{", StringComparison.Ordinal));
            return
            [
                (await GetAsync("cluster-name")).GetProperty("name").GetString(), (await GetAsync("overview")).GetProperty("cluster_name").GetString(),
                identity.Split("rabbitmq_cluster=\"")[1].Split('"')[0], (await client.StartAsync()).ServerProperties["cluster_name"]?.AsString(),
            ];
        }
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
