using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// A change of exchanges, queues, bindings or policies waits until running operations end, delays new operations, and invalidates cached
/// routes.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TopologyLockTests
{
    /// <summary>
    /// A pattern whose match against <see cref="_slowName"/> practically never ends. The back reference needs a backtracking engine.
    /// </summary>
    private const string SlowPattern = @"^(a+)+\1$";
    private static readonly string _slowName = new string('a', 200) + "b";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private BrokerInProcess _broker = null!;
    private VirtualHost _virtualHost = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync();
        _virtualHost = _broker.Broker.VirtualHosts.Find("/")!;
        DeclareQueue("q");
        DeclareExchange("x");
        Bind("x", "q", "key");
    }

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Test]
    public async Task Declaring_what_is_there_waits_for_nobody_who_routes()
    {
        using var routing = new EndlessRouting(_virtualHost);

        await Task.Run(() => DeclareQueue("q")).WaitAsync(_patience);
        await Task.Run(() => DeclareExchange("x")).WaitAsync(_patience);
        await Task.Run(() => Bind("x", "q", "key")).WaitAsync(_patience);
    }

    [Test]
    public async Task A_policys_pattern_is_tried_while_nobody_waits_for_it()
    {
        DeclareQueue(_slowName);
        Task putting;
        using (new EndlessRouting(_virtualHost)) // the policy cannot be set while a message is being routed
        {
            putting = Task.Run(() => _virtualHost.Policies.Put(new Policy(
                PolicyKind.User, "slow", SlowPattern, "all", 0, new FieldTable([new("max-length", FieldValue.FromInt64(1))]))));
            await DemandTimeoutToldAsync();
            Assert.That(putting.IsCompleted, Is.False);
        }
        await putting.WaitAsync(_patience);
        Assert.That(_virtualHost.Policies.Match(PolicyKind.User, _virtualHost.FindQueue(_slowName)!), Is.Null);
    }

    [Test]
    public async Task The_name_of_a_new_queue_is_held_against_patterns_while_nobody_waits_for_it()
    {
        _virtualHost.Policies.Put(
            new Policy(PolicyKind.Operator, "slow", SlowPattern, "all", 0, new FieldTable([new("max-length", FieldValue.FromInt64(1))])));
        Task declaring;
        using (new EndlessRouting(_virtualHost))
        {
            declaring = Task.Run(() => DeclareQueue(_slowName));
            await DemandTimeoutToldAsync();
            Assert.That(declaring.IsCompleted, Is.False);
        }
        await declaring.WaitAsync(_patience);
    }

    [Test]
    public void Routes_are_forgotten_when_one_of_them_may_have_changed_and_else_not()
    {
        Assert.Multiple(() =>
        {
            DemandForgotten(false, "a new queue", () => DeclareQueue("new"));
            DemandForgotten(false, "a new exchange", () => DeclareExchange("new"));
            DemandForgotten(false, "a queue that is there", () => DeclareQueue("q"));
            DemandForgotten(false, "an exchange that is there", () => DeclareExchange("x"));
            DemandForgotten(false, "a binding that is there", () => Bind("x", "q", "key"));
            DemandForgotten(false, "unbinding what is not bound", () => Unbind("x", "q", "other"));
            DemandForgotten(
                false, "deleting an exchange that is not there", () => _virtualHost.Topology.DeleteExchange("nowhere", ifUnused: false));
            DemandForgotten(true, "a new binding", () => Bind("x", "new", "key"));
            DemandForgotten(true, "unbinding", () => Unbind("x", "q", "key"));
            DemandForgotten(true, "deleting a queue", () => _virtualHost.Topology.DeleteQueue(_virtualHost.FindQueue("q")!, false, false));
            DemandForgotten(true, "deleting an exchange", () => _virtualHost.Topology.DeleteExchange("x", ifUnused: false));
        });
    }

    [TestCase("", "late", false)]
    [TestCase("lost", "anything", true)]
    public async Task A_route_that_met_a_name_that_is_not_there_is_found_anew_once_it_is(
        string exchange, string key, bool isAlternateMissing)
    {
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExchangeAsync(
            "lost", "direct", arguments: new FieldTable([new("alternate-exchange", FieldValue.FromString("alternate"))]));
        for (int number = 0; number < 2; number++) // the second publish uses the route that the first publish has cached
        {
            await channel.PublishAsync(exchange, key, "too early", mandatory: true);
            await channel.ExpectMessageAsync<BasicReturn>();
        }

        if (isAlternateMissing)
        {
            await channel.DeclareExchangeAsync("alternate", "fanout");
            await channel.BindQueueAsync("q", "alternate");
        }
        else
        {
            await channel.DeclareQueueAsync("late");
        }
        await channel.PublishAsync(exchange, key, "in time", mandatory: true);

        Assert.That((await channel.GetAsync(isAlternateMissing ? "q" : "late")).Text, Is.EqualTo("in time"));
    }

    private void DemandForgotten(bool isForgotten, string by, Action change)
    {
        int before = _virtualHost.Routing.Version;
        change();
        Assert.That(_virtualHost.Routing.Version != before, Is.EqualTo(isForgotten), by);
    }

    private Task DemandTimeoutToldAsync() => Eventually.Holds(
        () => _broker.Log.Any(line => line.Contains("takes too long", StringComparison.Ordinal)),
        () => "no time-out was logged");

    private void DeclareQueue(string name) =>
        _virtualHost.Topology.DeclareQueue(name, isServerNamed: false, QueueFlags.None, FieldTable.Empty, this);

    private void DeclareExchange(string name) =>
        _virtualHost.Topology.DeclareExchange(name, "direct", ExchangeFlags.None, FieldTable.Empty);

    private void Bind(string exchange, string queue, string key) =>
        _virtualHost.Topology.Bind(exchange, _virtualHost.FindQueue(queue)!, key, FieldTable.Empty, new());

    private void Unbind(string exchange, string queue, string key) =>
        _virtualHost.Topology.Unbind(exchange, _virtualHost.FindQueue(queue)!, key, FieldTable.Empty);

    /// <summary>
    /// Routes a message on a thread until <see cref="Dispose"/>. Meanwhile, the thread holds the topology lock in shared mode.
    /// </summary>
    private sealed class EndlessRouting : IRouter, IDisposable
    {
        private readonly ManualResetEventSlim _isRouting = new();
        private readonly ManualResetEventSlim _end = new();
        private readonly Thread _thread;

        public EndlessRouting(VirtualHost virtualHost)
        {
            var exchange = new Exchange("endless", "direct", this, ExchangeFlags.None, FieldTable.Empty);
            _thread = new Thread(
                () => virtualHost.Routing.Follow(exchange, new RoutedMessage("", default), new RouteFinder(virtualHost.Routing)));
            _thread.Start();
            Assert.That(_isRouting.Wait(_patience), Is.True);
        }

        public bool VariesByMessage => false;

        public void Validate(Binding binding)
        {
        }

        public void Add(Binding binding)
        {
        }

        public void Remove(Binding binding)
        {
        }

        public void Route(in RoutedMessage message, RouteFinder route)
        {
            _isRouting.Set();
            _end.Wait(_patience);
        }

        public void Dispose()
        {
            _end.Set();
            _thread.Join();
            _isRouting.Dispose();
            _end.Dispose();
        }
    }
}
