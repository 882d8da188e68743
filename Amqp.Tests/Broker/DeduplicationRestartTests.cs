using Amqp.Protocol;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The keys of durable queues and exchanges survive a restart, if their messages were persistent.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeduplicationRestartTests : IAsyncDisposable
{
    private BareBroker _broker = new();

    private KeyedPublisher Publisher => new(_broker);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public async Task A_window_recognises_its_last_keys_after_every_restart([Values(0, 1_000, 200_000)] int body)
    {
        Declare(("x-cache-size", 150));
        for (int i = 0; i < 200; i++)
            Publisher.Publish("", "q", $"{i}", isPersistent: true, body);
        Empty();

        for (int restart = 0; restart < 3; restart++)
        {
            await RestartAsync();
            Assert.That(_broker.Host.FindQueue("q")!.Messages.Deduplication!.Use.Keys, Is.EqualTo(150));
            for (int i = 50; i < 200; i++)
                Publisher.Publish("", "q", $"{i}", isPersistent: true, body);
            Assert.That(Ready, Is.Zero);
        }
        Publisher.Publish("", "q", "49", isPersistent: true, body);
        Publisher.Publish("", "q", "50", isPersistent: true, body);

        Assert.That(Ready, Is.EqualTo(2), "the oldest key is still the first to go");
    }

    [Test]
    public async Task The_lifetime_of_a_key_goes_on_over_a_restart([Values(0, 1_000)] int body)
    {
        Declare(("x-cache-ttl", 1_000));
        for (int i = 0; i < 100; i++)
            Publisher.Publish("", "q", $"{i}", isPersistent: true, body);
        Publisher.Publish("", "q", "own", isPersistent: true, body, lifetime: 5_000);
        Empty();

        await RestartAsync();
        _broker.Clock.Pass(1_000);
        Publisher.Publish("", "q", "own", isPersistent: true, body);
        Assert.That(Ready, Is.Zero);
        Publisher.Publish("", "q", "7", isPersistent: true, body);

        Assert.That(Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task Without_a_window_the_messages_that_are_left_keep_their_keys([Values(0, 3)] int priorities)
    {
        Declare(priorities == 0 ? [] : [("x-max-priority", priorities)]);
        for (int i = 0; i < 10; i++)
            Publisher.Publish("", "q", $"{i}", isPersistent: true, priority: (byte)(priorities - i % 2));
        BareBroker.Get(_broker.Host.FindQueue("q")!); // takes 0

        await RestartAsync();
        for (int i = 1; i < 10; i++)
            Publisher.Publish("", "q", $"{i}", isPersistent: true);
        Assert.That(Ready, Is.EqualTo(9));
        Publisher.Publish("", "q", "0", isPersistent: true);
        Assert.That(Ready, Is.EqualTo(10));
        Empty();
        Publisher.Publish("", "q", "1", isPersistent: true);

        Assert.That(Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task An_exchange_recognises_repeats_after_a_restart_also_if_it_delays_messages([Values] bool delays)
    {
        _broker.Declare("q", QueueFlags.Durable);
        var arguments = FieldTable.Empty.With("x-cache-size", FieldValue.FromInt32(10));
        if (delays)
            arguments = arguments.With("x-delayed-type", FieldValue.FromString("x-message-deduplication"));
        _broker.Host.Topology.DeclareExchange(
            "x", delays ? "x-delayed-message" : "x-message-deduplication", ExchangeFlags.Durable, arguments);
        _broker.Host.Topology.Bind("x", _broker.Host.FindQueue("q")!, "", FieldTable.Empty, _broker.Round);
        Publisher.Publish("x", "", "a", isPersistent: true);
        if (delays)
            Publisher.Publish("x", "", new BasicProperties
            {
                DeliveryMode = 2,
                Headers = FieldTable.Empty
                    .With("x-deduplication-header", FieldValue.FromString("b"))
                    .With("x-delay", FieldValue.FromInt32(1_000)),
            });

        await RestartAsync();
        Publisher.Publish("x", "", "a", isPersistent: true);
        Assert.That(Ready, Is.EqualTo(1));
        Publisher.Publish("x", "", "b", isPersistent: true);

        Assert.That((Ready, _broker.Host.FindExchange("x")!.DelayedCount), Is.EqualTo(delays ? (1L, 1L) : (2L, 0L)));
    }

    [Test]
    public async Task A_transient_message_leaves_no_key_and_neither_does_a_window_in_memory([Values] bool isPersistent)
    {
        Declare(("x-cache-size", 10), ("x-cache-persistence", isPersistent ? "memory" : "disk"));
        Publisher.Publish("", "q", "a", isPersistent);
        Empty();

        await RestartAsync();
        Publisher.Publish("", "q", "a", isPersistent);

        Assert.That(Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task A_purge_and_a_deletion_are_for_good([Values] bool deletes)
    {
        Declare(("x-cache-size", 10));
        Publisher.Publish("", "q", "a", isPersistent: true);
        if (deletes)
        {
            _broker.Host.Topology.DeleteQueue(_broker.Host.FindQueue("q")!, ifUnused: false, ifEmpty: false);
            Declare(("x-cache-size", 10));
        }
        else
        {
            _broker.Host.FindQueue("q")!.Purge();
        }

        await RestartAsync();
        Publisher.Publish("", "q", "a", isPersistent: true);

        Assert.That(Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task A_smaller_limit_of_a_policy_counts_for_the_keys_of_the_last_run()
    {
        Declare(("x-cache-size", 10));
        for (int i = 0; i < 10; i++)
            Publisher.Publish("", "q", $"{i}", isPersistent: true);
        _broker.Host.Policies.Put(new Server.Broker.Policies.Policy(
            Server.Broker.Policies.PolicyKind.User, "p", "q", "queues", 0, FieldTable.Empty.With("x-cache-size", FieldValue.FromInt32(4))));
        Assert.That(_broker.Host.FindQueue("q")!.Messages.Deduplication!.Use.Keys, Is.EqualTo(4));

        await RestartAsync();

        Assert.That(_broker.Host.FindQueue("q")!.Messages.Deduplication!.Use.Keys, Is.EqualTo(4));
    }

    private long Ready => _broker.Host.FindQueue("q")!.Counts.Ready;

    private void Declare(params (string, object)[] arguments) =>
        _broker.Declare("q", QueueFlags.Durable, [("x-message-deduplication", true), .. arguments]);

    private void Empty()
    {
        while (BareBroker.Get(_broker.Host.FindQueue("q")!))
        {
        }
    }

    private async Task RestartAsync() => _broker = await _broker.RestartAsync();
}
