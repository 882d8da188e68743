using System.Text.Json;
using Amqp.Tests.Cli;
using Amqp.Tests.Faults;
using RabbitMQ.Client;

namespace Amqp.Tests.Graphs;

/// <summary>The graph of exchanges and queues: <c>/api/graph/V</c> and <c>amqpbroker graph</c>.</summary>
public sealed class GraphTests
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
    public async Task Bindings_alternate_exchanges_and_dead_letters_are_edges()
    {
        await _channel.ExchangeDeclareAsync("dead", "fanout", true);
        await _channel.ExchangeDeclareAsync("rest", "fanout", true);
        var alternate = new Dictionary<string, object?> { ["alternate-exchange"] = "rest" };
        await _channel.ExchangeDeclareAsync("in", "topic", true, false, alternate);
        await DeclareAsync("q", new() { ["x-dead-letter-exchange"] = "dead", ["x-dead-letter-routing-key"] = "k" });
        await DeclareAsync("lost");
        await DeclareAsync("others");
        for (int i = 0; i < 7; i++)
            await _channel.QueueBindAsync("q", "in", $"a.{i}");
        await _channel.QueueBindAsync("others", "rest", "");
        await _channel.QueueBindAsync("lost", "dead", "");
        await _channel.BasicPublishAsync("", "q", new byte[1]);

        var graph = await GetAsync();

        Assert.That(Ids(graph), Is.EquivalentTo(
            ["exchange:in", "exchange:rest", "exchange:dead", "queue:q", "queue:lost", "queue:others"]));
        Assert.That(Edges(graph), Is.EquivalentTo(
        [
            "exchange:in -binding-> queue:q 7: a.0 a.1 a.2 a.3 a.4", "exchange:in -alternate-> exchange:rest 1: ",
            "exchange:rest -binding-> queue:others 1: ", "exchange:dead -binding-> queue:lost 1: ",
            "queue:q -dead_letter-> exchange:dead 1: k",
        ]));
        var queue = Node(graph, "queue:q");
        Assert.That(
            (queue.GetProperty("type").GetString(), queue.GetProperty("messages_ready").GetInt32(), queue.GetProperty("count").GetInt32()),
            Is.EqualTo(("classic", 1, 1)));
        Assert.That(Node(graph, "exchange:in").GetProperty("type").GetString(), Is.EqualTo("topic"));
    }

    [Test]
    public async Task A_queue_without_bindings_hangs_on_the_default_exchange()
    {
        await DeclareAsync("q", new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" });
        await DeclareAsync("dead");

        Assert.That(Edges(await GetAsync()), Is.EquivalentTo(
            ["exchange: -binding-> queue:q 1: q", "queue:q -dead_letter-> queue:dead 1: dead"]));
    }

    [Test]
    public async Task From_a_root_only_what_messages_reach_or_come_from_is_shown()
    {
        await ChainAsync();

        Assert.That(Ids(await GetAsync("?root=exchange:c&depth=1")), Is.EquivalentTo(["exchange:b", "exchange:c", "exchange:d"]));
        Assert.That(
            Ids(await GetAsync("?root=exchange:c&depth=2")),
            Is.EquivalentTo(["exchange:a", "exchange:b", "exchange:c", "exchange:d", "queue:end"]));
        Assert.That(
            Ids(await GetAsync("?root=queue:end")),
            Is.EquivalentTo(["queue:end", "exchange:d", "exchange:c", "exchange:other", "exchange:b"]));
        Assert.That(Ids(await GetAsync("?root=exchange:other")), Is.EquivalentTo(["exchange:other", "queue:end"]));
        Assert.That(Ids(await GetAsync("?root=queue:end&depth=0")), Is.EqualTo(new[] { "queue:end" }));
    }

    [Test]
    public async Task Many_queues_with_the_same_neighbours_are_grouped_by_the_beginnings_of_their_names()
    {
        await _channel.ExchangeDeclareAsync("in", "topic", true);
        for (int i = 0; i < 30; i++)
        {
            await DeclareAsync($"eu.worker-{i}");
            await _channel.QueueBindAsync($"eu.worker-{i}", "in", $"eu.{i}");
        }
        for (int i = 0; i < 30; i++)
        {
            await DeclareAsync($"us{i}");
            await _channel.QueueBindAsync($"us{i}", "in", "us.*");
        }
        await _channel.BasicPublishAsync("", "us7", new byte[1]);

        var graph = await GetAsync("?limit=10");

        Assert.That(
            graph.GetProperty("nodes").EnumerateArray()
                .Select(node => $"{Text(node, "kind")} {Text(node, "name")} {node.GetProperty("count")}"),
            Is.EquivalentTo(["exchange in 1", "queue us7 1", "group eu.worker-* 30", "group us* 29"]));
        Assert.That(Edges(graph), Does.Contain("exchange:in -binding-> group:eu.worker-0 30: eu.0 eu.1 eu.2 eu.3 eu.4").IgnoreCase);
        Assert.That(Ids(await GetAsync("?limit=2")), Is.EquivalentTo(["exchange:in", "group:eu.worker-0"]));
        Assert.That(Node(await GetAsync("?limit=2"), "group:eu.worker-0").GetProperty("name").GetString(), Is.EqualTo("*"));
    }

    [Test]
    public async Task What_does_not_fit_is_counted()
    {
        await ChainAsync();

        var graph = await GetAsync("?limit=4");

        Assert.That(Ids(graph), Has.Length.EqualTo(4).And.All.StartsWith("exchange:"));
        Assert.That(graph.GetProperty("hidden").GetInt32(), Is.EqualTo(2));
        Assert.That(
            graph.GetProperty("edges").EnumerateArray().SelectMany(edge => new[] { Text(edge, "from"), Text(edge, "to") }).Distinct(),
            Is.SubsetOf(Ids(graph)));
    }

    [TestCase("?root=q", 400, "root: 'q' is neither exchange:NAME nor queue:NAME")]
    [TestCase("?root=queue:none", 404, "Not Found")]
    [TestCase("?root=exchange:none", 404, "Not Found")]
    [TestCase("?depth=21", 400, "depth: '21' is not a whole number from 0 to 20")]
    [TestCase("?limit=1", 400, "limit: '1' is not a whole number from 2 to 1000")]
    public async Task A_query_that_cannot_be_is_refused(string query, int status, string reason)
    {
        var (code, body) = await _broker.HttpAsync("GET", $"/graph/%2F{query}");

        Assert.That((code, JsonDocument.Parse(body).RootElement.GetProperty("reason").GetString()), Is.EqualTo((status, reason)));
    }

    [Test]
    public async Task The_command_line_prints_a_tree()
    {
        await ChainAsync();

        CliRun run = await RunAsync("graph", "--exchange", "c");

        Assert.That(run.Lines, Is.EqualTo(
        [
            "exchange a (fanout)",
            "  ------> exchange b (fanout)",
            "    ------> exchange c (fanout)",
            "      --key--> exchange d (fanout)",
            "        ------> queue end (classic, 0 ready)",
        ]));
    }

    [Test]
    public async Task The_command_line_prints_dot_and_json_and_names_what_is_missing()
    {
        await _channel.ExchangeDeclareAsync("a\"b", "fanout", true);
        await DeclareAsync("q");
        await _channel.QueueBindAsync("q", "a\"b", "k");

        CliRun dot = await RunAsync("graph", "--dot");
        Assert.That(dot.Output, Does.StartWith("digraph {\n"));
        Assert.That(dot.Lines, Does.Contain("""  "exchange:a\"b" -> "queue:q" [style = solid, label = "k"];"""));
        CliRun json = await RunAsync("graph", "--json", "--queue", "q");
        Assert.That(JsonDocument.Parse(json.Output).RootElement.GetProperty("nodes").GetArrayLength(), Is.EqualTo(2));
        CliRun missing = await RunAsync("graph", "--queue", "none");
        Assert.That((missing.ExitCode, missing.Error), Is.EqualTo((67, "amqpbroker: There is no queue 'none' in virtual host '/'.\n")));
        CliRun both = await RunAsync("graph", "--queue", "q", "--exchange", "x");
        Assert.That((both.ExitCode, both.Error.Contains("Give --exchange or --queue, not both.")), Is.EqualTo((1, true)));
    }

    /// <summary>
    /// Declares the exchanges a, b, c and d, each bound to the next, the queue end behind d, and the exchange other before it.
    /// </summary>
    private async Task ChainAsync()
    {
        foreach (string exchange in new[] { "a", "b", "c", "d", "other" })
            await _channel.ExchangeDeclareAsync(exchange, "fanout", true);
        await _channel.ExchangeBindAsync("b", "a", "");
        await _channel.ExchangeBindAsync("c", "b", "");
        await _channel.ExchangeBindAsync("d", "c", "key");
        await DeclareAsync("end");
        await _channel.QueueBindAsync("end", "d", "");
        await _channel.QueueBindAsync("end", "other", "");
    }

    private Task<QueueDeclareOk> DeclareAsync(string queue, Dictionary<string, object?>? arguments = null) =>
        _channel.QueueDeclareAsync(queue, true, false, false, arguments);

    private async Task<JsonElement> GetAsync(string query = "")
    {
        var (code, body) = await _broker.HttpAsync("GET", $"/graph/%2F{query}");
        Assert.That(code, Is.EqualTo(200), body);
        return JsonDocument.Parse(body).RootElement;
    }

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.HereAsync(
        arguments, new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{_broker.Broker.ManagementPort}" });

    private static string[] Ids(JsonElement graph) => [.. graph.GetProperty("nodes").EnumerateArray().Select(node => Text(node, "id"))];

    private static JsonElement Node(JsonElement graph, string id) =>
        graph.GetProperty("nodes").EnumerateArray().Single(node => Text(node, "id") == id);

    private static string[] Edges(JsonElement graph) =>
    [
        .. graph.GetProperty("edges").EnumerateArray().Select(edge =>
            $"{Text(edge, "from")} -{Text(edge, "kind")}-> {Text(edge, "to")} {edge.GetProperty("count")}: "
                + string.Join(' ', edge.GetProperty("keys").EnumerateArray().Select(key => key.GetString()))),
    ];

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
