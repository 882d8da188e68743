using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>What is told of a change: each fact is of what it says, and of what stays as it was nothing is told.</summary>
public sealed class BrokerEventTests
{
    private readonly Listener _listener = new();
    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _broker = new BareBroker();
        _broker.Broker.Events.Add(_listener);
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    [SetUp]
    public void Forget() => _listener.Heard.Clear();

    [TestCase("None", "false false false")]
    [TestCase("Durable", "true false false")]
    [TestCase("AutoDelete", "false true false")]
    [TestCase("Exclusive", "false false true")]
    public void A_queue_is_told_with_each_of_its_flags(string flag, string expected)
    {
        _broker.Declare($"q {flag}", Enum.Parse<QueueFlags>(flag));

        Assert.That(Facts("durable", "auto_delete", "exclusive"), Is.EqualTo(new[] { $"queue.created {expected}" }));
    }

    [TestCase("None", "false false false")]
    [TestCase("Durable", "true false false")]
    [TestCase("AutoDelete", "false true false")]
    [TestCase("Internal", "false false true")]
    public void An_exchange_is_told_with_each_of_its_flags(string flag, string expected)
    {
        _broker.Host.Topology.DeclareExchange($"x {flag}", "fanout", Enum.Parse<ExchangeFlags>(flag), FieldTable.Empty);

        Assert.That(Facts("durable", "auto_delete", "internal"), Is.EqualTo(new[] { $"exchange.created {expected}" }));
    }

    [Test]
    public void A_binding_between_exchanges_is_told_with_which_is_which()
    {
        _broker.Host.Topology.Bind("amq.direct", _broker.Host.FindExchange("amq.fanout")!, "k", FieldTable.Empty, _broker.Round);

        Assert.That(
            Facts("source_name", "source_kind", "destination_name", "destination_kind", "routing_key"),
            Is.EqualTo(new[] { "binding.created amq.direct exchange amq.fanout exchange k" }));
    }

    [Test]
    public void A_policy_is_told_of_those_queues_for_which_it_makes_a_difference()
    {
        var policies = _broker.Host.Policies;
        _broker.Declare("policed");
        Forget();

        policies.Put(Policy(PolicyKind.User, "own", priority: 1));
        Assert.That(Told(), Is.EqualTo(new[] { "queue.policy.updated policed 1", "policy.set own 1" }));
        policies.Put(Policy(PolicyKind.User, "behind it", priority: 0));
        Assert.That(Told(), Is.EqualTo(new[] { "policy.set behind it 0" }));
        policies.Put(Policy(PolicyKind.Operator, "operators", priority: 7));
        Assert.That(Told(), Is.EqualTo(new[] { "parameter.set operators -", "queue.policy.updated policed 7", "policy.set operators 7" }));
        policies.Remove(PolicyKind.User, "behind it");
        Assert.That(Told(), Is.EqualTo(new[] { "policy.cleared behind it -" }));
        policies.Remove(PolicyKind.Operator, "operators");
        Assert.That(Told(), Is.EqualTo(new[] { "parameter.cleared operators -", "queue.policy.cleared policed -", "operator.policy.cleared operators -" }));
        policies.Remove(PolicyKind.User, "own");
        Assert.That(Told(), Is.EqualTo(new[] { "queue.policy.cleared policed -", "policy.cleared own -" }));

        string[] Told()
        {
            string[] facts = Facts("name", "priority");
            Forget();
            return facts;
        }

        static Policy Policy(PolicyKind kind, string name, int priority) => new(kind, name, "^policed$", "queues", priority, FieldTable.Empty.With("max-length", FieldValue.FromInt64(9)));
    }

    [TestCase(null, "undefined #{description => <<\"d\">>,tags => [a,b]}")]
    [TestCase("quorum", "quorum #{default_queue_type => <<\"quorum\">>,description => <<\"d\">>,tags => [a,b]}")]
    public void A_virtual_host_is_told_with_the_type_that_its_queues_have_by_default(string? type, string expected)
    {
        _broker.Broker.VirtualHosts.Put($"v {type}", new VirtualHostDescription("d", ["a", "b"], type));

        Assert.That(Facts("default_queue_type", "metadata"), Has.One.EqualTo($"vhost.created {expected}"));
    }

    [TestCase("disk")]
    [TestCase("memory")]
    public void An_alarm_is_told_with_what_is_short_and_again_when_it_is_over(string source)
    {
        var alarms = _broker.Broker.Alarms;
        var (memory, disk) = (alarms.MemoryLimit, alarms.DiskLimit);
        if (source == "disk")
            alarms.SetDiskLimit(long.MaxValue);
        else
            alarms.SetMemoryLimit(0);
        alarms.SetDiskLimit(disk);
        alarms.SetMemoryLimit(memory);

        Assert.That(Facts("source", "node"), Is.EqualTo(new[] { $"alarm.set {source} {Node.Name}", $"alarm.cleared {source} {Node.Name}" }));
    }

    [Test]
    public void Who_acts_for_another_is_themselves_again_when_that_is_over()
    {
        using (BrokerEvents.ActAs("one"))
        {
            using (BrokerEvents.ActAs("other"))
                _broker.Declare("the other's");
            _broker.Declare("the one's");
        }
        _broker.Declare("nobody's");

        Assert.That(Facts("name", "user_who_performed_action"), Is.EqualTo(new[] { "queue.created the other's other", "queue.created the one's one", "queue.created nobody's rmq-internal" }));
    }

    [Test]
    public void Who_does_not_listen_hears_nothing_while_another_does()
    {
        var other = new Listener();
        _broker.Broker.Events.Add(other);
        _listener.IsListening = false;
        _broker.Declare("unheard");
        (_listener.IsListening, other.IsListening) = (true, false);

        Assert.That((_listener.Heard.Count, other.Heard.Count), Is.EqualTo((0, 1)));
    }

    private string[] Facts(params IEnumerable<string> names) =>
        [.. _listener.Heard.Select(heard => string.Join(' ', names.Select(name => heard.Facts[name]?.ToString() ?? "-").Prepend(heard.Name)))];

    private sealed class Listener : IBrokerEventListener
    {
        public List<BrokerEvent> Heard { get; } = [];

        public bool IsListening { get; set; } = true;

        public void Hear(BrokerEvent happened) => Heard.Add(happened);
    }
}
