using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Federation;

/// <summary>Kills and restarts either broker of a link while messages are published. No confirmed message may be lost.</summary>
public sealed class FederationCrashTests
{
    private readonly HttpClient _http = new();

    [OneTimeTearDown]
    public void Close() => _http.Dispose();

    [Test]
    public async Task An_exchange_loses_no_confirmed_message_when_either_broker_is_killed()
    {
        await using var down = await BrokerProcess.StartAsync();
        await using var up = await BrokerProcess.StartAsync();
        await FederateAsync(down, up);
        await DeclareAsync(down, channel => channel.QueueBindAsync("q", "f", ""));
        await Eventually.Holds(async () => await HasLinkAsync(down), () => "the link does not run");

        using var stopped = new CancellationTokenSource();
        var publishing = NumberedMessages.PublishAsync(up.Uri, "f", "f", TimeSpan.Zero, stopped.Token);
        await DisturbAsync(down, up);
        await stopped.CancelAsync();
        int confirmed = await publishing;

        var taken = new HashSet<string>();
        await Eventually.Holds(
            async () =>
            {
                await NumberedMessages.TakeAllAsync(down.Uri, "q", taken);
                return NumberedMessages.AreAllIn(taken, confirmed);
            },
            () => $"{confirmed} messages were confirmed, {taken.Count} came");
        Assert.That(confirmed, Is.GreaterThan(100));
    }

    [Test]
    public async Task A_queue_loses_no_confirmed_message_when_either_broker_is_killed()
    {
        await using var down = await BrokerProcess.StartAsync();
        await using var up = await BrokerProcess.StartAsync();
        await FederateAsync(down, up);
        await DeclareAsync(down, _ => Task.CompletedTask);
        await Eventually.Holds(async () => await HasLinkAsync(down), () => "the link does not run");

        using var stopped = new CancellationTokenSource();
        var publishing = NumberedMessages.PublishAsync(up.Uri, "", "f", TimeSpan.Zero, stopped.Token);
        var consumed = new HashSet<string>();
        var consuming = NumberedMessages.ConsumeAsync(down.Uri, "f", consumed, stopped.Token);
        await DisturbAsync(down, up);
        await stopped.CancelAsync();
        int confirmed = await publishing;
        await consuming;

        Assert.That(consumed, Has.Count.GreaterThan(100));
        await Eventually.Holds(
            async () =>
            {
                await NumberedMessages.TakeAllAsync(down.Uri, "f", consumed);
                await NumberedMessages.TakeAllAsync(up.Uri, "f", consumed);
                return NumberedMessages.AreAllIn(consumed, confirmed); // the link may still hold some
            },
            () => $"{confirmed} messages were confirmed, {consumed.Count} came");
    }

    /// <summary>
    /// A start that was interrupted before its new exchange was bound to the queue leaves that exchange beside the one of the start before.
    /// </summary>
    [Test]
    public async Task An_exchange_loses_no_message_when_its_last_start_was_interrupted()
    {
        const string Queue = "federation: f -> down";
        await using var down = await BrokerProcess.StartAsync();
        await using var up = await BrokerProcess.StartAsync();
        await DeclareAsync(up, async channel =>
        {
            await channel.QueueDeclareAsync(
                Queue, true, false, false, new Dictionary<string, object?> { ["x-internal-purpose"] = "federation" });
            await channel.ExchangeDeclareAsync($"{Queue} A", "fanout", durable: true);
            await channel.ExchangeDeclareAsync($"{Queue} B", "fanout", durable: true);
            await channel.QueueBindAsync(Queue, $"{Queue} B", "");
            await channel.ExchangeBindAsync($"{Queue} B", "f", "");
        });
        await DeclareAsync(down, channel => channel.QueueBindAsync("q", "f", ""));
        using var stopped = new CancellationTokenSource();
        var publishing = NumberedMessages.PublishAsync(up.Uri, "f", "f", TimeSpan.Zero, stopped.Token);

        await FederateAsync(down, up);
        await Eventually.Holds(async () => await HasLinkAsync(down), () => "the link does not run");
        await stopped.CancelAsync();
        int confirmed = await publishing;

        var taken = new HashSet<string>();
        await Eventually.Holds(
            async () =>
            {
                await NumberedMessages.TakeAllAsync(down.Uri, "q", taken);
                return NumberedMessages.AreAllIn(taken, confirmed);
            },
            () => $"{confirmed} messages were confirmed, {taken.Count} came");
    }

    private static async Task DisturbAsync(BrokerProcess down, BrokerProcess up)
    {
        foreach (var broker in (BrokerProcess[])[down, up, down, up])
        {
            await Task.Delay(1000); // long enough for the link to work again, and to be at work when it is disturbed
            broker.Kill();
            await broker.RestartAsync();
        }
        await Task.Delay(1000);
        await down.StopAsync();
        await down.RestartAsync();
        await up.StopAsync();
        await up.RestartAsync();
    }

    private async Task FederateAsync(BrokerProcess down, BrokerProcess up)
    {
        await PutAsync(down, "cluster-name", new { name = "down" });
        await PutAsync(up, "cluster-name", new { name = "up" });
        await PutAsync(down, "parameters/federation-upstream/%2F/u", new
        {
            value = new Dictionary<string, object> { ["uri"] = $"amqp://guest:guest@127.0.0.1:{up.Port}", ["reconnect-delay"] = 0 },
        });
        await PutAsync(down, "policies/%2F/p", new Dictionary<string, object>
        {
            ["pattern"] = "^f$",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream"] = "u" },
        });
        await DeclareAsync(up, _ => Task.CompletedTask);
    }

    private static async Task DeclareAsync(BrokerProcess broker, Func<IChannel, Task> bind)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync("f", "fanout", durable: true);
        await channel.QueueDeclareAsync("f", true, false, false);
        await channel.QueueDeclareAsync("q", true, false, false);
        await bind(channel);
    }

    private async Task<bool> HasLinkAsync(BrokerProcess broker)
    {
        using var request = Request(broker, HttpMethod.Get, "federation-links");
        var links = JsonDocument.Parse(await (await _http.SendAsync(request)).Content.ReadAsStringAsync()).RootElement;
        return links.GetArrayLength() == 2 && links.EnumerateArray().All(link => link.GetProperty("status").GetString() == "running");
    }

    private async Task PutAsync(BrokerProcess broker, string path, object body)
    {
        using var request = Request(broker, HttpMethod.Put, path);
        request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        Assert.That((await _http.SendAsync(request)).IsSuccessStatusCode);
    }

    private static HttpRequestMessage Request(BrokerProcess broker, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, $"http://127.0.0.1:{broker.ManagementPort}/api/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        return request;
    }
}
