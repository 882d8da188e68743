using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.Statistics;

/// <summary>The broker samples the message counts of each queue every few seconds. The tests set the clock.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SampledBrokerTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_queue_is_declared_as_often_as_somebody_asks_and_comes_and_goes_once()
    {
        var host = _broker.Broker.VirtualHosts.Put("v", VirtualHostDescription.None);
        host.Topology.DeclareQueue("goes with it", isServerNamed: false, QueueFlags.None, FieldTable.Empty, this);
        var queue = _broker.Declare("q");
        _broker.Declare("q");
        _broker.Declare("q");
        _broker.Declare("expires", ("x-expires", 1_000));
        Assert.That(Churns(), Is.EqualTo((5L, 3L, 0L)));

        _broker.Host.Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
        Assert.That(Churns(), Is.EqualTo((5L, 3L, 1L)));
        _broker.Host.Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
        Assert.That(Churns(), Is.EqualTo((5L, 3L, 1L)), "the queue was already deleted");
        _broker.Clock.Advance(1_000);
        Assert.That(Churns(), Is.EqualTo((5L, 3L, 2L)));
        _broker.Broker.VirtualHosts.Delete("v");
        Assert.That(Churns(), Is.EqualTo((5L, 3L, 3L)));

        (long, long, long) Churns()
        {
            var statistics = _broker.Broker.Statistics;
            return (statistics.Count(Churn.QueueDeclared), statistics.Count(Churn.QueueCreated), statistics.Count(Churn.QueueDeleted));
        }
    }

    [Test]
    public void What_is_declared_counts_for_the_memory_alarm_by_its_kind_until_it_is_gone()
    {
        var (broker, topology) = (_broker.Broker, _broker.Host.Topology);
        long all = broker.Memory.InUse, before = broker.VirtualHosts.MemoryInUse;
        var queue = _broker.Declare("q");
        topology.DeclareExchange("x", "topic", ExchangeFlags.None, FieldTable.Empty);
        topology.DeclareExchange("y", "fanout", ExchangeFlags.None, FieldTable.Empty);
        foreach (string key in (string[])["a", "b", "c"])
            topology.Bind("x", queue, key, FieldTable.Empty, _broker.Round);
        topology.Bind("y", _broker.Host.FindExchange("x")!, "", FieldTable.Empty, _broker.Round);
        topology.Bind("y", queue, "", FieldTable.Empty, _broker.Round);
        Assert.That(Grown(), Is.EqualTo(ObjectSize.Queue + 2 * ObjectSize.Exchange + 5 * ObjectSize.Binding));
        Assert.That(broker.Memory.InUse - all, Is.GreaterThanOrEqualTo(Grown()));

        topology.Unbind("x", queue, "b", FieldTable.Empty);
        Assert.That(Grown(), Is.EqualTo(ObjectSize.Queue + 2 * ObjectSize.Exchange + 4 * ObjectSize.Binding));
        topology.DeleteExchange("x", ifUnused: false);
        Assert.That(Grown(), Is.EqualTo(ObjectSize.Queue + ObjectSize.Exchange + ObjectSize.Binding));
        topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
        Assert.That(Grown(), Is.EqualTo(ObjectSize.Exchange));

        broker.Memory.Held.Add(1_000_000);
        Assert.That(broker.Memory.InUse - all, Is.GreaterThanOrEqualTo(1_000_000 + ObjectSize.Exchange));

        long Grown() => broker.VirtualHosts.MemoryInUse - before;
    }

    [TestCase("classic", QueueType.Classic)]
    [TestCase("quorum", QueueType.Quorum)]
    public void What_a_deleted_queue_gave_out_stays_counted_for_its_type(string type, object kept)
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, ("x-queue-type", type));
        _broker.Publish(queue);
        _broker.Publish(queue);
        BareBroker.Get(queue);
        BareBroker.Get(queue);
        BareBroker.Get(queue);
        _broker.Host.Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);

        foreach (var each in Enum.GetValues<QueueType>())
        {
            var counts = _broker.Broker.Statistics.OfDeletedQueues(each);
            Assert.That((counts.GetNoAck, counts.GetEmpty), Is.EqualTo(each == (QueueType)kept ? (2L, 1L) : (0L, 0L)), $"{each}");
        }
    }

    [Test]
    public void The_dead_are_counted_by_type_strategy_and_reason_and_never_for_another()
    {
        (string, object) quorum = ("x-queue-type", "quorum"), deadLetters = ("x-dead-letter-exchange", "");
        Queue[] queues =
        [
            _broker.Declare("a"), _broker.Declare("b", deadLetters), _broker.Declare("c", QueueFlags.Durable, quorum),
            _broker.Declare("d", QueueFlags.Durable, quorum, deadLetters),
            _broker.Declare(
                "e", QueueFlags.Durable, quorum, deadLetters, ("x-dead-letter-strategy", "at-least-once"),
                ("x-overflow", "reject-publish")),
        ];
        var expected = new Dictionary<(QueueType, DeadLetterStrategy, DeathReason), long>();
        foreach (var queue in queues)
            foreach (var reason in Enum.GetValues<DeathReason>())
            {
                int messages = expected.Count + 1;
                _broker.Broker.Statistics.NoteDead(queue.Settings.Type, queue.Settings.DeadLetterStrategy, reason, messages);
                expected.Add((queue.Settings.Type, queue.Settings.DeadLetterStrategy, reason), messages);
            }

        var counted =
            from type in Enum.GetValues<QueueType>()
            from strategy in Enum.GetValues<DeadLetterStrategy>()
            from reason in Enum.GetValues<DeathReason>()
            let dead = _broker.Broker.Statistics.CountDead(type, strategy, reason)
            where dead > 0
            select KeyValuePair.Create((type, strategy, reason), dead);

        Assert.That(counted, Is.EquivalentTo(expected));
    }

    [Test]
    public void The_row_of_a_virtual_host_and_that_of_the_broker_have_depth_and_octets_where_their_names_stand()
    {
        var queue = _broker.Declare("q");
        for (int i = 0; i < 5; i++)
            _broker.Publish(queue);
        _broker.Consume(queue, room: 2);
        var other = _broker.Broker.VirtualHosts.Put("other", VirtualHostDescription.None);
        Connect(_broker.Host, received: 7, sent: 9);
        Connect(other, received: 100, sent: 1_000);
        Connect(other, received: 0, sent: 0);

        long[] ofHost = new long[StatisticRows.HostWidth], ofBroker = new long[StatisticRows.BrokerWidth];
        StatisticRows.Read(_broker.Host, ofHost);
        StatisticRows.Read(_broker.Broker.Statistics, _broker.Broker.VirtualHosts.All, _broker.DataFolder, ofBroker);

        Assert.That(ofHost[StatisticRows.HostDepth..], Is.EqualTo(new[] { 5, 3, 2, 7, 9 }));
        Assert.That(ofBroker[StatisticRows.HostDepth..StatisticRows.BrokerChurn], Is.EqualTo(new[] { 5, 3, 2, 107, 1_009 }));
        Assert.That(ofBroker[StatisticRows.BrokerNode + Array.IndexOf(StatisticRows.Node, "sockets_used")], Is.EqualTo(3));

        static void Connect(VirtualHost host, int received, int sent)
        {
            var connection = new ConnectionCounts();
            host.Statistics.Open(connection);
            connection.NoteReceived(received);
            connection.NoteSent(sent);
        }
    }

    /// <summary>
    /// When the memory for samples is used up, the broker keeps one sample per minute. For rates, it also keeps the last two samples.
    /// </summary>
    [TestCase(1_000_000, 300)]
    [TestCase(0, 200)]
    public async Task Samples_take_no_more_memory_than_they_may(long mostBytes, int known)
    {
        var queue = _broker.Declare("q");
        var clock = new ManualClock();
        var options = new BrokerOptions
        {
            DataDirectory = _broker.DataFolder,
            Statistics = new StatisticsOptions { MaxMemory = mostBytes }
        };
        await using var sampler = new StatisticsSampler(
            _broker.Broker.VirtualHosts, _broker.Broker.Statistics, options, _broker.Broker.Faults, clock);
        sampler.Start();
        for (int second = 5; second <= 50; second += 5)
        {
            for (int i = 0; i < 100; i++)
                _broker.Publish(queue);
            clock.Advance(5_000);
        }

        Assert.That(queue.Traffic.Samples!.At(clock.GetTimestamp() - 35_000, 0), Is.EqualTo(known));
        Assert.That(queue.Traffic.Samples.Rate(0, sampler.Times.Last, sampler.Times.Before), Is.EqualTo(20));
    }

    [Test]
    public void A_reset_forgets_the_samples_of_everything_that_has_some()
    {
        var queue = _broker.Declare("q");
        var host = _broker.Host;
        var channel = host.Statistics.OpenChannel();
        var exchange = host.FindExchange("amq.direct")!;
        channel.TallyOf(exchange.Counts).Note(queues: 1);
        var connection = new ConnectionCounts();
        host.Statistics.Open(connection);
        connection.NoteReceived(1);
        _broker.Publish(queue);
        _broker.Clock.Advance(5_000);
        Assert.That(Samples(), Has.None.Null);

        _broker.Broker.Sampler.Reset();

        Assert.That(Samples(), Has.All.Null);
        Assert.That((queue.Traffic.Published, channel.Read().Publish), Is.EqualTo((1L, 1L)), "counts are not reset");

        SampleSeries?[] Samples() =>
        [
            queue.Traffic.Samples, exchange.Samples, channel.Samples, connection.Samples, host.Statistics.Samples,
            _broker.Broker.Statistics.Samples
        ];
    }

    [Test]
    public void The_capacity_of_consumers_is_how_often_one_had_room_of_late_and_none_without_consumers()
    {
        var queue = _broker.Declare("q");
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.Null);

        var consumer = _broker.Consume(queue, room: 1);
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.EqualTo(1), "the consumer can receive messages");

        _broker.Publish(queue);
        _broker.Publish(queue); // the consumer has room for one message only, so this message stays in the queue
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.EqualTo(0.7).Within(1e-9));
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.EqualTo(0.49).Within(1e-9));

        _broker.Acknowledge(queue, consumer); // makes room, so the consumer receives the second message
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.EqualTo(0.49 + 0.3 * 0.51).Within(1e-9));

        queue.Use.Unsubscribe(consumer.Subscription);
        _broker.Clock.Advance(5_000);
        Assert.That(queue.Traffic.ConsumerCapacity, Is.Null);
    }

    [Test]
    public void The_first_sample_of_what_came_about_later_is_a_rate_of_its_own()
    {
        var early = _broker.Declare("early");
        _broker.Publish(early);
        _broker.Clock.Advance(5_000); // the broker takes its first sample
        Assert.That(Rate(early), Is.Zero);

        var late = _broker.Declare("late");
        for (int i = 0; i < 10; i++)
            _broker.Publish(late);
        _broker.Clock.Advance(5_000);

        Assert.That((Rate(early), Rate(late)), Is.EqualTo((0.0, 2.0)));
        _broker.Clock.Advance(5_000);
        Assert.That(Rate(late), Is.Zero, "no message arrived in the interval");

        double Rate(Queue queue)
        {
            var (last, before) = _broker.Broker.Sampler.Times;
            return queue.Traffic.Samples!.Rate(0, last, before);
        }
    }

    [Test]
    public void What_a_client_rejected_is_not_counted_as_acknowledged()
    {
        var queue = _broker.Declare("q");
        for (int i = 0; i < 3; i++)
            _broker.Publish(queue);
        var consumer = _broker.Consume(queue);
        queue.DeadLetters.NoteDropped();
        Assert.That(queue.Traffic.Deliveries.Ack, Is.Zero, "the count is never negative");

        for (int i = 0; i < 3; i++)
            _broker.Acknowledge(queue, consumer); // settles the three messages, including the rejected message

        Assert.That(
            (queue.Traffic.Deliveries.Ack, queue.Traffic.Deliveries.Deliver, queue.Traffic.Deliveries.DeliverNoAck),
            Is.EqualTo((2L, 3L, 0L)));
    }
}
