using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Broker;

/// <summary>A policy replaces an older policy of the same name.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VirtualHostPoliciesTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_policy_that_is_there_as_it_is_stays([Values] bool isOperators)
    {
        var kind = isOperators ? PolicyKind.Operator : PolicyKind.User;
        _broker.Host.Policies.Put(Policy(kind));
        var first = _broker.Host.Policies.Find(kind, "p");

        Assert.That(_broker.Host.Policies.Put(Policy(kind)), Is.False, "the policy is not new");
        Assert.That(_broker.Host.Policies.Find(kind, "p"), Is.SameAs(first));
    }

    [TestCase("a", "all", 0, 2)]
    [TestCase("q", "queues", 0, 2)]
    [TestCase("q", "all", 1, 2)]
    [TestCase("q", "all", 0, 1)]
    public void One_that_differs_in_anything_holds_at_once(string pattern, string applyTo, int priority, int length)
    {
        var queue = _broker.Declare("q");
        _broker.Host.Policies.Put(Policy(PolicyKind.User));
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo(2));

        var other = Policy(PolicyKind.User, pattern, applyTo, priority, length);
        Assert.That(_broker.Host.Policies.Put(other), Is.False);

        Assert.That(_broker.Host.Policies.Find(PolicyKind.User, "p"), Is.SameAs(other));
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo(pattern == "q" ? length : null));
    }

    [Test]
    public void Many_that_are_put_at_once_hold_at_once_and_of_two_of_a_name_the_later()
    {
        var queue = _broker.Declare("q");
        _broker.Host.Policies.Put(Policy(PolicyKind.User));

        int added = _broker.Host.Policies.PutAll([
            Policy(PolicyKind.User, length: 3),
            Policy(PolicyKind.Operator, length: 9),
            Policy(PolicyKind.Operator, length: 1),
            Named("other", length: 7, priority: 1)
        ]);

        Assert.That(added, Is.EqualTo(2));
        Assert.That(_broker.Host.Policies.All(PolicyKind.User).Select(policy => policy.Name), Is.EqualTo(new[] { "other", "p" }));
        Assert.That(_broker.Host.Policies.All(PolicyKind.Operator).Select(policy => policy.Name), Is.EqualTo(new[] { "p" }));
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo(1), "the operator policy has the smaller value");
        _broker.Host.Policies.Remove(PolicyKind.Operator, "p");
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo(7), "the user policy with the higher priority applies");
        _broker.Host.Policies.Remove(PolicyKind.User, "other");
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo(3));
    }

    [Test]
    public void Of_several_of_one_priority_the_first_by_name_counts_in_whatever_order_they_came([Values(
        "b a B", "a B b", "B b a")] string order)
    {
        var queue = _broker.Declare("q");
        foreach (string name in order.Split(' '))
            _broker.Host.Policies.Put(Named(name, length: name[0], priority: 1));

        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo('B'), "capital letters come first");
        Assert.That(_broker.Host.Policies.Match(PolicyKind.User, queue)!.Name, Is.EqualTo("B"));
        _broker.Host.Policies.Remove(PolicyKind.User, "B");
        Assert.That(queue.Settings.Policy.Integer("max-length"), Is.EqualTo('a'));
    }

    [Test]
    public void Of_many_that_the_disk_has_no_room_for_none_is_left([Values(0, 1, 2)] int room)
    {
        var catalog = new FullCatalog();
        var policies = new VirtualHostPolicies(_broker.Host, new TopologyStore(new DefinitionStore(catalog)), NullLogger.Instance);
        policies.Put(Policy(PolicyKind.User));
        byte[] before = catalog.Entries.Single().Value;
        catalog.Room = room;

        Assert.That(
            () => policies.PutAll(
                [Named("a", length: 1, priority: 1), Policy(PolicyKind.User, length: 3), Named("b", length: 1, priority: 1)]),
            Throws.InstanceOf<StoreFullException>());

        Assert.That(catalog.Entries.Single().Value, Is.EqualTo(before));
        Assert.That(
            policies.All(PolicyKind.User).Select(policy => $"{policy.Name} {policy.Definition["max-length"]}"),
            Is.EqualTo(new[] { "p 2" }));
    }

    [Test]
    public void An_exchange_and_a_queue_that_are_declared_later_have_it_as_well()
    {
        _broker.Host.Policies.Put(new Policy(
            PolicyKind.User, "p", "^later", "all", 0, FieldTable.Empty.With("alternate-exchange", FieldValue.FromString("amq.fanout"))));
        _broker.Host.Policies.Put(
            new Policy(PolicyKind.Operator, "o", "^later", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt64(3))));

        var exchange = _broker.Host.Topology.DeclareExchange("later", "direct", ExchangeFlags.None, FieldTable.Empty);
        var other = _broker.Host.Topology.DeclareExchange("not later", "direct", ExchangeFlags.None, FieldTable.Empty);
        var queue = _broker.Declare("later");

        Assert.That(
            (exchange.AlternateExchange, other.AlternateExchange, queue.Settings.MaxLength),
            Is.EqualTo(("amq.fanout", (string?)null, 3L)));
        Assert.That(_broker.Host.Policies.Match(PolicyKind.User, exchange)!.Name, Is.EqualTo("p"));
        Assert.That(_broker.Host.Policies.Match(PolicyKind.Operator, exchange), Is.Null);
    }

    private static Policy Named(string name, int length, int priority) =>
        new(PolicyKind.User, name, "q", "all", priority, FieldTable.Empty.With("max-length", FieldValue.FromInt64(length)));

    private static Policy Policy(PolicyKind kind, string pattern = "q", string applyTo = "all", int priority = 0, int length = 2) =>
        new(kind, "p", pattern, applyTo, priority, FieldTable.Empty.With("max-length", FieldValue.FromInt64(length)));

    /// <summary>
    /// A catalog that accepts a certain number of new entries, and then fails as on a full disk. Existing entries can still be replaced.
    /// </summary>
    private sealed class FullCatalog : ICatalog
    {
        private readonly MemoryCatalog _entries = new();

        public int Room { get; set; } = int.MaxValue;

        public IReadOnlyList<KeyValuePair<string, byte[]>> Entries => _entries.Entries;

        public void Put(string key, ReadOnlySpan<byte> value)
        {
            if (Room <= 0 && _entries.Entries.All(entry => entry.Key != key))
                throw new StoreFullException("no room");
            Room--;
            _entries.Put(key, value);
        }

        public void Remove(string key) => _entries.Remove(key);
    }
}
