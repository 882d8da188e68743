using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges.Hashing;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public class ConsistentHashRouterTests
{
    private const int Keys = 20_000;

    private static readonly ExchangeDeclaration _declaration = new("x", "/", "x-consistent-hash", FieldTable.Empty);

    [Test]
    public void Shares_are_as_the_weights_say()
    {
        string[] chosen = ChooseAll(Router(("a", 1), ("b", 2), ("c", 1), ("d", 4)));

        foreach (var (name, weight) in new[] { ("a", 1), ("b", 2), ("c", 1), ("d", 4) })
            Assert.That(chosen.Count(other => other == name), Is.EqualTo(Keys * weight / 8).Within(10).Percent);
    }

    [Test]
    public void A_destination_that_goes_leaves_its_share_and_nothing_else_moves()
    {
        string[] before = ChooseAll(Router(("a", 1), ("b", 2), ("c", 1), ("d", 4)));

        string[] after = ChooseAll(Router(("a", 1), ("c", 1), ("d", 4)));

        Assert.That(
            before.Zip(after).Where(pair => pair.First != "b"),
            Has.All.Matches<(string First, string Second)>(pair => pair.First == pair.Second));
    }

    [Test]
    public void The_order_of_the_bindings_does_not_matter() =>
        Assert.That(
            ChooseAll(Router(("d", 4), ("b", 2), ("c", 1), ("a", 1))),
            Is.EqualTo(ChooseAll(Router(("a", 1), ("b", 2), ("c", 1), ("d", 4)))));

    [Test]
    public void A_key_goes_the_same_way_in_every_run() => // so that a key has the same queue after a restart of the broker
        Assert.That(
            string.Concat(Enumerable.Range(0, 16).Select(number => Choose(Router(("a", 1), ("b", 1), ("c", 1)), number))),
            Is.EqualTo("aacbabcbbaabcbab"));

    [Test]
    public void A_choice_allocates_nothing()
    {
        var router = Router(("a", 1), ("b", 2), ("c", 1));

        Assert.That(Allocations.Of(() => router.Choose("a key"u8, default, default)), Is.Zero);
    }

    private static ConsistentHashRouter Router(params ReadOnlySpan<(string Name, int Weight)> destinations)
    {
        var router = new ConsistentHashRouter(new HashSource(_declaration));
        foreach (var (name, weight) in destinations)
            router.Add(new Binding(Exchange("x", router), Exchange(name, new FanoutRouter()), $"{weight}", FieldTable.Empty));
        return router;
    }

    private static string[] ChooseAll(ConsistentHashRouter router) =>
        [.. Enumerable.Range(0, Keys).Select(number => Choose(router, number))];

    private static string Choose(ConsistentHashRouter router, int number) =>
        router.Choose(Encoding.UTF8.GetBytes($"key {number}"), default, default)!.Destination.Name;

    private static Exchange Exchange(string name, IRouter router) => new(name, "", router, ExchangeFlags.None, FieldTable.Empty);
}
