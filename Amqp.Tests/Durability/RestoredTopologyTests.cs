using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability;

/// <summary>After a restart, objects behave as declared. The data directory contains nothing of deleted objects.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredTopologyTests : IAsyncDisposable
{
    private static readonly string[] _deletable =
    [
        "queue", "exchange", "exchange that is bound", "binding", "last binding of an auto-delete exchange",
        "last queue of an auto-delete exchange",
        "unused queue", "policies", "limits", "user", "virtual host",
    ];

    private BareBroker _broker = new();

    private Topology Topology => _broker.Host.Topology;

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public async Task What_an_exchange_cannot_route_goes_to_its_alternate_as_before([Values] bool isOfPolicy)
    {
        var alternate = FieldValue.FromString("amq.fanout");
        Topology.DeclareExchange(
            "x", "direct", ExchangeFlags.Durable, isOfPolicy ? FieldTable.Empty : FieldTable.Empty.With("alternate-exchange", alternate));
        if (isOfPolicy)
            _broker.Host.Policies.Put(
                new Policy(PolicyKind.User, "p", "^x$", "exchanges", 0, FieldTable.Empty.With("alternate-exchange", alternate)));
        Bind("amq.fanout", Declare("q"));

        await RestartAsync();

        Assert.That(Route("x", "k"), Is.EqualTo(["q"]));
    }

    [Test]
    public async Task The_brokers_own_exchanges_have_their_policies_as_before()
    {
        _broker.Host.Policies.Put(new Policy(
            PolicyKind.User, "p", "^amq[.]direct$", "exchanges", 0,
            FieldTable.Empty.With("alternate-exchange", FieldValue.FromString("amq.fanout"))));
        Bind("amq.fanout", Declare("q"));

        await RestartAsync();

        Assert.That(Route("amq.direct", "k"), Is.EqualTo(["q"]));
        Assert.That(Route("amq.topic", "k"), Is.Empty);
    }

    /// <summary>The catalog is damaged: it contains a binding, but the queue or exchange of this binding is missing.</summary>
    [TestCase("queues/%2F/gone")]
    [TestCase("exchanges/%2F/gone")]
    public async Task A_binding_whose_one_end_was_lost_keeps_no_other_from_coming_back(string lost)
    {
        Topology.DeclareExchange("gone", "fanout", ExchangeFlags.Durable, FieldTable.Empty);
        Bind("amq.fanout", Declare("gone"));
        Bind("gone", Declare("q"));
        Bind("amq.direct", _broker.Host.FindExchange("gone")!, "k");
        Bind("amq.fanout", _broker.Host.FindQueue("q")!);
        _broker.Broker.Catalog.Remove(lost);

        await RestartAsync();

        string[] expected = lost.StartsWith("queues", StringComparison.Ordinal)
            ? ["amq.direct gone", "amq.fanout q", "gone q"]
            : ["amq.fanout gone", "amq.fanout q"];
        Assert.That(Topology.Bindings().Select(binding => $"{binding.Source.Name} {binding.Destination.Name}"), Is.EquivalentTo(expected));
    }

    /// <summary>A routing key has at most 255 bytes. An earlier version accepted longer keys in policies.</summary>
    [TestCase(255, false)]
    [TestCase(256, true)]
    public async Task A_start_says_which_queues_have_a_routing_key_for_dead_letters_that_no_message_can_have(int length, bool isSaid)
    {
        var definition = FieldTable.Empty.With("dead-letter-exchange", FieldValue.FromString("amq.fanout"))
            .With("dead-letter-routing-key", FieldValue.FromString(new string('k', length)));
        _broker.Host.Policies.Put(Policy.FromStored(PolicyKind.User, "p", "^q$", "queues", 0, definition));
        Declare("q");
        Declare("another");

        await RestartAsync();

        Assert.That(
            _broker.QueueLog.Lines.Where(line => line.Contains("routing key", StringComparison.Ordinal)),
            Is.EqualTo(isSaid ? [
                "Warning 342 The dead-letter routing key of queue 'q' in vhost '/' has more than 255 "
                    + "bytes and is not used: dead letters keep their own"
            ] : Array.Empty<string>()));
    }

    /// <summary>At its start, the broker logs a warning for an unfinished write at the end of the log, and an error for damage.</summary>
    [TestCase(false, "Warning 301 The message log ended in a torn record: cut 5 bytes off ")]
    [TestCase(true, "Error 302 Damage in the data directory: ")]
    public async Task A_start_tells_an_end_that_was_cut_off_from_damage(bool isDamage, string said)
    {
        var queue = Declare("q");
        for (int i = 0; i < 3; i++)
            _broker.Publish(queue, body: 100, isPersistent: true);
        await _broker.Store.WaitForCommitAsync(_broker.Store.AppendedPosition);
        await _broker.Broker.DisposeAsync();
        string log = Directory.GetFiles(Path.Combine(_broker.DataFolder, "segments"), "*.log").Single();
        await using (var file = new FileStream(log, FileMode.Open))
        {
            file.Position = isDamage ? file.Length / 2 : file.Length;
            await file.WriteAsync("ouch!"u8.ToArray());
        }

        await RestartAsync();

        Assert.That(
            _broker.Log.Lines.Single(line => !line.StartsWith("Information", StringComparison.Ordinal)),
            Does.StartWith(said).And.Contain(log));
        Assert.That(_broker.Host.FindQueue("q")!.Counts.Ready, isDamage ? Is.LessThan(3) : Is.EqualTo(3));
    }

    [Test]
    public async Task Exchanges_route_by_their_arguments_and_their_bindings_arguments_as_before()
    {
        Topology.DeclareExchange(
            "hash", "x-consistent-hash", ExchangeFlags.Durable, FieldTable.Empty.With("hash-header", FieldValue.FromString("h")));
        Topology.DeclareExchange("headers", "headers", ExchangeFlags.Durable, FieldTable.Empty);
        for (int i = 0; i < 4; i++)
        {
            Bind("hash", Declare($"h{i}"), "1");
            Bind("headers", Declare($"q{i}"), arguments: FieldTable.Empty.With("n", FieldValue.FromInt32(i)));
        }
        Topology.DeclareExchange("first", "topic", ExchangeFlags.Durable, FieldTable.Empty);
        Bind("first", _broker.Host.FindExchange("headers")!, "#");
        string before = Routes();

        await RestartAsync();

        Assert.That(Routes(), Is.EqualTo(before).And.EndsWith("q0 q1 q2 q3 q3"));

        string Routes() => string.Join(' ',
            Enumerable.Range(0, 20).SelectMany(i => Route("hash", "k", FieldTable.Empty.With("h", FieldValue.FromInt32(i))))
                .Concat(Enumerable.Range(0, 4).SelectMany(i => Route("headers", "k", FieldTable.Empty.With("n", FieldValue.FromInt32(i)))))
                .Concat(Route("first", "any key", FieldTable.Empty.With("n", FieldValue.FromInt32(3)))));
    }

    [Test]
    public async Task What_was_to_go_with_its_last_use_goes_with_it_as_before()
    {
        Topology.DeclareExchange("stays", "fanout", ExchangeFlags.Durable, FieldTable.Empty);
        Topology.DeclareExchange("goes", "fanout", ExchangeFlags.Durable | ExchangeFlags.AutoDelete, FieldTable.Empty);
        Topology.DeclareExchange("internal", "fanout", ExchangeFlags.Durable | ExchangeFlags.Internal, FieldTable.Empty);
        var queue = Declare("q");
        foreach (string exchange in new[] { "stays", "goes" })
            Bind(exchange, queue);
        _broker.Declare("leaves", QueueFlags.Durable | QueueFlags.AutoDelete);

        await RestartAsync();

        var (leaves, remains) = (_broker.Host.FindQueue("leaves")!, _broker.Host.FindQueue("q")!);
        Assert.That(
            (leaves.Use.Unsubscribe(_broker.Consume(leaves).Subscription), remains.Use.Unsubscribe(_broker.Consume(remains).Subscription)),
            Is.EqualTo((true, false)));
        foreach (string exchange in new[] { "stays", "goes" })
            Topology.Unbind(exchange, remains, "", FieldTable.Empty);
        Assert.That(
            (_broker.Host.FindExchange("stays") is not null, _broker.Host.FindExchange("goes") is not null),
            Is.EqualTo((true, false)));
        Assert.That(
            (_broker.Host.FindExchange("internal")!.IsInternal, _broker.Host.FindExchange("stays")!.IsInternal),
            Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_queue_serves_its_consumers_by_its_arguments_and_policies_as_before()
    {
        _broker.Declare("single", QueueFlags.Durable, ("x-single-active-consumer", true));
        _broker.Declare("short", QueueFlags.Durable, ("x-max-length", 5), ("x-overflow", "reject-publish"));
        Declare("limited by policy");
        _broker.Host.Policies.Put(
            new Policy(PolicyKind.User, "p", "^limited", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt64(2))));
        _broker.Declare("both", QueueFlags.Durable, ("x-max-length", 3));
        _broker.Host.Policies.Put(
            new Policy(PolicyKind.Operator, "p", "^both", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt64(1))));

        await RestartAsync();

        var single = _broker.Host.FindQueue("single")!;
        var (active, waiting) = (_broker.Consume(single), _broker.Consume(single, priority: 9));
        _broker.Publish(single);
        _broker.Publish(single);
        Assert.That((active.Received, waiting.Received), Is.EqualTo((2, 0)));
        foreach (var (name, most) in new[] { ("short", 5), ("limited by policy", 2), ("both", 1) })
        {
            var queue = _broker.Host.FindQueue(name)!;
            for (int i = 0; i < 7; i++)
                _broker.Publish(queue);
            Assert.That(queue.Counts.Ready, Is.EqualTo(most), name);
        }
    }

    [Test]
    public async Task A_message_that_a_consumer_gives_back_still_has_the_time_of_its_own()
    {
        _broker.Publish(Declare("q"), isPersistent: true, expiration: 1_000);

        await RestartAsync();

        var queue = _broker.Host.FindQueue("q")!;
        var consumer = _broker.Consume(queue, room: 1);
        consumer.Room = 0;
        queue.Requeue([consumer.TakeFirst()], isReturned: true);
        _broker.Serve(queue);
        _broker.Clock.Advance(999);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
        _broker.Clock.Advance(1);
        Assert.That(queue.Counts.Ready, Is.Zero);
    }

    [Test]
    public async Task A_virtual_host_and_what_its_queues_are_by_default_is_as_before()
    {
        var description = new VirtualHostDescription("what it is for", ["one", "two"], "quorum", IsProtected: true);
        _broker.Broker.VirtualHosts.Put("v", description);
        _broker.Broker.VirtualHosts.Put("plain", VirtualHostDescription.None);

        await RestartAsync();

        var host = _broker.Broker.VirtualHosts.Find("v")!;
        Assert.That(
            (host.Description.Text, string.Join(' ', host.Description.Tags), host.Description.IsProtected),
            Is.EqualTo(("what it is for", "one two", true)));
        var (quorum, classic) = (host.Topology.DeclareQueue("q", false, QueueFlags.Durable, FieldTable.Empty, this),
            _broker.Broker.VirtualHosts.Find("plain")!.Topology.DeclareQueue("q", false, QueueFlags.Durable, FieldTable.Empty, this));
        Assert.That((quorum.Settings.Type, classic.Settings.Type), Is.EqualTo((QueueType.Quorum, QueueType.Classic)));
    }

    [Test]
    public async Task What_is_bound_to_the_brokers_own_exchanges_is_bound_as_before()
    {
        string[] exchanges = ["amq.direct", "amq.topic", "amq.rabbitmq.event", "amq.rabbitmq.trace"];
        foreach (string exchange in exchanges)
            Bind(exchange, Declare($"q of {exchange}"), "k");

        await RestartAsync();

        Assert.That(exchanges.SelectMany(exchange => Route(exchange, "k")), Is.EqualTo(exchanges.Select(exchange => $"q of {exchange}")));
    }

    [Test]
    public async Task The_broker_is_of_the_same_cluster_as_before()
    {
        string before = _broker.Broker.GlobalParameters.Find("internal_cluster_id")!.Value.AsString();

        await RestartAsync();

        Assert.That(_broker.Broker.GlobalParameters.Find("internal_cluster_id")!.Value.AsString(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_message_may_wait_as_long_as_before_from_when_it_was_published_though_nobody_uses_the_queue(
        [Values] bool isOfPolicy, [Values] bool isItsOwn)
    {
        const int time = 1_000;
        (string name, object value) = isItsOwn ? ("dead-letter-exchange", "amq.fanout") : ("message-ttl", (object)time);
        var queue = isOfPolicy ? Declare("q") : _broker.Declare("q", QueueFlags.Durable, ($"x-{name}", value));
        if (isOfPolicy)
            _broker.Host.Policies.Put(new Policy(
                PolicyKind.User, "p", "^q", "queues", 0,
                FieldTable.Empty.With(name, isItsOwn ? FieldValue.FromString("amq.fanout") : FieldValue.FromInt64(time))));
        Bind("amq.fanout", Declare("dead"));
        _broker.Clock.Advance(400);
        _broker.Publish(queue, isPersistent: true, expiration: isItsOwn ? time : Expiry.None);

        await RestartAsync(); // the clock of the new broker begins 400 ms before the publish

        queue = _broker.Host.FindQueue("q")!;
        _broker.Clock.Advance(400 + time - 1);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
        _broker.Clock.Advance(1);
        Assert.That(queue.Counts.Ready, Is.Zero);
        await Eventually.Holds(() => _broker.Host.FindQueue("dead")!.Counts.Ready == (isItsOwn ? 1 : 0), () => "no dead letter");
    }

    [Test]
    public async Task A_queue_that_nobody_uses_expires_as_long_after_the_start_as_it_may_be_unused([Values] bool isOfPolicy)
    {
        _broker.Declare("q", QueueFlags.Durable, isOfPolicy ? [] : [("x-expires", 1_000)]);
        if (isOfPolicy)
            _broker.Host.Policies.Put(
                new Policy(PolicyKind.User, "p", "^q", "queues", 0, FieldTable.Empty.With("expires", FieldValue.FromInt64(1_000))));
        _broker.Clock.Advance(900);

        await RestartAsync();

        _broker.Clock.Advance(999);
        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null);
        _broker.Clock.Advance(1);
        Assert.That(_broker.Host.FindQueue("q"), Is.Null);
    }

    [Test]
    public async Task What_is_deleted_after_a_restart_takes_its_bindings_with_it()
    {
        Topology.DeclareExchange("x", "topic", ExchangeFlags.Durable, FieldTable.Empty);
        Bind("amq.fanout", Declare("q"));
        Bind("amq.fanout", _broker.Host.FindExchange("x")!);
        Bind("x", Declare("stays"), "#");

        await RestartAsync();
        Assert.That(Topology.Bindings(), Has.Count.EqualTo(3));
        Topology.DeleteQueue(_broker.Host.FindQueue("q")!, ifUnused: false, ifEmpty: false);
        Topology.DeleteExchange("x", ifUnused: false);

        Assert.That(Route("amq.fanout", "k"), Is.Empty);
        Assert.That(Entries(), Has.None.StartsWith("bindings/"));
    }

    [Test]
    public async Task A_start_says_how_many_messages_there_are_in_how_many_queues_whatever_these_are_made_of()
    {
        var queue = _broker.Declare("levels", QueueFlags.Durable, ("x-max-priority", 9));
        for (byte priority = 0; priority < 3; priority++)
            _broker.Publish(queue, isPersistent: true, priority: priority);
        _broker.Declare("returns", QueueFlags.Durable, ("x-queue-type", "quorum"));
        Topology.DeclareExchange(
            "delays", "x-delayed-message", ExchangeFlags.Durable, FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("direct")));

        await RestartAsync();

        Assert.That(_broker.Log.Lines, Has.Some.StartsWith("Information 300 Recovered 3 messages in 2 durable queues from "));
    }

    [Test]
    public void Of_what_is_deleted_nothing_is_left_on_the_disk_nor_counted_and_of_the_rest_all()
    {
        var broker = _broker.Broker;
        var queue = Declare("q");
        Topology.DeclareExchange("x", "topic", ExchangeFlags.Durable, FieldTable.Empty);
        Bind("x", queue, "kept");
        Bind("amq.topic", _broker.Host.FindExchange("x")!, "kept");
        var another = broker.VirtualHosts.Put("another", VirtualHostDescription.None, maker: "guest");
        another.Policies.Put(LengthPolicy(PolicyKind.User, "p"));
        broker.Parameters.Put(
            "vhost-limits", "another", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-queues", FieldValue.FromInt64(9))));
        broker.UserLimits.Set("guest", "max-channels", FieldValue.FromInt64(9));
        string[] before = Entries();
        long memory = Topology.MemoryInUse;
        Assert.Multiple(() =>
        {
            foreach (string what in _deletable)
            {
                var delete = Make(what);
                Assert.That(Entries(), Is.SupersetOf(before).And.Length.GreaterThan(before.Length), what);
                delete();
                Assert.That(Entries(), Is.EquivalentTo(before), what);
                Assert.That(Topology.MemoryInUse, Is.EqualTo(memory), what);
            }
        });
    }

    private Action Make(string what)
    {
        var broker = _broker.Broker;
        var kept = _broker.Host.FindQueue("q")!;
        switch (what)
        {
            case "queue":
                var queue = Declare("gone");
                Bind("x", queue, "a");
                Bind("x", queue, "b");
                Bind("amq.fanout", queue);
                return () => Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
            case "exchange":
                Topology.DeclareExchange("gone", "topic", ExchangeFlags.Durable, FieldTable.Empty);
                Bind("gone", kept, "a");
                Bind("gone", _broker.Host.FindExchange("x")!, "b");
                return () => Topology.DeleteExchange("gone", ifUnused: false);
            case "exchange that is bound":
                Topology.DeclareExchange("gone", "topic", ExchangeFlags.Durable, FieldTable.Empty);
                Bind("x", _broker.Host.FindExchange("gone")!, "a");
                Bind("amq.topic", _broker.Host.FindExchange("gone")!, "b");
                return () => Topology.DeleteExchange("gone", ifUnused: false);
            case "binding":
                var arguments = FieldTable.Empty.With("one", FieldValue.FromInt32(1)).With("two", FieldValue.FromInt32(2));
                Bind("x", kept, "gone", arguments);
                return () => Topology.Unbind("x", kept, "gone", new FieldTable(arguments.Reverse()));
            case "last binding of an auto-delete exchange":
                Topology.DeclareExchange("gone", "topic", ExchangeFlags.Durable | ExchangeFlags.AutoDelete, FieldTable.Empty);
                Bind("x", _broker.Host.FindExchange("gone")!, "a");
                Bind("gone", kept, "a");
                return () => Topology.Unbind("gone", kept, "a", FieldTable.Empty);
            case "last queue of an auto-delete exchange":
                var last = Declare("gone");
                foreach (string exchange in new[] { "gone 1", "gone 2" })
                    Topology.DeclareExchange(exchange, "topic", ExchangeFlags.Durable | ExchangeFlags.AutoDelete, FieldTable.Empty);
                Bind("gone 1", _broker.Host.FindExchange("gone 2")!, "a");
                Bind("gone 2", last, "a");
                return () => Topology.DeleteQueue(last, ifUnused: false, ifEmpty: false);
            case "unused queue":
                Bind("x", _broker.Declare("gone", QueueFlags.Durable, ("x-expires", 1_000)), "a");
                return () => _broker.Clock.Advance(1_000);
            case "policies":
                foreach (var kind in Enum.GetValues<PolicyKind>())
                    _broker.Host.Policies.Put(LengthPolicy(kind, "gone"));
                return () => _broker.Host.Policies.RemoveAll();
            case "limits":
                broker.UserLimits.Set("gone", "max-channels", FieldValue.FromInt64(9));
                broker.Parameters.Put(
                    "vhost-limits", "/", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-queues", FieldValue.FromInt64(9))));
                broker.GlobalParameters.Put("gone", FieldValue.FromInt64(9));
                return () =>
                {
                    broker.UserLimits.Clear("gone", "max-channels");
                    broker.Parameters.Remove("vhost-limits", "/", "limits");
                    broker.GlobalParameters.Remove("gone");
                };
            case "user":
                broker.Users.Put(new User("gone", PasswordHash.Create("secret"), UserTags.None));
                foreach (string host in new[] { "/", "another" })
                {
                    broker.Permissions.Put(new Permission("gone", host, ".*", ".*", ".*"));
                    broker.Permissions.PutTopic(new TopicPermission("gone", host, "amq.topic", ".*", ".*"));
                }
                broker.UserLimits.Set("gone", "max-channels", FieldValue.FromInt64(9));
                return () => broker.Users.Delete("gone");
            default:
                var made = broker.VirtualHosts.Put("gone", VirtualHostDescription.None, maker: "guest");
                var own = made.Topology.DeclareQueue("q", isServerNamed: false, QueueFlags.Durable, FieldTable.Empty, this);
                made.Topology.DeclareExchange("x", "topic", ExchangeFlags.Durable, FieldTable.Empty);
                made.Topology.Bind("x", own, "a", FieldTable.Empty, _broker.Round);
                made.Topology.Bind("amq.fanout", made.FindExchange("x")!, "", FieldTable.Empty, _broker.Round);
                foreach (var kind in Enum.GetValues<PolicyKind>())
                    made.Policies.Put(LengthPolicy(kind, "p"));
                broker.Parameters.Put(
                    "vhost-limits", "gone", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-queues", FieldValue.FromInt64(9))));
                return () => broker.VirtualHosts.Delete("gone");
        }
    }

    private static Policy LengthPolicy(PolicyKind kind, string name) =>
        new(kind, name, "", "all", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt64(9)));

    private string[] Entries() => [.. _broker.Broker.Catalog.Entries.Select(entry => entry.Key)];

    private Queue Declare(string name) => _broker.Declare(name, QueueFlags.Durable);

    private void Bind(string source, IBindingDestination destination, string key = "", FieldTable? arguments = null) =>
        Topology.Bind(source, destination, key, arguments ?? FieldTable.Empty, _broker.Round);

    private async Task RestartAsync() => _broker = await _broker.RestartAsync();

    private IEnumerable<string> Route(string exchange, string key, FieldTable? headers = null)
    {
        var finder = new RouteFinder(_broker.Host.Routing);
        _broker.Host.Routing.Follow(
            _broker.Host.FindExchange(exchange)!, new RoutedMessage(key, Encoded.Fields(headers ?? FieldTable.Empty)), finder);
        return finder.ToRoute().Queues.Select(queue => queue.Name);
    }
}
