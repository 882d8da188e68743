using Amqp.Protocol;
using Amqp.Schedules.Control;

namespace Amqp.Schedules;

/// <summary>A queue loses no message, and releases the memory of its messages, although several clients use it at the same time.</summary>
[NonParallelizable]
public sealed class QueueTests
{
    private static readonly BasicConsume _consume = new("q", "", false, false, false, false, FieldTable.Empty);

    private SchedulesBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new SchedulesBroker();

    [OneTimeTearDown]
    public void Close() => _broker.Dispose();

    [Test]
    public void Each_message_is_delivered_once_and_those_of_a_publisher_in_order() => Exploration.Explore(150, () => new Streams(_broker));

    [Test]
    public void What_a_consumer_that_goes_had_reaches_the_other() => Exploration.Explore(150, () => new Leaving(_broker));

    [Test]
    public void A_consumer_that_had_no_room_goes_on_when_the_socket_has_taken_some() => Exploration.Explore(100, () => new Slow(_broker));

    [Test]
    public void A_queue_deleted_while_clients_use_it_leaves_nothing_behind() => Exploration.Explore(150, () => new Deleting(_broker));

    [Test]
    public void What_is_purged_while_others_publish_and_consume_is_delivered_to_nobody_and_nothing_else_is_missing() =>
        Exploration.Explore(150, () => new Purging(_broker));

    private static IEnumerable<string> Messages(string publisher, int count) =>
        Enumerable.Range(0, count).Select(number => $"{publisher}{number}");

    private static ScriptedClient Declared(SchedulesBroker broker, FieldTable? arguments = null)
    {
        var client = new ScriptedClient(broker);
        client.Say(new QueueDelete("q", false, false, false));
        client.Say(new QueueDeclare("q", false, false, false, false, false, arguments ?? FieldTable.Empty));
        return client;
    }

    private static void DemandOrder(IEnumerable<string> bodies, string publisher) =>
        Assert.That(bodies.Where(body => body.StartsWith(publisher, StringComparison.Ordinal)), Is.Ordered);

    private sealed class Streams(SchedulesBroker broker) : IScenario
    {
        private readonly ScriptedClient _one = Declared(broker), _other = new(broker), _consumer = new(broker);

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("one", () => PublishEach(_one, "a")),
            ("other", () => PublishEach(_other, "b")),
            ("consumer", () => _consumer.Say(_consume with { NoAck = true })),
        ];

        public void Check()
        {
            _one.Publish("", "q", persistent: false, "last"); // if this message arrives, the queue still delivers
            Assert.That(_consumer.Bodies, Is.EquivalentTo([.. Messages("a", 3), .. Messages("b", 3), "last"]));
            DemandOrder(_consumer.Bodies, "a");
            DemandOrder(_consumer.Bodies, "b");
            Assert.That(_consumer.IsAllSent, Is.True);
        }

        public void Dispose() => _consumer.End();

        private static void PublishEach(ScriptedClient client, string name)
        {
            foreach (string message in Messages(name, 3))
                client.Publish("", "q", persistent: false, message);
        }
    }

    private sealed class Leaving(SchedulesBroker broker) : IScenario
    {
        private readonly ScriptedClient _publisher = Declared(broker), _leaving = new(broker), _staying = new(broker);

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("publisher", () =>
            {
                foreach (string message in Messages("a", 4))
                    _publisher.Publish("", "q", persistent: false, message);
            }),
            ("leaving", () =>
            {
                _leaving.Say(_consume);
                _leaving.Say(new BasicQos(0, 1, false));
                _leaving.End(); // the deliveries of this client are unacknowledged, so the queue gets them back
            }),
            ("staying", () => _staying.Say(_consume)),
        ];

        public void Check()
        {
            _publisher.Publish("", "q", persistent: false, "last");
            Assert.That(_staying.Bodies, Is.EquivalentTo([.. Messages("a", 4), "last"]));
        }

        public void Dispose() => _staying.End();
    }

    private sealed class Slow(SchedulesBroker broker) : IScenario
    {
        private readonly ScriptedClient _publisher = Declared(broker),
            _consumer = new(broker, new MemorySink(mostAtOnce: 50, isSlow: true), highWatermark: 60);

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("publisher", () =>
            {
                for (int round = 0; round < 3; round++)
                    _publisher.Publish("", "q", persistent: false, Messages($"{round}", 3));
            }),
            ("consumer", () => _consumer.Say(_consume with { NoAck = true })),
        ];

        public void Check()
        {
            Assert.That(_consumer.IsAllSent, Is.True);
            Assert.That(_consumer.Bodies, Is.EqualTo(Enumerable.Range(0, 3).SelectMany(round => Messages($"{round}", 3))));
        }

        public void Dispose() => _consumer.End();
    }

    /// <remarks>Uses a priority queue, because only a priority queue keeps a separate count of its messages.</remarks>
    private sealed class Purging(SchedulesBroker broker) : IScenario
    {
        private readonly ScriptedClient _publisher = Declared(broker, FieldTable.Empty.With("x-max-priority", FieldValue.FromInt32(1))),
            _consumer = new(broker),
            _purger = new(broker);

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("publisher", () =>
            {
                foreach (string message in Messages("a", 4))
                    _publisher.Publish("", "q", persistent: false, message);
            }),
            ("consumer", () => _consumer.Say(_consume with { NoAck = true })),
            ("purger", () =>
            {
                _purger.Say(new QueuePurge("q", false));
                _purger.Say(new QueuePurge("q", false));
            }),
        ];

        public void Check()
        {
            _publisher.Publish("", "q", persistent: false, "last");
            long purged = _purger.Methods<QueuePurgeOk>().Sum(purge => purge.MessageCount);
            Assert.That(_consumer.Bodies, Is.Unique.And.Ordered.And.Member("last"));
            Assert.That(
                _consumer.Bodies.Count + purged, Is.EqualTo(5), $"purged: {purged}, delivered: {string.Join(' ', _consumer.Bodies)}");
            Assert.That(broker.Broker.VirtualHosts.Find("/")!.FindQueue("q")!.Counts.Ready, Is.Zero);
        }

        public void Dispose() => _consumer.End();
    }

    private sealed class Deleting(SchedulesBroker broker) : IScenario
    {
        /// <summary>
        /// Size of a body in bytes. Each such body needs its own block. So the store's memory use shows each message that is never
        /// released.
        /// </summary>
        private const int LargeBody = 300_000;

        private readonly long _queueMemory = broker.Broker.Store.Counts.QueueMemory;
        private readonly ScriptedClient _publisher = Declared(broker), _consumer = new(broker), _deleter = new(broker);

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("publisher", () =>
            {
                foreach (string message in Messages("a", 3))
                    _publisher.Publish("", "q", persistent: false, message.PadRight(LargeBody));
            }),
            ("consumer", () =>
            {
                try
                {
                    _consumer.Say(_consume);
                }
                catch (AmqpException gone) when (gone.Code == ReplyCode.NotFound)
                {
                    // The queue was deleted before the consumer could be started.
                }
                if (_consumer.Tags is [.., var last])
                    _consumer.Say(new BasicAck(last, true));
            }),
            ("deleter", () => _deleter.Say(new QueueDelete("q", false, false, false))),
        ];

        public void Check()
        {
            _consumer.End();
            Assert.That(broker.Broker.VirtualHosts.Find("/")!.FindQueue("q"), Is.Null);
            Assert.That(broker.Broker.Store.Counts.QueueMemory, Is.EqualTo(_queueMemory), "no entries are left in memory");
            Assert.That(broker.Broker.Store.MemoryInUse, Is.LessThan(3 * LargeBody), "no messages are left in memory");
        }

        public void Dispose()
        {
        }
    }
}
