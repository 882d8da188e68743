using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Federation;

/// <summary>
/// Federation and shovels between this broker and a real RabbitMQ, in both directions, while either is killed and restarted. No confirmed
/// message may be lost.
/// </summary>
[NonParallelizable]
public sealed class RabbitMqFederationTests
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Number of rounds. In each, both brokers are killed once. From two rounds on, RabbitMQ is also stopped in order.</summary>
    private static readonly int _rounds =
        int.Parse(Environment.GetEnvironmentVariable("AMQP_TESTS_CRASHES") ?? "1", CultureInfo.InvariantCulture);

    private readonly HttpClient _http = new();

    /// <summary>
    /// True while RabbitMQ is restarted after a kill. RabbitMQ notes which of the two exchanges of its link is in use, but a kill soon
    /// after loses the note. It then deletes the exchange in use and declares it again, and what is published between reaches no queue.
    /// </summary>
    private volatile bool _isLinkOfRabbitMqUnsafe;

    [OneTimeTearDown]
    public void Close() => _http.Dispose();

    [Test]
    public async Task Nothing_confirmed_is_lost_between_this_broker_and_RabbitMQ()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var ours = await BrokerProcess.StartAsync();
        await DeclareAsync(ours.Uri);
        await DeclareAsync(rabbit.Uri);
        await DefineAsync((path, body) => PutAsync(ours, path, body), "1", rabbit.Uri);
        await DefineAsync(rabbit.PutAsync, "2", ours.Uri);
        await Eventually.Holds(
            async () => AreRunning(await ListAsync(ours, "federation-links"), "status", 2)
                && AreRunning(await ListAsync(ours, "shovels"), "state", 1)
                && AreRunning(await rabbit.ListAsync("federation-links"), "status", 2)
                && AreRunning(await rabbit.ListAsync("shovels"), "state", 1),
            () => "a link or a shovel does not run");

        using var stopped = new CancellationTokenSource();
        Flow[] flows =
        [
            .. Enumerable.Range(1, 2).SelectMany(number =>
            {
                var (from, to) = number == 1 ? (rabbit.Uri, ours.Uri) : (ours.Uri, rabbit.Uri);
                return (Flow[])
                [
                    new(
                        $"exchange {number}", from, $"x{number}", "", to, $"x{number}.q", null, stopped.Token,
                        number == 2 ? () => _isLinkOfRabbitMqUnsafe : null),
                    new($"queue {number}", from, "", $"q{number}", to, $"q{number}", $"q{number}", stopped.Token),
                    new($"shovel {number}", from, "", $"s{number}", to, $"t{number}", null, stopped.Token),
                ];
            }),
        ];
        for (int round = 0; round < _rounds; round++)
            await DisturbAsync(ours, rabbit, stopsRabbit: round > 0);
        await stopped.CancelAsync();

        foreach (var flow in flows)
            await flow.AssertNothingLostAsync();
    }

    private async Task DisturbAsync(BrokerProcess ours, RabbitMqProcess rabbit, bool stopsRabbit)
    {
        await Task.Delay(2000); // the links are at work when they are disturbed
        ours.Kill();
        await ours.RestartAsync();
        await Task.Delay(2000);
        _isLinkOfRabbitMqUnsafe = true;
        await Task.Delay(500); // the last message is confirmed
        await rabbit.KillAsync();
        await rabbit.LaunchAsync();
        await Eventually.Holds(
            async () => AreRunning(await rabbit.ListAsync("federation-links"), "status", 2), () => "a link of RabbitMQ does not run");
        _isLinkOfRabbitMqUnsafe = false;
        await Task.Delay(2000);
        await ours.StopAsync();
        await ours.RestartAsync();
        if (!stopsRabbit)
            return;
        await Task.Delay(2000);
        await rabbit.StopAsync();
        await rabbit.LaunchAsync();
    }

    private static async Task DeclareAsync(Uri broker)
    {
        await using var connection = await NumberedMessages.ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync();
        foreach (string exchange in (string[])["x1", "x2"])
        {
            await channel.ExchangeDeclareAsync(exchange, "fanout", durable: true);
            await channel.QueueDeclareAsync($"{exchange}.q", true, false, false);
            await channel.QueueBindAsync($"{exchange}.q", exchange, "");
        }
        foreach (string queue in (string[])["q1", "q2", "s1", "s2", "t1", "t2"])
            await channel.QueueDeclareAsync(queue, true, false, false);
    }

    /// <summary>Makes the other broker the upstream of one exchange and one queue, and the source of a shovel.</summary>
    private static async Task DefineAsync(Func<string, object, Task> put, string number, Uri other)
    {
        string uri = $"amqp://guest:guest@127.0.0.1:{other.Port}";
        await put("parameters/federation-upstream/%2F/other", new
        {
            value = new Dictionary<string, object> { ["uri"] = uri, ["reconnect-delay"] = 1, ["prefetch-count"] = 100 },
        });
        await put("policies/%2F/federated", new Dictionary<string, object>
        {
            ["pattern"] = $"^[xq]{number}$",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream-set"] = "all" },
        });
        await put("parameters/shovel/%2F/s", new
        {
            value = new Dictionary<string, object>
            {
                ["src-uri"] = uri,
                ["src-queue"] = $"s{number}",
                ["dest-uri"] = "amqp://",
                ["dest-queue"] = $"t{number}",
                ["reconnect-delay"] = 1,
            },
        });
    }

    private static bool AreRunning(JsonElement[] items, string field, int count) =>
        items.Length == count && items.All(item => item.GetProperty(field).GetString() == "running");

    private async Task<JsonElement[]> ListAsync(BrokerProcess broker, string path)
    {
        using var request = Request(broker, HttpMethod.Get, path);
        var answer = await _http.SendAsync(request);
        return [.. JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray()];
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

    /// <summary>Messages that are published at one broker and have to come to the other one.</summary>
    private sealed class Flow
    {
        private readonly string _name;
        private readonly (Uri Broker, string Queue)[] _places;
        private readonly HashSet<string> _taken = [];
        private readonly Task<int> _publishing;
        private readonly Task _consuming;

        public Flow(
            string name, Uri from, string exchange, string key, Uri to, string queue, string? consumed, CancellationToken stopped,
            Func<bool>? isHeld = null)
        {
            _name = name;
            _places = consumed is null ? [(to, queue)] : [(to, queue), (from, queue)]; // messages of a queue may stay where they are
            _publishing = NumberedMessages.PublishAsync(from, exchange, key, _pause, stopped, isHeld);
            _consuming = consumed is null ? Task.CompletedTask : NumberedMessages.ConsumeAsync(to, consumed, _taken, stopped);
        }

        public async Task AssertNothingLostAsync()
        {
            int count = await _publishing;
            await _consuming;
            int consumed = _taken.Count;
            await Eventually.Holds(
                async () =>
                {
                    foreach (var (broker, queue) in _places)
                        await NumberedMessages.TakeAllAsync(broker, queue, _taken);
                    return NumberedMessages.AreAllIn(_taken, count);
                },
                () => $"{_name}: {count} messages were confirmed, {_taken.Count} came");
            TestContext.Out.WriteLine($"{_name}: {count} messages, {consumed} of them consumed");
            Assert.That(count, Is.GreaterThan(100), _name);
            if (_places.Length > 1)
                Assert.That(consumed, Is.GreaterThan(100), _name);
        }
    }
}
