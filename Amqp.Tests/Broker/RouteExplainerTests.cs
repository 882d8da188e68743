using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges.Explanations;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>An explanation says where a message goes, and why it does not go elsewhere.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RouteExplainerTests : IAsyncDisposable
{
    private const int Exchanges = 6;
    private const int Queues = 8;

    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [TestCase("direct", "a", "a", true, "the routing key is 'a'")]
    [TestCase("direct", "b", "a", false, "'b' differs from the routing key 'a'")]
    [TestCase("fanout", "b", "a", true, "the exchange sends each message to all bindings")]
    [TestCase("x-recent-history", "b", "a", true, "the exchange sends each message to all bindings")]
    [TestCase("topic", "a.#", "a.b.c", true, "the pattern 'a.#' matches 'a.b.c'")]
    [TestCase("topic", "a.*", "a.b.c", false, "the pattern 'a.*' does not match the routing key 'a.b.c': 2 instead of 3 words")]
    [TestCase("topic", "*.c", "a.b", false, "the pattern '*.c' does not match the routing key 'a.b': word 2 is 'b' instead of 'c'")]
    [TestCase("topic", "#.c", "a.b", false, "the pattern '#.c' does not match the routing key 'a.b'")]
    [TestCase("topic", "", "a", false, "the pattern '' does not match the routing key 'a': 0 instead of 1 words")]
    public void Each_binding_has_a_reason(string type, string bindingKey, string routingKey, bool isMatch, string reason)
    {
        Declare("x", type);
        Bind("x", _broker.Declare("q"), bindingKey);

        var binding = Explain("x", routingKey).Exchanges[0].Bindings[0];

        Assert.That((binding.IsMatch, binding.Reason), Is.EqualTo((isMatch, reason)));
    }

    [TestCase("all", "format=pdf type=log", true, "each header matches: format, type")]
    [TestCase("all", "format=pdf", false, "header type is missing")]
    [TestCase("all", "format=zip type=log", false, "header format is zip instead of pdf")]
    [TestCase("any", "type=log", true, "header type is log")]
    [TestCase("any", "format=zip", false, "no header matches: header format is zip instead of pdf; header type is missing")]
    public void Each_binding_of_a_headers_exchange_has_a_reason(string mode, string headers, bool isMatch, string reason)
    {
        Declare("x", "headers");
        Bind("x", _broker.Declare("q"), "", Table($"x-match={mode} format=pdf type=log"));

        var binding = Explain("x", "", Table(headers)).Exchanges[0].Bindings[0];

        Assert.That((binding.IsMatch, binding.Reason), Is.EqualTo((isMatch, reason)));
    }

    [Test]
    public void The_keys_of_the_header_CC_count_as_routing_keys()
    {
        Declare("x", "direct");
        Bind("x", _broker.Declare("q"), "b");
        var copies = FieldTable.Empty.With("CC", FieldValue.FromArray([FieldValue.FromString("b")]));

        Assert.That(Names(Explain("x", "a", copies)), Is.EqualTo(new[] { "q" }));
        Assert.That(Explain("x", "a").Exchanges[0].Bindings[0].IsMatch, Is.False);
    }

    [Test]
    public void A_hash_leads_to_the_destination_that_the_exchange_chooses()
    {
        Declare("x", "x-modulus-hash");
        for (int i = 0; i < 3; i++)
            Bind("x", _broker.Declare($"q{i}"), "");

        var route = Explain("x", "some key");

        Assert.That(Names(route), Is.EqualTo(Follow("x", "some key")));
        Assert.That(
            route.Exchanges[0].Bindings.Select(binding => binding.Reason),
            Has.All.EqualTo($"the hash of the message chooses '{Names(route).Single()}'"));
    }

    [TestCase("q", "The routing key is the name of queue 'q'.")]
    [TestCase("none", "There is no queue 'none'.")]
    public void The_default_exchange_looks_for_a_queue(string key, string note)
    {
        _broker.Declare("q");

        Assert.That(Explain("", key).Exchanges[0].Notes, Is.EqualTo(new[] { note }));
    }

    [TestCase(null, "No binding matches, and the exchange has no alternate exchange.", 1)]
    [TestCase("none", "No binding matches, and the alternate exchange 'none' does not exist.", 1)]
    [TestCase("amq.fanout", "No binding matches, so the message goes to the alternate exchange 'amq.fanout'.", 2)]
    public void A_message_without_a_binding_goes_to_the_alternate_exchange(string? alternate, string note, int exchanges)
    {
        Declare("x", "direct", alternate is null ? null : Table($"alternate-exchange={alternate}"));

        var route = Explain("x", "a");

        Assert.That(route.Exchanges[0].Notes, Is.EqualTo(new[] { note }));
        Assert.That(route.Exchanges, Has.Count.EqualTo(exchanges));
    }

    [Test]
    public void A_delay_is_noted_and_the_route_is_that_after_the_delay()
    {
        Declare("x", "x-delayed-message", Table("x-delayed-type=topic"));
        Bind("x", _broker.Declare("q"), "a.*");

        var route = Explain("x", "a.b", FieldTable.Empty.With("x-delay", FieldValue.FromInt32(500)));

        Assert.That(Names(route), Is.EqualTo(new[] { "q" }));
        Assert.That(
            route.Exchanges[0].Notes, Is.EqualTo(new[] { "The header x-delay makes the message wait 500 ms before it is routed." }));
    }

    [Test]
    public void The_queues_of_random_topologies_are_those_of_the_route()
    {
        int seed = TestRounds.Seed;
        var random = new Random(seed);
        string[] types = ["direct", "fanout", "topic", "headers", "x-consistent-hash"];
        for (int i = 0; i < Exchanges; i++)
            Declare($"x{i}", types[random.Next(types.Length)], Table($"alternate-exchange=x{random.Next(2 * Exchanges)}"));
        Queue[] queues = [.. Enumerable.Range(0, Queues).Select(number => _broker.Declare($"q{number}"))];

        for (int round = 0; round < 500; round++)
        {
            string source = $"x{random.Next(Exchanges)}";
            IBindingDestination destination = random.Next(3) == 0
                ? _broker.Host.FindExchange($"x{random.Next(Exchanges)}")!
                : queues[random.Next(Queues)];
            string key = _broker.Host.FindExchange(source)!.Type == "x-consistent-hash" ? "1" : Key(random, "a", "b", "*", "#");
            if (round % 10 == 0)
                Bind(source, destination, key, Table(random.Next(2) == 0 ? "h=1" : "x-match=any h=2 i=1"));

            string start = $"x{random.Next(Exchanges)}", routingKey = Key(random, "a", "b");
            var headers = Table(random.Next(2) == 0 ? "h=1" : "h=2");
            Assert.That(
                Names(Explain(start, routingKey, headers)),
                Is.EqualTo(Follow(start, routingKey, headers)),
                $"'{routingKey}' to {start} in round {round} of seed {seed}");
        }
    }

    private static string Key(Random random, params string[] words) => string.Join('.', random.GetItems(words, random.Next(3)));

    private static FieldTable Table(string pairs) => pairs.Split(' ').Select(pair => pair.Split('='))
        .Aggregate(FieldTable.Empty, (table, pair) => table.With(pair[0], FieldValue.FromString(pair[1])));

    private static string[] Names(RouteExplanation route) => [.. route.Queues.Select(queue => queue.Name)];

    private RouteExplanation Explain(string exchange, string routingKey, FieldTable? headers = null) =>
        new RouteExplainer(_broker.Host.Routing, _broker.Host.FindQueue, routingKey, new BasicProperties { Headers = headers })
            .Explain(_broker.Host.FindExchange(exchange)!);

    private IEnumerable<string> Follow(string exchange, string routingKey, FieldTable? headers = null)
    {
        var finder = new RouteFinder(_broker.Host.Routing);
        finder.Follow(
            _broker.Host.FindExchange(exchange)!, new RoutedMessage(routingKey, Encoded.Fields(headers ?? FieldTable.Empty)));
        return finder.ToRoute().Queues.Select(queue => queue.Name).Order(StringComparer.Ordinal);
    }

    private void Declare(string name, string type, FieldTable? arguments = null) =>
        _broker.Host.Topology.DeclareExchange(name, type, ExchangeFlags.None, arguments ?? FieldTable.Empty);

    private void Bind(string source, IBindingDestination destination, string key, FieldTable? arguments = null) =>
        _broker.Host.Topology.Bind(source, destination, key, arguments ?? FieldTable.Empty, _broker.Round);
}
