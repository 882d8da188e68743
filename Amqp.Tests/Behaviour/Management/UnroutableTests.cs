using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Tests.Cli;
using Amqp.Tests.Faults;
using RabbitMQ.Client;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The routing keys with which messages reached no queue, and the ways of those that reach some.</summary>
public sealed class UnroutableTests
{
    private FaultyBroker _broker = null!;
    private IChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await FaultyBroker.StartAsync();
        var connection = await _broker.Broker.Factory().CreateConnectionAsync();
        _channel = await connection.CreateChannelAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _channel.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task Each_key_is_listed_once_with_its_count_and_reason_the_latest_first()
    {
        await _channel.QueueDeclareAsync("q", true, false, false);
        await _channel.QueueBindAsync("q", "amq.direct", "known");
        foreach (string key in new[] { "one", "known", "two", "two", "" })
            await _channel.BasicPublishAsync("amq.direct", key, false, new byte[1]);
        await Task.Delay(2); // so that the last message has a later time
        await _channel.BasicPublishAsync("amq.direct", "one", true, new byte[1]);
        await _channel.QueueDeclareAsync("q", true, false, false);

        var keys = await GetAsync("amq.direct");

        Assert.That(
            keys.Select(key => $"{Text(key, "routing_key")} {key.GetProperty("messages")} {Text(key, "reason")}"),
            Is.EquivalentTo(
            [
                "one 2 no binding matched; returned to the publisher", "two 2 no binding matched; dropped",
                " 1 no binding matched; dropped",
            ]));
        Assert.That(Text(keys[0], "routing_key"), Is.EqualTo("one"));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(keys[0].GetProperty("time").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(await GetAsync("amq.topic"), Is.Empty);
    }

    [Test]
    public async Task The_default_exchange_and_a_missing_alternate_exchange_have_reasons_of_their_own()
    {
        var alternate = new Dictionary<string, object?> { ["alternate-exchange"] = "none" };
        await _channel.ExchangeDeclareAsync("x", "direct", true, false, alternate);
        await _channel.BasicPublishAsync("x", "k", false, new byte[1]);
        await _channel.BasicPublishAsync("", "none", false, new byte[1]);
        await _channel.QueueDeclareAsync("q", true, false, false);

        Assert.That(
            Text((await GetAsync("x"))[0], "reason"),
            Is.EqualTo("no binding matched, and the alternate exchange 'none' does not exist; dropped"));
        Assert.That(Text((await GetAsync("amq.default"))[0], "reason"), Is.EqualTo("there was no queue of this name; dropped"));
        var run = await CliRun.HereAsync(
            ["exchanges", "unroutable", "amq.default", "--columns", "routing_key,messages,reason"],
            new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{_broker.Broker.ManagementPort}" });
        Assert.That(run.Lines[^1], Is.EqualTo("none                1  there was no queue of this name; dropped"));
    }

    [Test]
    public async Task A_hundred_keys_are_kept()
    {
        for (int i = 0; i < 150; i++)
            await _channel.BasicPublishAsync("amq.direct", $"{i}", false, new byte[1]);
        await _channel.QueueDeclareAsync("q", true, false, false);

        var keys = await GetAsync("amq.direct");

        Assert.That(keys, Has.Length.EqualTo(100));
        Assert.That(keys.Select(key => Text(key, "routing_key")), Does.Contain("149").And.Not.Contain("0"));
    }

    [Test]
    public void Only_so_many_exchanges_have_keys()
    {
        var log = new UnroutableLog();
        var exchanges = Enumerable.Range(0, UnroutableLog.MostExchanges + 5).Select(_ => new ExchangeCounts()).ToArray();
        foreach (var exchange in exchanges)
            log.Note(exchange, "k"u8, 1, isReturned: false);

        Assert.That(exchanges.Count(exchange => exchange.Unroutable is not null), Is.EqualTo(UnroutableLog.MostExchanges));
        Assert.That(exchanges[4].Unroutable, Is.Null);
        Assert.That(exchanges[^1].Unroutable!.All.Single().Key, Is.EqualTo("k"));
    }

    [Test]
    public async Task A_route_says_by_which_way_each_queue_is_reached()
    {
        await _channel.ExchangeDeclareAsync("rest", "fanout", true);
        var alternate = new Dictionary<string, object?> { ["alternate-exchange"] = "rest" };
        await _channel.ExchangeDeclareAsync("in", "topic", true, false, alternate);
        await _channel.ExchangeBindAsync("in", "amq.fanout", "");
        foreach (string queue in new[] { "eu", "others" })
            await _channel.QueueDeclareAsync(queue, true, false, false);
        await _channel.QueueBindAsync("eu", "in", "eu.#");
        await _channel.QueueBindAsync("others", "rest", "");

        Assert.That(await PathsAsync("amq.fanout", "eu.x"), Is.EqualTo(new[] { "eu: amq.fanout -binding()-> in -binding(eu.#)-> eu" }));
        Assert.That(
            await PathsAsync("amq.fanout", "us"),
            Is.EqualTo(new[] { "others: amq.fanout -binding()-> in -alternate()-> rest -binding()-> others" }));
        Assert.That(await PathsAsync("amq.default", "eu"), Is.EqualTo(new[] { "eu:  -default()-> eu" }));
    }

    private async Task<string[]> PathsAsync(string exchange, string key)
    {
        var (code, body) = await _broker.HttpAsync(
            "POST", $"/exchanges/%2F/{exchange}/route", JsonSerializer.Serialize(new { routing_key = key, properties = new { } }));
        Assert.That(code, Is.EqualTo(200), body);
        return
        [
            .. JsonDocument.Parse(body).RootElement.GetProperty("paths").EnumerateArray().Select(path =>
            {
                JsonElement[] steps = [.. path.GetProperty("steps").EnumerateArray()];
                return $"{Text(path, "queue")}: {Text(steps[0], "source")}"
                    + string.Concat(steps.Select(step =>
                        $" -{Text(step, "kind")}({step.GetProperty("routing_key")})-> {Text(step, "destination")}"));
            }),
        ];
    }

    private async Task<JsonElement[]> GetAsync(string exchange)
    {
        var (code, body) = await _broker.HttpAsync("GET", $"/exchanges/%2F/{exchange}/unroutable");
        Assert.That(code, Is.EqualTo(200), body);
        return [.. JsonDocument.Parse(body).RootElement.EnumerateArray()];
    }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
