using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>A virtual host gives permissions to its creator, limits its queues, and sets their default type.</summary>
public sealed class VirtualHostsTests
{
    [Test]
    public async Task Whoever_makes_it_may_use_it_as_far_as_nothing_else_was_said_and_whoever_changes_it_may_not()
    {
        await using var broker = new BareBroker();
        var (hosts, permissions) = (broker.Broker.VirtualHosts, broker.Broker.Permissions);
        permissions.Put(new Permission("narrow", "v2", "^c", "^w", "^r"));

        hosts.Put("v1", VirtualHostDescription.None, maker: "maker");
        hosts.Put("v2", VirtualHostDescription.None, maker: "narrow");
        hosts.Put("v1", new VirtualHostDescription("anew", []), maker: "another");
        hosts.Put("v3", VirtualHostDescription.None);

        Assert.That(Texts("v1", "maker"), Is.EqualTo((".*", ".*", ".*")));
        Assert.That(Texts("v2", "narrow"), Is.EqualTo(("^c", "^w", "^r")));
        Assert.That(permissions.Find("v1", "another"), Is.Null);
        Assert.That(permissions.All.Where(permission => permission.VirtualHost == "v3"), Is.Empty);
        Assert.That(hosts.Find("v1")!.Description.Text, Is.EqualTo("anew"));

        (string, string, string) Texts(string host, string user) =>
            permissions.Find(host, user) is { } permission
                ? (permission.Configure.Text, permission.Write.Text, permission.Read.Text)
                : default;
    }

    [Test]
    public async Task What_was_changed_of_a_virtual_host_outlives_a_restart()
    {
        var before = new BareBroker();
        before.Broker.VirtualHosts.Put("v", new VirtualHostDescription("first", ["a"], "classic"));
        before.Broker.VirtualHosts.Put("v", new VirtualHostDescription("second", ["b", "c"], "quorum"));
        await using var after = await before.RestartAsync();

        var description = after.Broker.VirtualHosts.Find("v")!.Description;

        Assert.That(
            (description.Text, string.Join(',', description.Tags), description.DefaultQueueType),
            Is.EqualTo(("second", "b,c", "quorum")));
    }

    /// <summary>
    /// A virtual host's default queue type applies to queues that a client declares with a name. It does not apply to imported queues.
    /// </summary>
    [Test]
    public async Task A_queue_has_the_default_type_where_its_client_named_it_and_not_where_it_is_imported()
    {
        await using var broker = new BareBroker();
        var host = broker.Broker.VirtualHosts.Put("v", new VirtualHostDescription("", [], "quorum"));

        host.Topology.ImportQueue("imported", QueueFlags.Durable, FieldTable.Empty);
        host.Topology.DeclareQueue("declared", isServerNamed: false, QueueFlags.Durable, FieldTable.Empty, this);
        host.Topology.DeclareQueue("amq.gen-x", isServerNamed: true, QueueFlags.Durable, FieldTable.Empty, this);

        Assert.That(
            host.Queues.OrderBy(queue => queue.Name, StringComparer.Ordinal).Select(queue => $"{queue.Name} {queue.Settings.Type}"),
            Is.EqualTo(new[]
            {
                "amq.gen-x Classic", "declared Quorum", "imported Classic",
            }));
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(3, 3)]
    [TestCase(-1, 5)]
    public async Task A_virtual_host_has_as_many_queues_as_its_limit_says_and_those_may_be_declared_again(int limit, int most)
    {
        await using var broker = new BareBroker();
        broker.Broker.VirtualHosts.Put("another", VirtualHostDescription.None)
            .Topology.DeclareQueue("does not count", isServerNamed: false, QueueFlags.None, FieldTable.Empty, this);
        broker.Broker.Parameters.Put(
            "vhost-limits", "/", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-queues", FieldValue.FromInt64(limit))));
        for (int i = 0; i < most; i++)
            broker.Declare($"q{i}");

        for (int i = 0; i < most; i++)
            broker.Declare($"q{i}");
        if (limit >= 0)
            Assert.That(
                () => broker.Declare("more"),
                Throws.TypeOf<BrokerException>()
                    .With.Message.EqualTo($"cannot declare queue 'more': queue limit in vhost '/' ({limit}) is reached"));
        Assert.That(broker.Host.QueueCount, Is.EqualTo(most));
    }

    [TestCase("amq.", true)]
    [TestCase("amq.q", true)]
    [TestCase("amq", false)]
    [TestCase("amqp.q", false)]
    [TestCase("AMQ.q", false)]
    [TestCase("x amq.q", false)]
    [TestCase("", false)]
    public void A_name_is_the_brokers_own_by_how_it_begins(string name, bool isReserved) =>
        Assert.That(ReservedNames.IsReserved(name), Is.EqualTo(isReserved));

    [TestCase("a\rb", "ab")]
    [TestCase("a\nb", "ab")]
    [TestCase("\r\na\n\r", "a")]
    [TestCase("a b\t", "a b\t")]
    public void A_name_has_no_ends_of_lines(string given, string name) => Assert.That(ReservedNames.Clean(given), Is.EqualTo(name));
}
