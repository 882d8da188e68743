using System.Net;
using System.Security.Cryptography.X509Certificates;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Channels;
using Amqp.Server.Connections;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Broker;

/// <summary>The broker raises an event with the right values for each change, and no event for an object that did not change.</summary>
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
        Assert.That(
            Told(),
            Is.EqualTo(new[] { "parameter.cleared operators -", "queue.policy.cleared policed -", "operator.policy.cleared operators -" }));
        policies.Remove(PolicyKind.User, "own");
        Assert.That(Told(), Is.EqualTo(new[] { "queue.policy.cleared policed -", "policy.cleared own -" }));

        string[] Told()
        {
            string[] facts = Facts("name", "priority");
            Forget();
            return facts;
        }

        static Policy Policy(PolicyKind kind, string name, int priority) =>
            new(kind, name, "^policed$", "queues", priority, FieldTable.Empty.With("max-length", FieldValue.FromInt64(9)));
    }

    [TestCase(false, false, "user.created user.tags.set user.password.cleared")]
    [TestCase(false, true, "user.created user.tags.set")]
    [TestCase(true, false, "user.tags.set user.password.cleared")]
    [TestCase(true, true, "user.password.changed user.tags.set")]
    public void A_user_is_told_of_with_what_became_of_the_password(bool isThere, bool hasPassword, string told)
    {
        string name = $"user {isThere} {hasPassword}";
        if (isThere)
            _broker.Broker.Users.Put(new User(name, PasswordHash.Create("first"), UserTags.None));
        Forget();

        _broker.Broker.Users.Put(new User(name, hasPassword ? PasswordHash.Create("second") : PasswordHash.None, UserTags.None));

        Assert.That(Facts("name"), Is.EqualTo(told.Split(' ').Select(each => $"{each} {name}")));
    }

    [TestCase("classic")]
    [TestCase("quorum")]
    public void A_policy_is_told_with_the_type_of_the_queue_that_it_changes(string type)
    {
        _broker.Declare($"of type {type}", QueueFlags.Durable, ("x-queue-type", type));
        Forget();

        _broker.Host.Policies.Put(new Policy(
            PolicyKind.User, type, $"^of type {type}$", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt64(9))));
        _broker.Host.Policies.Remove(PolicyKind.User, type);

        Assert.That(
            Facts("type").Where(told => told.StartsWith("queue.", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"queue.policy.updated rabbit_{type}_queue", $"queue.policy.cleared rabbit_{type}_queue" }));
    }

    [Test]
    public void What_comes_and_goes_is_told_with_its_own_virtual_host()
    {
        var topology = _broker.Broker.VirtualHosts.Put("another host", VirtualHostDescription.None).Topology;
        Forget();

        var queue = topology.DeclareQueue("q", isServerNamed: false, QueueFlags.None, FieldTable.Empty, this);
        topology.DeclareExchange("x", "fanout", ExchangeFlags.None, FieldTable.Empty);
        topology.Bind("x", queue, "", FieldTable.Empty, _broker.Round);
        topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
        topology.DeleteExchange("x", ifUnused: false);

        string[] events = ["queue.created", "exchange.created", "binding.created", "binding.deleted", "queue.deleted", "exchange.deleted"];
        Assert.That(Facts("vhost"), Is.EqualTo(events.Select(name => $"{name} another host")));
    }

    [TestCase("Exclusive", "the connection")]
    [TestCase("None", "")]
    public void An_exclusive_queue_is_told_with_whose_it_is(string flag, string owner)
    {
        _broker.Host.Topology.DeclareQueue(
            $"owned {flag}", isServerNamed: false, Enum.Parse<QueueFlags>(flag), FieldTable.Empty, "the connection");

        Assert.That(Facts("owner_pid"), Is.EqualTo(new[] { $"queue.created {owner}" }));
    }

    [Test]
    public void Arguments_are_told_with_their_types_however_deep_they_are()
    {
        var inner = FieldTable.Empty.With("b", FieldValue.FromBoolean(true)).With("c", FieldValue.FromDouble(2.5));
        var arguments = FieldTable.Empty
            .With("a", FieldValue.FromArray([
                FieldValue.FromInt32(1), FieldValue.FromString("x"), FieldValue.FromArray([]), FieldValue.FromTable(inner),
                FieldValue.FromInt64(3)
            ]))
            .With("d", FieldValue.FromBoolean(false));

        _broker.Host.Topology.DeclareExchange("with arguments", "fanout", ExchangeFlags.None, arguments);

        var told = _listener.Heard.Single().Facts["arguments"]!.Value.AsArray().Select(argument => argument.AsString());
        Assert.That(told, Is.EqualTo(new[]
        {
            "{<<\"a\">>,array,[{signedint,1},{longstr,<<\"x\">>},{array,[]},{table,[{<<\"b\">>,bool,"
                + "true},{<<\"c\">>,double,2.5}]},{long,3}]}",
            "{<<\"d\">>,bool,false}",
        }));
    }

    [TestCase("127.0.0.1", "{127,0,0,1}")]
    [TestCase("::1", "{0,0,0,0,0,0,0,1}")]
    [TestCase("2001:db8::ff00:42", "{8193,3512,0,0,0,0,65280,66}")]
    [TestCase("/run/a.socket", "/run/a.socket")]
    public void An_address_is_told_as_Erlang_has_it(string address, string told) =>
        Assert.That(EventFacts.Address("peer_host", address), Is.EqualTo(KeyValuePair.Create("peer_host", FieldValue.FromString(told))));

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

        Assert.That(
            Facts("source", "node"),
            Is.EqualTo(new[] { $"alarm.set {source} {Node.Name}", $"alarm.cleared {source} {Node.Name}" }));
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

        Assert.That(
            Facts("name", "user_who_performed_action"),
            Is.EqualTo(new[] { "queue.created the other's other", "queue.created the one's one", "queue.created nobody's rmq-internal" }));
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

    /// <summary>The event shows 0 for a connection without a limit on the frame size, as in RabbitMQ.</summary>
    [TestCase(8_192, 8_192)]
    [TestCase(int.MaxValue, 0)]
    public void A_connection_is_told_with_each_of_its_ends_and_each_number_that_was_agreed_on(int frameMax, int told)
    {
        using var authority = new TestAuthority("CN=issuer");
        using var certificate = authority.Issue("CN=subject");
        var session = NewSession(frameMax);
        var peer = NewPeer(certificate);
        Forget();

        _broker.Broker.Events.ConnectionCreated(session, peer);
        _broker.Broker.Events.ConnectionClosed(session);

        Assert.That(
            Facts(
                "user_who_performed_action", "user", "vhost", "auth_mechanism", "connected_at", "channel_max", "frame_max", "timeout",
                "peer_host", "peer_port", "host", "port"),
            Is.EqualTo(new[]
            {
                $"connection.created jo jo v AMQPLAIN 1700000000000 7 {told} 33 {{192,0,2,1}} 41000 {{198,51,100,2}} 5672",
                "connection.closed - - - - - - - - - - - -"
            }));
        Assert.That(
            Facts("peer_cert_subject", "peer_cert_issuer", "ssl"),
            Is.EqualTo(new[] { "connection.created CN=subject CN=issuer false", "connection.closed - - -" }));
        Assert.That(
            Facts("name", "pid", "node", "user_provided_name", "client_properties"),
            Is.EqualTo(new[] { "created", "closed" }.Select(end =>
                $"connection.{end} the connection <the connection> {Node.Name} shop [{{<<\"connection_name\">>,longstr,<<\"shop\">>}}]")));
    }

    [Test]
    public void A_channel_and_its_consumer_are_told_with_whose_they_are()
    {
        var session = NewSession(8_192);
        var channel = new AmqpChannel(5, session).Session;
        var queue = session.VirtualHost.Topology.DeclareQueue("q", isServerNamed: false, QueueFlags.None, FieldTable.Empty, session);
        var consumer = new SessionConsumer(
            channel, queue, new ConsumeOptions("tag", NoAck: true, IsExclusive: false, Priority: 0, Prefetch: 9, FieldTable.Empty));
        Forget();

        _broker.Broker.Events.ChannelCreated(channel);
        using (BrokerEvents.ActAs("al"))
        {
            _broker.Broker.Events.ConsumerCreated(consumer, isExclusive: false);
            _broker.Broker.Events.ConsumerDeleted(consumer);
        }
        _broker.Broker.Events.ChannelClosed(channel);

        Assert.That(
            Facts(
                "user_who_performed_action", "user", "vhost", "number", "name", "connection", "pid", "channel", "queue", "consumer_tag",
                "prefetch_count"),
            Is.EqualTo(new[]
            {
                "channel.created jo jo v 5 the connection (5) <the connection> <the connection (5)> - - - -",
                "consumer.created al - v - - - - <the connection (5)> q tag 9",
                "consumer.deleted al - v - - - - <the connection (5)> q tag -",
                "channel.closed jo - - - - - <the connection (5)> - - - -",
            }));
    }

    /// <summary>
    /// The error in the event starts with the user's name. If the reason does not start with the name, the broker adds the name.
    /// </summary>
    [TestCase("no such user", "user 'jo' - no such user")]
    [TestCase("user 'jo' can only connect via localhost", "user 'jo' can only connect via localhost")]
    public void A_login_is_told_with_where_it_comes_from_and_why_it_is_refused(string reason, string error)
    {
        var peer = NewPeer(null);

        _broker.Broker.Events.LoggedIn(peer, "jo", "AMQPLAIN");
        _broker.Broker.Events.LoginRefused(peer, "jo", "AMQPLAIN", reason);

        Assert.That(
            Facts("name", "auth_mechanism", "peer_host", "peer_port", "host", "connection_name", "ssl"),
            Is.EqualTo(new[] { "success", "failure" }.Select(end =>
                $"user.authentication.{end} jo AMQPLAIN {{192,0,2,1}} 41000 {{198,51,100,2}} 192.0.2.1:41000 -> 198.51.100.2:5672 false")));
        Assert.That(
            string.Concat(_listener.Heard[1].Facts["error"]!.Value.AsArray().Select(character => (char)character.AsInteger())),
            Is.EqualTo(error));
    }

    private OpenedConnection NewSession(int frameMax) => new(NewClient(), new SentFrames().NewOutbox(), NullLogger.Instance)
    {
        Capabilities = default,
        FrameMax = frameMax,
        ChannelMax = 7,
        Heartbeat = 33,
    };

    private BrokerClient NewClient() => new(_broker.Broker.Sessions, _broker.Round)
    {
        User = new User("jo", PasswordHash.None, UserTags.None),
        VirtualHost = _broker.Broker.VirtualHosts.Find("v") ?? _broker.Broker.VirtualHosts.Put("v", VirtualHostDescription.None),
        Origin = new SessionOrigin(
            "the connection", "192.0.2.1", 41_000, "198.51.100.2", 5_672, "AMQPLAIN",
            Encoded.Fields(FieldTable.Empty.With("connection_name", FieldValue.FromString("shop"))), 1_700_000_000_000),
    };

    private static ConnectionPeer NewPeer(X509Certificate2? certificate)
    {
        var connection = new DefaultConnectionContext("c")
        {
            RemoteEndPoint = IPEndPoint.Parse("192.0.2.1:41000"),
            LocalEndPoint = IPEndPoint.Parse("198.51.100.2:5672"),
        };
        connection.Features.Set<ITlsConnectionFeature>(new Presented(certificate));
        return new ConnectionPeer(connection);
    }

    private string[] Facts(params IEnumerable<string> names) =>
        [.. _listener.Heard.Select(
            heard => string.Join(' ', names.Select(name => heard.Facts[name]?.ToString() ?? "-").Prepend(heard.Name)))];

    /// <summary>A TLS connection with a client certificate, or without a certificate if the parameter is null.</summary>
    private sealed class Presented(X509Certificate2? certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }

    private sealed class Listener : IBrokerEventListener
    {
        public List<BrokerEvent> Heard { get; } = [];

        public bool IsListening { get; set; } = true;

        public void Hear(BrokerEvent happened) => Heard.Add(happened);
    }
}
