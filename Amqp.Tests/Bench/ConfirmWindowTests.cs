using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

public sealed class ConfirmWindowTests
{
    private readonly LatencyHistogram _latencies = new();

    [Test]
    public void A_multiple_confirm_is_for_all_up_to_its_tag()
    {
        ConfirmWindow window = WithSent(10);

        Assert.That(window.Settle(7, multiple: true, now: 100), Is.EqualTo(7));
        Assert.That((window.Confirmed, window.InFlight, window.Room), Is.EqualTo((7L, 3, 7)));
    }

    [Test]
    public void Nothing_is_counted_twice_when_single_confirms_come_before_a_multiple_one()
    {
        ConfirmWindow window = WithSent(10);

        Assert.That(window.Settle(3, multiple: false, now: 100), Is.EqualTo(1));
        Assert.That(window.Settle(5, multiple: false, now: 100), Is.EqualTo(1));
        Assert.That(window.Settle(5, multiple: false, now: 100), Is.Zero);
        Assert.That(window.Settle(6, multiple: true, now: 100), Is.EqualTo(4));
        Assert.That((window.Confirmed, window.InFlight), Is.EqualTo((6L, 4)));
    }

    [Test]
    public void Single_confirms_in_any_order_empty_the_window()
    {
        ConfirmWindow window = WithSent(10);

        foreach (long tag in new long[] { 10, 1, 9, 2, 8, 3, 7, 4, 6, 5 })
            window.Settle(tag, multiple: false, now: 100);

        Assert.That((window.Confirmed, window.InFlight, window.Room), Is.EqualTo((10L, 0, 10)));
    }

    [Test]
    public void The_oldest_may_not_lag_behind_for_ever()
    {
        var window = new ConfirmWindow(10, _latencies, measureFrom: 0);
        window.Sent(1);
        long tag = 1;
        while (window.Room > 0)
        {
            window.Sent(1);
            window.Settle(++tag, multiple: false, now: 2);
        }
        Assert.That(window.InFlight, Is.EqualTo(1), "only the first message is unconfirmed");

        window.Settle(1, multiple: false, now: 2);

        Assert.That((window.InFlight, window.Room), Is.EqualTo((0, 10)));
    }

    [Test]
    public void The_time_from_due_to_confirmed_is_recorded_but_not_of_the_warm_up()
    {
        var latencies = new LatencyHistogram();
        var window = new ConfirmWindow(10, latencies, measureFrom: 20);
        foreach (long dueAt in new long[] { 10, 20, 30 })
            window.Sent(dueAt);

        window.Settle(3, multiple: true, now: 50);

        Assert.That((latencies.Count, latencies.Percentile(50), latencies.Max), Is.EqualTo((2L, 20L, 30L)));
    }

    private ConfirmWindow WithSent(int count)
    {
        var window = new ConfirmWindow(10, _latencies, measureFrom: 0);
        for (int i = 0; i < count; i++)
            window.Sent(50);
        return window;
    }
}
