using Amqp.Server.Broker.Sessions;

namespace Amqp.Tests.Broker;

public sealed class AcknowledgementWatchTests
{
    [Test]
    public void A_timeout_that_is_never_over_does_not_make_it_remember_everything()
    {
        var watch = new AcknowledgementWatch();
        for (ulong tag = 1; tag <= 100_000; tag++)
        {
            watch.Note(tag, (long)tag * 1_000);
            Assert.That(watch.OutFor((long)tag * 1_000, long.MaxValue), Is.Zero);
        }

        Assert.That(watch.Count, Is.LessThan(2_000));
        Assert.That(
            watch.OutFor(100_000_000, 50_000_000),
            Is.InRange(40_000UL, 50_000UL),
            "unacknowledged deliveries are still found for a shorter timeout");
    }
}
