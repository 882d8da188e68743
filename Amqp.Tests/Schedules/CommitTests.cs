using Amqp.Protocol;
using Amqp.Schedules.Control;

namespace Amqp.Schedules;

/// <summary>
/// The broker confirms each persistent message exactly once, in every order in which the threads of publishers and of the store can run.
/// </summary>
[NonParallelizable]
public sealed class CommitTests
{
    /// <summary>
    /// Initializes types before the first schedule, because the runtime initializes types under locks that no schedule controls.
    /// </summary>
    [OneTimeSetUp]
    public void WarmUp()
    {
        using var broker = new SchedulesBroker();
        var client = new ScriptedClient(broker);
        client.Say(new ConfirmSelect(false));
        client.Say(new QueueDeclare("q", false, true, false, false, false, FieldTable.Empty));
        client.Publish("", "q", persistent: true, "a");
    }

    [Test]
    public void Every_publish_is_confirmed_once() => Exploration.Explore(150, () => new Confirming(leaves: false));

    [Test]
    public void A_publisher_that_goes_while_it_waits_keeps_nobody_from_the_confirm() =>
        Exploration.Explore(150, () => new Confirming(leaves: true));

    private sealed class Confirming(bool leaves) : IScenario
    {
        private const int Publishers = 3;
        private const int Rounds = 1;

        private readonly ulong[] _confirmed = new ulong[Publishers];
        private SchedulesBroker? _broker;
        private int _left = Publishers;

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("opener", Open),
            .. Enumerable.Range(0, Publishers).Select(publisher => ($"publisher {publisher}", (Action)(() => Publish(publisher)))),
        ];

        public void Check()
        {
            for (int publisher = 0; publisher < Publishers; publisher++)
                Assert.That(_confirmed[publisher], Is.EqualTo(leaves && publisher == 0 ? 0UL : Rounds), $"of publisher {publisher}");
        }

        public void Dispose()
        {
        }

        /// <summary>Opens the broker on a thread of the schedule, so that the schedule also controls the store's threads.</summary>
        private void Open()
        {
            var broker = new SchedulesBroker();
            new ScriptedClient(broker).Say(new QueueDeclare("q", false, true, false, false, false, FieldTable.Empty));
            _broker = broker;
            Schedule.WaitUntil(() => Volatile.Read(ref _left) == 0);
            var closed = Task.Run(broker.Dispose);
            Schedule.WaitUntil(() => closed.IsCompleted);
            closed.GetAwaiter().GetResult();
        }

        private void Publish(int publisher)
        {
            Schedule.WaitUntil(() => _broker is not null);
            var client = new ScriptedClient(_broker!);
            client.Say(new ConfirmSelect(false));
            for (int round = 0; round < Rounds; round++)
                client.Publish("", "q", persistent: true, $"{publisher}.{round}");
            if (leaves && publisher == 0)
            {
                client.End();
            }
            else
            {
                Schedule.WaitUntil(() => ConfirmedOf(client) == Rounds);
                _confirmed[publisher] = ConfirmedOf(client);
            }
            Interlocked.Decrement(ref _left);
        }

        /// <summary>
        /// Returns the number of confirmed publishes. Checks that each ack confirms more publishes than the previous ack.
        /// </summary>
        private static ulong ConfirmedOf(ScriptedClient client)
        {
            var tags = client.Methods<BasicAck>().Select(ack => ack.DeliveryTag).ToList();
            Assert.That(tags, Is.Ordered.And.Unique);
            return tags.LastOrDefault();
        }
    }
}
