using Amqp.Protocol;
using Amqp.Schedules.Control;

namespace Amqp.Schedules;

/// <summary>A virtual host is deleted while clients connect to it, declare objects in it and publish.</summary>
[NonParallelizable]
public sealed class VirtualHostTests
{
    private SchedulesBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new SchedulesBroker();

    [OneTimeTearDown]
    public void Close() => _broker.Dispose();

    [Test]
    public void Nothing_of_it_is_left() => Exploration.Explore(100, () => new Deleting(_broker));

    private sealed class Deleting : IScenario
    {
        private readonly SchedulesBroker _broker;
        private readonly ScriptedClient _client;
        private readonly Amqp.Server.Broker.VirtualHosts.VirtualHost _virtualHost;
        private readonly long _queueMemory;

        public Deleting(SchedulesBroker broker)
        {
            _broker = broker;
            _queueMemory = broker.Broker.Store.Counts.QueueMemory;
            _virtualHost = broker.Broker.VirtualHosts.Put(
                "host", Amqp.Server.Broker.VirtualHosts.VirtualHostDescription.None, maker: "guest");
            _client = new ScriptedClient(broker, virtualHost: "host");
        }

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            ("client", () =>
            {
                try
                {
                    _client.Say(new QueueDeclare("q", false, true, false, false, false, FieldTable.Empty));
                    _client.Publish("", "q", persistent: false, "a");
                    _client.Say(new BasicConsume("q", "", false, false, false, false, FieldTable.Empty));
                }
                catch (AmqpException)
                {
                    // The virtual host is deleted. The broker would close a real connection in this case.
                }
            }),
            ("admission", () => _broker.Broker.Clients.Admit("guest", _virtualHost).Dispose()),
            ("deleter", () => _broker.Broker.VirtualHosts.Delete("host")),
        ];

        public void Check()
        {
            _client.End();
            Assert.That(_broker.Broker.VirtualHosts.Find("host"), Is.Null);
            Assert.That(_virtualHost.Queues, Is.Empty);
            Assert.That(_broker.Broker.Store.Counts.QueueMemory, Is.EqualTo(_queueMemory), "no entries are left in memory");
        }

        public void Dispose()
        {
        }
    }
}
