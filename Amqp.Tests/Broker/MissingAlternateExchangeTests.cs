using Amqp.Protocol;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public class MissingAlternateExchangeTests
{
    [Test]
    public async Task It_is_logged_once_however_many_messages_want_it()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExchangeAsync(
            "x", "direct", arguments: FieldTable.Empty.With("alternate-exchange", FieldValue.FromString("none")));

        for (int message = 0; message < 20; message++)
            await channel.PublishAsync("x", $"{message}");
        await channel.ExpectQuietAsync();

        Assert.That(
            broker.Log.Where(line => line.StartsWith("Exchange '", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "Exchange 'x' in vhost '/' has the alternate exchange 'none', which does not exist: unroutable messages are dropped"
            }));
    }

    [Test]
    public void It_is_said_again_when_a_minute_has_passed_and_of_each_exchange()
    {
        var clock = new ManualClock();
        Exchange one = new("one", "direct", new DirectRouter(), ExchangeFlags.None, FieldTable.Empty),
            other = new("other", "direct", new DirectRouter(), ExchangeFlags.None, FieldTable.Empty);

        Assert.That(
            (one.MustTellOfMissingAlternate(clock), one.MustTellOfMissingAlternate(clock), other.MustTellOfMissingAlternate(clock)),
            Is.EqualTo((true, false, true)));
        clock.Pass(59_999);
        Assert.That(one.MustTellOfMissingAlternate(clock), Is.False);
        clock.Pass(1);
        Assert.That((one.MustTellOfMissingAlternate(clock), one.MustTellOfMissingAlternate(clock)), Is.EqualTo((true, false)));
    }
}
