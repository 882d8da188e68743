using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Bindings are added and removed at random. Then a key is routed to exactly those bindings whose patterns match it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TopicRouterTests : IAsyncDisposable
{
    private const int Bindings = 12;
    private const int Rounds = 3_000;

    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void Bindings_that_come_and_go_leave_the_others_as_they_were()
    {
        int seed = TestRounds.Seed;
        var random = new Random(seed);
        var router = new TopicRouter();
        var exchange = new Exchange("x", "topic", router, ExchangeFlags.None, FieldTable.Empty);
        Queue[] queues = [.. Enumerable.Range(0, Bindings).Select(number => _broker.Declare($"q{number}"))];
        var bound = new Dictionary<Queue, Binding>();

        for (int round = 0; round < Rounds; round++)
        {
            var queue = queues[random.Next(Bindings)];
            if (bound.Remove(queue, out var old))
                router.Remove(old);
            else
                router.Add(bound[queue] = new Binding(exchange, queue, Key(random, "a", "b", "*", "#"), FieldTable.Empty));

            string key = Key(random, "a", "b", "");
            var expected = bound.Values.Where(binding => Matches(Words(binding.RoutingKey), Words(key)))
                .Select(binding => ((Queue)binding.Destination).Name);
            Assert.That(Route(router, key), Is.EquivalentTo(expected), $"'{key}' in round {round} of seed {seed}");
        }
        foreach (var binding in bound.Values)
            router.Remove(binding);
        Assert.That(Route(router, "a.b"), Is.Empty);
    }

    private static string Key(Random random, params string[] words) => string.Join('.', random.GetItems(words, random.Next(4)));

    private static string[] Words(string key) => key.Length == 0 ? [] : key.Split('.');

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> key)
    {
        if (pattern.IsEmpty)
            return key.IsEmpty;
        if (pattern[0] == "#")
            return Matches(pattern[1..], key) || (!key.IsEmpty && Matches(pattern, key[1..]));
        return !key.IsEmpty && (pattern[0] == "*" || pattern[0] == key[0]) && Matches(pattern[1..], key[1..]);
    }

    private IEnumerable<string> Route(TopicRouter router, string key)
    {
        var route = new RouteFinder(_broker.Host.Routing);
        router.Route(new RoutedMessage(key, default), route);
        return route.ToRoute().Queues.ToArray().Select(queue => queue.Name);
    }
}
