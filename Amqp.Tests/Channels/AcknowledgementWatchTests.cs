using Amqp.Server.Broker.Sessions;

namespace Amqp.Tests.Channels;

/// <summary>
/// The watch finds deliveries that are unacknowledged for longer than a timeout. At intervals, the watch notes the last delivery tag.
/// </summary>
public sealed class AcknowledgementWatchTests
{
    [Test]
    public void A_delivery_is_out_for_as_long_as_it_has_been_seen([Values(999, 1_000, 1_500, 1_999, 2_000, 5_000)] long now)
    {
        var watch = new AcknowledgementWatch();
        watch.Note(5, 0);
        watch.OutFor(0, 1_000); // sets the time for which the watch keeps marks
        watch.Note(9, 1_000);
        watch.Note(9, 1_500); // has no effect, because the watch has already noted this tag

        Assert.That(watch.OutFor(now, 1_000), Is.EqualTo(now < 1_000 ? 0 : now < 2_000 ? 5 : 9));
    }

    [Test]
    public void A_longer_timeout_than_was_asked_for_first_is_told_as_well()
    {
        var watch = new AcknowledgementWatch();
        watch.Note(1, 0);
        watch.OutFor(0, 3_000);
        for (long now = 100; now <= 3_000; now += 100)
        {
            watch.Note(1 + (ulong)(now / 100), now);
            Assert.That(watch.OutFor(now, 3_000), Is.EqualTo(now < 3_000 ? 0 : 1));
            Assert.That(watch.OutFor(now, 1_000), Is.EqualTo(now < 1_000 ? 0 : 1 + (ulong)((now - 1_000) / 100)));
        }
    }
}
