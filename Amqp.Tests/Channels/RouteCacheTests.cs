using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>The cache returns a route only for the same exchange and routing key, and only until bindings or queues change.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RouteCacheTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly RouteCache _cache;

    public RouteCacheTests() => _cache = new RouteCache(_broker.Host.Routing);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_route_is_found_for_its_own_address_only()
    {
        MessageRoute[] routes = [.. Enumerable.Range(0, 2_000).Select(_ => new MessageRoute([]))];
        int found = 0;
        for (int i = 0; i < routes.Length; i++)
        {
            Add($"key-{i:0000}", routes[i]);
            for (int other = Math.Max(0, i - 300); other <= i; other++)
            {
                if (Find($"key-{other:0000}") is not { } route)
                    continue;
                Assert.That(route, Is.SameAs(routes[other]));
                found++;
            }
        }
        Assert.That(found, Is.GreaterThan(100_000), "most of the last routes are cached");
        Assert.That(Find("key-2000"), Is.Null);
    }

    [Test]
    public void What_was_found_before_the_topology_changed_is_found_no_more_also_when_something_was_remembered_since()
    {
        Add("a", new MessageRoute([]));
        Assert.That(Find("a"), Is.Not.Null);
        _broker.Host.Topology.Bind("amq.direct", _broker.Declare("q"), "b", FieldTable.Empty, _broker.Round);
        Assert.That(Find("a"), Is.Null);

        Add("b", new MessageRoute([]));

        Assert.That((Find("a"), Find("b") is not null), Is.EqualTo(((MessageRoute?)null, true)));
    }

    [Test]
    public void A_route_that_met_a_name_which_is_not_there_holds_until_something_is_declared()
    {
        Add("missed", new MessageRoute([]), _broker.Host.Routing.Declarations);
        Add("whole", new MessageRoute([]));
        Assert.That(Find("missed"), Is.Not.Null);

        _broker.Declare("q");

        Assert.That((Find("missed"), Find("whole") is not null), Is.EqualTo(((MessageRoute?)null, true)));
    }

    private void Add(string key, MessageRoute route, int? declarations = null) =>
        _cache.Add(Encoding.ASCII.GetBytes(key), route, Tally, _broker.Host.Routing.Version, declarations);

    private ExchangeTally Tally => new(_broker.Host.FindExchange("")!.Counts);

    private MessageRoute? Find(string key) => _cache.TryFind(Encoding.ASCII.GetBytes(key), out var route, out _) ? route : null;
}
