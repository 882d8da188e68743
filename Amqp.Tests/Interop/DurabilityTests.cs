using System.Globalization;
using Amqp.Tests.Support;

namespace Amqp.Tests.Interop;

/// <summary>Confirmed messages survive a restart of the broker, both after a normal stop and after a kill.</summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class DurabilityTests(ClientLanguage language) : InteropFixture(language)
{
    private const int Messages = 500;
    private BrokerProcess _broker = null!;

    protected override Uri BrokerUri => _broker.Uri;

    [SetUp]
    public async Task StartAsync()
    {
        if (!InteropRun.IsOwnBroker)
            Assert.Ignore("The tests must not restart the broker at AMQP_INTEROP_URL.");
        _broker = await BrokerProcess.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [TestCase("stopped")]
    [TestCase("killed")]
    public async Task Confirmed_persistent_messages_come_in_order_after_the_broker_was(string ended)
    {
        await PublishAsync();

        await RestartAsync(ended);

        Assert.That((await RunAsync("durable_consumer", "--name", "ledger")).Skip(1), Is.EqualTo(
            Enumerable.Range(1, Messages).Select(number => $" [x] Received 'entry {number}'")
                .Append(" [x] Received 'through the binding'")));
    }

    [Test]
    public async Task Acknowledged_messages_stay_away_after_a_restart()
    {
        await PublishAsync();
        await RunAsync("durable_consumer", "--name", "ledger");

        // The broker is stopped, not killed. A killed broker may lose the last acknowledgements, because no client waits for them.
        await RestartAsync("stopped");

        Assert.That(await RunAsync("durable_consumer", "--name", "ledger"), Does.Contain(" [x] The queue holds 0 messages"));
    }

    [Test]
    public async Task Transient_messages_are_gone_after_a_restart_but_their_queue_is_not()
    {
        await PublishAsync("--transient");

        await RestartAsync("stopped");

        Assert.That(await RunAsync("durable_consumer", "--name", "ledger"), Does.Contain(" [x] The queue holds 0 messages"));
    }

    private Task<IReadOnlyList<string>> PublishAsync(params string[] arguments) =>
        RunAsync("durable_publisher", ["--name", "ledger", "--count", Messages.ToString(CultureInfo.InvariantCulture), .. arguments]);

    private Task RestartAsync(string ended)
    {
        if (ended is "killed")
            _broker.Kill();
        return _broker.RestartAsync();
    }
}
