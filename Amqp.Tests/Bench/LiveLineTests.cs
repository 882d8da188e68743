using Amqp.Server.Bench;
using Amqp.Server.Cli.Bench;

namespace Amqp.Tests.Bench;

public sealed class LiveLineTests
{
    [Test]
    public void It_says_rates_what_is_in_flight_and_the_latency() => Assert.That(
        LiveLine.Text(new LoadProgress(12, 534_120.4, 533_800, 1020, 812.3, null)),
        Is.EqualTo("  12 s     534,120/s in     533,800/s out  1,020 in flight  p99 812 us"));

    [Test]
    public void It_says_why_the_broker_does_not_read() => Assert.That(
        LiveLine.Text(new LoadProgress(1, 0, 0, 0, 0, "low on memory")),
        Is.EqualTo("   1 s           0/s in  BLOCKED by the broker: low on memory"));
}
