using System.Text;
using System.Text.Json;
using Amqp.Tests.Cli;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Traces;

/// <summary>Traces show the ways of messages: <c>/api/traces</c> and <c>amqpbroker trace</c>.</summary>
public sealed class TraceTests
{
    private FaultyBroker _broker = null!;
    private IChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await FaultyBroker.StartAsync();
        _channel = await _broker.ChannelAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Test]
    public async Task A_message_is_followed_from_the_publisher_to_the_acknowledgement()
    {
        await DeclareAsync("q");
        await DeclareAsync("copy");
        await _channel.QueueBindAsync("q", "amq.topic", "a.*");
        await _channel.QueueBindAsync("copy", "amq.topic", "#");
        long id = await StartAsync("""{"vhost":"/","queue":"q"}""");
        await PublishAsync("amq.topic", "a.b", "m1");
        await PublishAsync("amq.topic", "other", "m2"); // does not reach the queue
        var got = (await _channel.BasicGetAsync("q", false))!;
        await _channel.BasicAckAsync(got.DeliveryTag, false);
        await _channel.BasicGetAsync("copy", true);

        var hops = await HopsAsync(id, 6);

        Assert.That(hops.Select(Describe), Is.EquivalentTo(
        [
            "1 published amq.topic a.b - - guest m1 4", "1 routed - - q - - - -", "1 routed - - copy - - - -",
            "1 delivered - - q - guest m1 4", "1 acked - - q - guest - -", "1 delivered - - copy - guest m1 4",
        ]));
        Assert.That(hops.Select(hop => hop.GetProperty("seq").GetInt32()), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That(hops[0].GetProperty("channel").GetString(), Does.EndWith(" (1)"));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(hops[0].GetProperty("time").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
    }

    [TestCase("classic")]
    [TestCase("quorum")]
    public async Task A_consumer_requeues_and_then_acknowledges(string type)
    {
        await DeclareAsync("q", new() { ["x-queue-type"] = type });
        long id = await StartAsync("""{"vhost":"/","queue":"q"}""");
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (delivery.Redelivered)
                await _channel.BasicAckAsync(delivery.DeliveryTag, false);
            else
                await _channel.BasicNackAsync(delivery.DeliveryTag, false, true);
        };
        await _channel.BasicConsumeAsync("q", false, "tag", consumer);
        await PublishAsync("", "q", "m");

        Assert.That((await HopsAsync(id, 6)).Select(Describe), Is.EqualTo(
        [
            "1 published  q - - guest m 4", "1 routed - - q - - - -", "1 delivered - - q tag guest m 4",
            "1 requeued - - q tag guest - -", "1 delivered - - q tag guest m 4", "1 acked - - q tag guest - -",
        ]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_dead_letter_is_followed_to_its_new_queue(bool isRejected)
    {
        var arguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" };
        if (!isRejected)
            arguments["x-message-ttl"] = 1;
        await DeclareAsync("dead");
        await DeclareAsync("q", arguments);
        long id = await StartAsync("""{"vhost":"/","queue":"q"}""");
        await PublishAsync("", "q", "m");
        if (isRejected)
            await _channel.BasicRejectAsync((await _channel.BasicGetAsync("q", false))!.DeliveryTag, false);
        await Eventually.Holds(() => _broker.Queue("dead").Counts.Ready == 1, () => "no dead letter");
        await _channel.BasicGetAsync("dead", true);

        string[] first = isRejected ? ["1 delivered - - q - guest m 4", "1 rejected - - q - guest - -"] : ["1 expired - - q - - - -"];
        Assert.That((await HopsAsync(id, isRejected ? 7 : 6)).Select(Describe), Is.EqualTo(
        [
            "1 published  q - - guest m 4", "1 routed - - q - - - -", .. first, "1 dead_lettered  dead q - - - -",
            "1 routed - - dead - - - -", "1 delivered - - dead - guest m 4",
        ]));
    }

    [Test]
    public async Task A_trace_of_an_exchange_also_shows_returned_messages()
    {
        long id = await StartAsync("""{"vhost":"/","exchange":"amq.direct"}""");
        await using var connection = await _broker.Broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync("amq.direct", "none", true, new BasicProperties { MessageId = "m" }, new byte[4]);

        Assert.That((await HopsAsync(id, 2)).Select(Describe), Is.EqualTo(
            ["1 published amq.direct none - - guest m 4", "1 returned amq.direct none - - guest m 4"]));
    }

    [TestCase("""{"message_id":"wanted"}""")]
    [TestCase("""{"header":{"h":7}}""")]
    [TestCase("""{"header":{"t":"text"}}""")]
    [TestCase("""{"header":{"b":true}}""")]
    public async Task Only_messages_that_satisfy_the_conditions_are_followed(string condition)
    {
        await DeclareAsync("q");
        await PublishAsync("", "q", "before");
        await PublishAsync("", "q", "wanted", new() { ["h"] = 7, ["t"] = "text", ["b"] = true });
        long id = await StartAsync($$"""{"vhost":"/","queue":"q",{{condition[1..]}}""");
        await PublishAsync("", "q", "other", new() { ["h"] = 8, ["t"] = "texts", ["b"] = false });
        await PublishAsync("", "q", "wanted", new() { ["h"] = 7, ["t"] = "text", ["b"] = true });
        for (int i = 0; i < 4; i++)
            await _channel.BasicGetAsync("q", true);

        Assert.That((await HopsAsync(id, 4)).Select(Describe), Is.EqualTo(
        [
            "1 published  q - - guest wanted 4", "1 routed - - q - - - -", "2 delivered - - q - guest wanted 4",
            "1 delivered - - q - guest wanted 4",
        ]));
    }

    [Test]
    public async Task Messages_of_a_transaction_are_followed_from_the_commit_on()
    {
        await DeclareAsync("q");
        await using var connection = await _broker.Broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.TxSelectAsync();
        long id = await StartAsync("""{"vhost":"/","queue":"q"}""");
        await channel.BasicPublishAsync("", "q", false, new BasicProperties { MessageId = "m" }, new byte[4]);
        await channel.QueueDeclarePassiveAsync("q");
        Assert.That(await HopsAsync(id, 0), Is.Empty);
        await channel.TxCommitAsync();

        Assert.That((await HopsAsync(id, 2)).Select(Describe), Is.EqualTo(
            ["1 published  q - - guest m 4", "1 routed - - q - - - -"]));
    }

    [Test]
    public async Task A_trace_ends_after_its_hops_and_then_nothing_is_observed()
    {
        await DeclareAsync("q");
        Assert.That(_broker.Host.Host.IsWatched, Is.False);
        long id = await StartAsync("""{"vhost":"/","queue":"q","hops":3}""");
        Assert.That(_broker.Host.Host.IsWatched);
        for (int i = 0; i < 5; i++)
            await PublishAsync("", "q", "m");

        await Eventually.Holds(async () => Text(await GetAsync(id), "state") == "ended", () => "the trace does not end");
        Assert.That(await HopsAsync(id, 3), Has.Length.EqualTo(3));
        await Eventually.Holds(() => !_broker.Host.Host.IsWatched, () => "messages are still observed");
    }

    [Test]
    public async Task A_trace_ends_after_its_time()
    {
        await DeclareAsync("q");
        long id = await StartAsync("""{"vhost":"/","queue":"q","seconds":1}""");

        await Eventually.Holds(async () => Text(await GetAsync(id), "state") == "ended", () => "the trace does not end");
        Assert.That(_broker.Host.Host.Observer, Is.Null);
    }

    [Test]
    public async Task A_deleted_trace_is_gone_and_another_one_goes_on()
    {
        await DeclareAsync("q");
        long one = await StartAsync("""{"vhost":"/","queue":"q"}"""), other = await StartAsync("""{"vhost":"/","queue":"q"}""");

        Assert.That((await _broker.HttpAsync("DELETE", $"/traces/{one}")).Code, Is.EqualTo(204));
        await PublishAsync("", "q", "m");

        Assert.That((await _broker.HttpAsync("GET", $"/traces/{one}")).Code, Is.EqualTo(404));
        Assert.That(await HopsAsync(other, 2), Has.Length.EqualTo(2));
        Assert.That(await HopsAsync(other, 1, after: 1), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Only_so_many_traces_run()
    {
        for (int i = 0; i < 4; i++)
            await StartAsync("""{"vhost":"/","exchange":"amq.direct"}""");

        var (code, body) = await _broker.HttpAsync("POST", "/traces", """{"vhost":"/","exchange":"amq.direct"}""");

        Assert.That((code, body.Contains("4 traces are running", StringComparison.Ordinal)), Is.EqualTo((400, true)), body);
    }

    [TestCase("{}", 400, "[{key_missing,vhost}]")]
    [TestCase("""{"vhost":"none","queue":"q"}""", 404, "vhost_not_found")]
    [TestCase("""{"vhost":"/"}""", 400, "one of the fields queue and exchange is required")]
    [TestCase("""{"vhost":"/","queue":"q","exchange":"x"}""", 400, "one of the fields queue and exchange is required")]
    [TestCase("""{"vhost":"/","queue":"none"}""", 404, "Not Found")]
    [TestCase("""{"vhost":"/","exchange":"none"}""", 404, "Not Found")]
    [TestCase("""{"vhost":"/","exchange":"amq.direct","seconds":601}""", 400, "seconds is not a number from 1 to 600")]
    [TestCase("""{"vhost":"/","exchange":"amq.direct","hops":0}""", 400, "hops is not a number from 1 to 10000")]
    [TestCase("""{"vhost":"/","exchange":"amq.direct","header":{"a":1,"b":2}}""", 400, "header is not an object with one field")]
    [TestCase("""{"vhost":"/","exchange":"amq.direct","header":{"a":[]}}""", 400, "the value of header is not a string, a number or a boolean")]
    [TestCase("""{"vhost":"/","exchange":"amq.direct","key":"x"}""", 400,
        "unknown field 'key'; there are vhost, queue, exchange, message_id, header, seconds, hops")]
    public async Task A_request_that_cannot_be_is_refused(string body, int status, string reason)
    {
        var (code, answer) = await _broker.HttpAsync("POST", "/traces", body);

        Assert.That((code, Text(JsonDocument.Parse(answer).RootElement, "reason")), Is.EqualTo((status, reason)));
    }

    [Test]
    public async Task The_command_line_starts_shows_and_stops_a_trace()
    {
        await DeclareAsync("q");

        CliRun start = await RunAsync("start", "--queue", "q", "--header", "h=7");
        await PublishAsync("", "q", "m", new() { ["h"] = 7 });
        await HopsAsync(1, 2);
        CliRun show = await RunAsync("show", "1");
        CliRun list = await RunAsync("list", "--columns", "id,state,queue,header");
        CliRun stop = await RunAsync("stop", "1");
        CliRun missing = await RunAsync("show", "1");
        CliRun wrong = await RunAsync("start");

        Assert.That(start.Lines, Is.EqualTo(["Started trace 1. See it with: amqpbroker trace show 1"]));
        Assert.That(show.Lines, Has.Length.EqualTo(4));
        Assert.That(show.Lines[1], Does.Match(@"^\d\d:\d\d:\d\d\.\d{3} +1  published  """"        q "));
        Assert.That(show.Lines[^1], Is.EqualTo("Trace 1 is running: 2 hops of at most 1000. Times are in UTC."));
        Assert.That(list.Lines[^1], Is.EqualTo(""" 1  running  q      {"h":"7"}"""));
        Assert.That(stop.Lines, Is.EqualTo(["Stopped trace 1."]));
        Assert.That((missing.ExitCode, missing.Error), Is.EqualTo((67, "amqpbroker: There is no trace 1.\n")));
        Assert.That((wrong.ExitCode, wrong.Error.Contains("Give --queue or --exchange.")), Is.EqualTo((1, true)));
    }

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.HereAsync(
        ["trace", .. arguments],
        new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{_broker.Broker.ManagementPort}" });

    private Task<QueueDeclareOk> DeclareAsync(string queue, Dictionary<string, object?>? arguments = null) =>
        _channel.QueueDeclareAsync(queue, true, false, false, arguments);

    private async Task PublishAsync(string exchange, string key, string id, Dictionary<string, object?>? headers = null) =>
        await _channel.BasicPublishAsync(
            exchange, key, false, new BasicProperties { Persistent = true, MessageId = id, Headers = headers },
            Encoding.UTF8.GetBytes("body"));

    private async Task<long> StartAsync(string body)
    {
        var (code, answer) = await _broker.HttpAsync("POST", "/traces", body);
        Assert.That(code, Is.EqualTo(201), answer);
        return JsonDocument.Parse(answer).RootElement.GetProperty("id").GetInt64();
    }

    private async Task<JsonElement> GetAsync(long id, int after = 0)
    {
        var (code, body) = await _broker.HttpAsync("GET", $"/traces/{id}?after={after}");
        Assert.That(code, Is.EqualTo(200), body);
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Waits until a trace has at least so many hops, and returns them.</summary>
    private async Task<JsonElement[]> HopsAsync(long id, int count, int after = 0)
    {
        JsonElement[] hops = [];
        await Eventually.Holds(
            async () => (hops = [.. (await GetAsync(id, after)).GetProperty("hops").EnumerateArray()]).Length >= count,
            () => string.Join('\n', hops.Select(Describe)));
        return hops;
    }

    private static string Describe(JsonElement hop) => string.Join(
        ' ',
        new[] { "message", "kind", "exchange", "routing_key", "queue", "consumer", "user", "message_id", "size" }
            .Select(field => hop.GetProperty(field) is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : "-"));

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
