using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The HTTP API shows the last lines of the log, and the last events.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RecentApiTests : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private BrokerInProcess _broker = null!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Test]
    public async Task The_log_has_level_category_and_time_of_each_line()
    {
        await StartAsync();
        using (await _http.PutAsync("cluster-name", JsonContent.Create(new { name = "a" }))) { }

        var line = await LastAsync("log?category=management&q=PUT cluster");

        Assert.That(line.GetProperty("level").GetString(), Is.EqualTo("info"));
        Assert.That(line.GetProperty("category").GetString(), Is.EqualTo("management"));
        Assert.That(
            line.GetProperty("text").GetString(), Is.EqualTo("HTTP API: 'guest' from 127.0.0.1: PUT /api/cluster-name: 204"));
        Assert.That(
            line.GetProperty("time").GetInt64(), Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Within(60_000));
    }

    [Test]
    public async Task Level_category_and_words_select_lines()
    {
        await StartAsync();
        using (await _http.PutAsync("cluster-name", JsonContent.Create(new { name = "a" }))) { }
        using (await _http.PutAsync("cluster-name", JsonContent.Create(new { }))) { } // refused: a warning

        await LastAsync("log?q=may not PUT");
        var warnings = await ItemsAsync("log?level=warning&category=management");
        var others = await ItemsAsync("log?category=queue");
        var none = await ItemsAsync("log?q=cluster-name nothing-such");

        Assert.That(warnings.Select(line => line.GetProperty("level").GetString()), Is.EqualTo(["warning"]));
        Assert.That((others.Length, none.Length), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_reader_gets_each_line_once()
    {
        await StartAsync();
        var first = await PageAsync("log?limit=1");
        long next = first.GetProperty("next").GetInt64();
        for (int i = 0; i < 5; i++)
            using (await _http.PutAsync("cluster-name", JsonContent.Create(new { name = $"{i}" }))) { }
        await Eventually.Holds(async () => (await ItemsAsync($"log?after={next}&q=PUT")).Length == 5, () => "The log has not all lines");

        var numbers = new List<long>();
        while (true)
        {
            var page = await PageAsync($"log?after={next}&limit=2&q=PUT");
            if (page.GetProperty("items").GetArrayLength() == 0)
                break;
            numbers.AddRange(page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("seq").GetInt64()));
            next = page.GetProperty("next").GetInt64();
        }

        Assert.That(first.GetProperty("items").GetArrayLength(), Is.EqualTo(1));
        Assert.That(numbers, Is.Unique.And.Ordered.And.Count.EqualTo(5));
    }

    [Test]
    public async Task The_lines_of_a_muted_console_are_kept()
    {
        await StartAsync("log.console = false", "log.level = warning");
        using (await _http.PutAsync("cluster-name", JsonContent.Create(new { }))) { }

        await LastAsync("log?q=may not PUT");

        Assert.That(await ItemsAsync("log?level=debug&q=info"), Is.Empty);
    }

    [Test]
    public async Task Settings_limit_what_is_kept()
    {
        await StartAsync("log.recent_lines = 2", "management.recent_events = 0");
        for (int i = 0; i < 5; i++)
            using (await _http.PutAsync("cluster-name", JsonContent.Create(new { name = $"{i}" }))) { }

        await Eventually.Holds(async () => (await ItemsAsync("log?q=PUT")).Length == 2, () => "The log has not two lines");
        Assert.That(await ItemsAsync("log"), Has.Length.EqualTo(2));
        Assert.That(await ItemsAsync("events"), Is.Empty);
    }

    [Test]
    public async Task Events_name_their_user_and_have_rabbitmqs_facts()
    {
        await StartAsync();
        await using var connection = await BrokerInProcess.ConnectAsync(_broker.Factory());
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("orders", durable: true, exclusive: false, autoDelete: false);

        var created = await LastAsync("events?q=queue.created orders");

        Assert.That(created.GetProperty("name").GetString(), Is.EqualTo("queue.created"));
        Assert.That(created.GetProperty("user").GetString(), Is.EqualTo("guest"));
        var facts = created.GetProperty("facts");
        Assert.That(
            (facts.GetProperty("name").GetString(), facts.GetProperty("vhost").GetString(), facts.GetProperty("durable").GetBoolean()),
            Is.EqualTo(("orders", "/", true)));
        Assert.That((await LastAsync("events?q=authentication.success")).GetProperty("user").GetString(), Is.EqualTo("guest"));
    }

    [Test]
    public async Task A_refused_login_says_why()
    {
        await StartAsync();
        Assert.That(async () => await BrokerInProcess.ConnectAsync(_broker.Factory(password: "wrong")), Throws.Exception);

        var refused = await LastAsync("events?q=authentication.failure");

        Assert.That(refused.GetProperty("facts").GetProperty("error").GetString(), Is.EqualTo("user 'guest' - invalid credentials"));
    }

    [Test]
    public async Task Changes_over_the_api_are_events()
    {
        await StartAsync();
        using (await _http.PutAsync("cluster-name", JsonContent.Create(new { name = "a" }))) { }
        using (await _http.DeleteAsync("queues/%2F/none")) { }

        var changed = (await LastAsync("events?q=api.changed")).GetProperty("facts");
        var refused = (await LastAsync("events?q=api.refused")).GetProperty("facts");

        Assert.That(
            changed.GetRawText(),
            Is.EqualTo(
                """{"user_who_performed_action":"guest","peer_host":"127.0.0.1","method":"PUT","path":"/api/cluster-name","status":204}"""));
        Assert.That(
            refused.GetRawText(),
            Is.EqualTo(
                """{"user_who_performed_action":"guest","peer_host":"127.0.0.1","method":"DELETE","path":"/api/queues/%2F/none","""
                    + "\"status\":404,\"reason\":\"Not Found\"}"));
    }

    [Test]
    public async Task A_policy_of_many_queues_does_not_displace_other_events()
    {
        await StartAsync("management.recent_events = 10");
        await using var connection = await BrokerInProcess.ConnectAsync(_broker.Factory());
        await using var channel = await connection.CreateChannelAsync();
        for (int i = 0; i < 20; i++)
            await channel.QueueDeclareAsync($"q{i}", durable: true, exclusive: false, autoDelete: false);

        using (await _http.PutAsync("policies/%2F/p", JsonContent.Create(new { pattern = "", definition = new { expires = 60_000 } }))) { }

        Assert.That((await LastAsync("events?q=policy.set")).GetProperty("user").GetString(), Is.EqualTo("guest"));
        Assert.That(await ItemsAsync("events?q=queue.created"), Is.Not.Empty);
    }

    [Test]
    public async Task Large_arguments_of_clients_do_not_fill_the_memory()
    {
        await StartAsync();
        await using var connection = await BrokerInProcess.ConnectAsync(_broker.Factory());
        await using var channel = await connection.CreateChannelAsync();
        var large = new Dictionary<string, object?> { ["x-note"] = new string('x', 100_000) };
        for (int i = 0; i < 60; i++)
            await channel.QueueDeclareAsync($"q{i}", durable: false, exclusive: true, autoDelete: false, large);

        // An event of a queue has 100 kB, and 4 MiB are kept.
        string[] kept = [.. (await ItemsAsync("events?limit=1000&q=queue.created"))
            .Select(item => item.GetProperty("facts").GetProperty("name").GetString()!)];
        Assert.That(kept, Has.Length.InRange(20, 42).And.Member("q59").And.No.Member("q0"));
    }

    private async Task StartAsync(params string[] settings)
    {
        _broker = await BrokerInProcess.StartAsync(settings);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/");
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
    }

    private Task<JsonElement> PageAsync(string path) => _http.GetFromJsonAsync<JsonElement>(path);

    private async Task<JsonElement[]> ItemsAsync(string path) => [.. (await PageAsync(path)).GetProperty("items").EnumerateArray()];

    /// <summary>Waits until the reply has an item, and returns the last one. The broker logs a change after its reply.</summary>
    private async Task<JsonElement> LastAsync(string path)
    {
        JsonElement[] items = [];
        await Eventually.Holds(async () => (items = await ItemsAsync(path)).Length > 0, () => $"{path} is empty");
        return items[^1];
    }
}
