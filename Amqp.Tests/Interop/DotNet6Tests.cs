using Amqp.Tests.Support;

namespace Amqp.Tests.Interop;

/// <summary>RabbitMQ.Client 6 raises its events with this broker, and recovers connections automatically.</summary>
[TestFixture]
public sealed class DotNet6Tests() : InteropFixture(ClientLanguage.DotNet6)
{
    private BrokerProcess? _broker;

    protected override Uri BrokerUri => _broker?.Uri ?? base.BrokerUri;

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        _broker = null;
    }

    [Test]
    public async Task Redeliveries_cancelled_consumers_and_closed_channels_are_events() =>
        Assert.That(await RunAsync("events", "--queue", Unique("watched")), Is.EqualTo(new[]
        {
            " [x] Received 'task', redelivered: False",
            " [x] Received 'task', redelivered: True",
            " [x] The consumer was cancelled",
            " [x] The channel was closed: 404 NOT_FOUND - no exchange 'QUEUE' in vhost '/'",
            " [x] The connection is open: True",
        }));

    [TestCase("stopped")]
    [TestCase("killed")]
    public async Task A_client_recovers_its_connection_and_topology_when_the_broker_was(string ended)
    {
        if (!InteropRun.IsOwnBroker)
            Assert.Ignore("The tests must not restart the broker at AMQP_INTEROP_URL.");
        _broker = await BrokerProcess.StartAsync();
        await using ClientProgram client = Start("recovery", "--queue", "news");
        await client.PrintedAsync("Consuming");

        if (ended is "killed")
            _broker.Kill();
        await _broker.RestartAsync();

        Assert.That(await client.FinishedAsync(), Is.EqualTo(new[]
        {
            " [*] Consuming",
            " [x] Recovered",
            " [x] Received 'after the restart'",
            " [x] Received 'quit'",
        }));
    }
}
