using Amqp.Server.Broker.Counts;

namespace Amqp.Tests.Statistics;

public class SampleSeriesTests
{
    private const long Interval = 5_000;

    private static SampleSeries NewSeries(int[]? retention = null, bool isBaseline = false) =>
        new(1, retention ?? SampleSeries.Basic, Interval, isBaseline);

    [Test]
    public void The_rate_is_what_came_between_the_last_two_samples()
    {
        var series = NewSeries();
        series.Add(10_000, [100], mayGrow: true);
        series.Add(15_000, [150], mayGrow: true);

        Assert.That(series.Rate(0, last: 15_000, before: 10_000), Is.EqualTo(10));
    }

    [Test]
    public void The_rate_is_0_when_nothing_has_changed_since()
    {
        var series = NewSeries();
        series.Add(10_000, [100], mayGrow: true);
        series.Add(15_000, [150], mayGrow: true);
        series.Add(20_000, [150], mayGrow: true);

        Assert.That(series.Rate(0, last: 20_000, before: 15_000), Is.Zero);
    }

    [TestCase(false, 20)]
    [TestCase(true, 0)]
    public void The_first_sample_is_a_rate_unless_it_came_about_before(bool isBaseline, double rate)
    {
        var series = NewSeries(isBaseline: isBaseline);
        series.Add(10_000, [100], mayGrow: true);

        Assert.That(series.Rate(0, last: 10_000, before: 5_000), Is.EqualTo(rate));
    }

    [Test]
    public void A_sample_holds_until_the_next_that_differs()
    {
        var series = NewSeries();
        series.Add(10_000, [1], mayGrow: true);
        series.Add(15_000, [1], mayGrow: true);
        series.Add(20_000, [2], mayGrow: true);

        Assert.That(
            new[] { 9_999, 10_000, 19_999, 20_000, 99_999 }.Select(time => series.At(time, 0)),
            Is.EqualTo(new[] { 0, 1, 1, 2, 2 }));
    }

    [Test]
    public void What_lies_longer_ago_than_the_finest_samples_is_known_by_the_minute()
    {
        var series = NewSeries();
        for (long i = 1; i <= 400; i++)
            series.Add(i * Interval, [i], mayGrow: true);

        long asked = 100 * Interval;

        Assert.That(series.At(asked, 0), Is.InRange(100 - 60_000 / Interval, 100));
    }

    /// <summary>
    /// For a time before the oldest sample, the series returns the count of the oldest sample. If no sample was ever removed, the series
    /// returns 0, because the object did not exist at that time.
    /// </summary>
    [TestCase(1_000, 1_001, 1_300)]
    [TestCase(3, 0, 0)]
    public void Before_the_oldest_sample_a_count_was_what_it_was_then_if_older_ones_are_gone_and_else_0(int samples, int least, int most)
    {
        var series = NewSeries();
        for (long i = 1; i <= samples; i++)
            series.Add(i * Interval, [1_000 + i], mayGrow: true);

        Assert.That(series.At(1, 0), Is.InRange(least, most));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    public void What_is_cut_down_keeps_its_last_two_samples(int samples)
    {
        var ring = new SampleRing(width: 1, Interval, most: 5);
        for (long i = 1; i <= samples; i++)
            ring.Add(i * Interval, [i], mayGrow: true);

        ring.Trim();

        Assert.That(
            Enumerable.Range(0, ring.Count).Select(index => (ring.Time(index), ring.Row(index)[0])),
            Is.EqualTo(Enumerable.Range(1, samples).TakeLast(2).Select(i => (i * Interval, (long)i))));
        Assert.That(ring.HasLost, Is.EqualTo(samples > 2));
    }

    [Test]
    public void Days_are_kept_in_a_bounded_number_of_samples()
    {
        var series = NewSeries(SampleSeries.Global);
        int bytes = 0;
        const int day = 86_400;
        for (long i = 1; i <= 2 * day / 5; i++)
            bytes = series.Add(i * Interval, [i], mayGrow: true);

        long noon = (long)(1.5 * day / 5);

        Assert.That(bytes, Is.LessThan(12_000));
        Assert.That(series.At(noon * Interval, 0), Is.InRange(noon - 1_800 / 5, noon));
    }

    [Test]
    public void A_series_that_may_not_grow_still_has_a_rate()
    {
        var series = NewSeries();
        int bytes = 0;
        for (long i = 1; i <= 100; i++)
            bytes = series.Add(i * Interval, [i * 10], mayGrow: false);

        Assert.That((series.Rate(0, 100 * Interval, 99 * Interval), bytes), Is.EqualTo((2.0, 64)));
    }

    [Test]
    public void An_idle_series_shrinks()
    {
        var series = NewSeries();
        int busy = 0, idle = 0;
        for (long i = 1; i <= 100; i++)
            busy = series.Add(i * Interval, [i], mayGrow: true);
        for (long i = 101; i <= 400; i++)
            idle = series.Add(i * Interval, [100], mayGrow: true);

        Assert.That(idle, Is.LessThan(busy / 4));
        Assert.That(series.At(400 * Interval, 0), Is.EqualTo(100));
    }

    [TestCase(false, 90, TestName = "Growth since a series began within the time")]
    [TestCase(true, 80, TestName = "Growth since the first sample, which tells of what was before")]
    public void The_growth_counts_from_where_the_samples_begin(bool isBaseline, double growth)
    {
        var series = NewSeries(isBaseline: isBaseline);
        series.Add(10_000, [500], mayGrow: true);
        series.Add(15_000, [900], mayGrow: true);

        Assert.That(series.Growth(0, since: 0, last: 15_000), Is.EqualTo(growth));
        Assert.That(series.Growth(0, since: 15_000, last: 75_000), Is.Zero);
    }

    [Test]
    public void The_growth_over_a_time_is_that_from_the_sample_valid_then()
    {
        var series = NewSeries();
        for (long i = 1; i <= 100; i++)
            series.Add(i * Interval, [1_000 - 3 * i], mayGrow: true);

        Assert.That(series.Growth(0, since: 100 * Interval - 60_000, last: 100 * Interval), Is.EqualTo(-0.6).Within(1e-9));
    }

    /// <summary>100 messages come every 5 seconds. The time of each is known while the samples of that time are kept.</summary>
    [Test]
    public void The_time_when_a_count_passed_a_value_is_read_from_the_samples()
    {
        var series = NewSeries();
        for (long i = 1; i <= 1_000; i++)
            series.Add(i * Interval, [100 * i], mayGrow: true);
        const long Last = 1_000 * Interval, Now = Last + 2_000;

        long? Passed(long value) => series.Passed(0, value, current: 100_040, Now, Last);

        Assert.That(Passed(100_020), Is.EqualTo(Last + 1_000), "since the last sample");
        Assert.That(Passed(100_000), Is.EqualTo(Last));
        Assert.That(Passed(99_950), Is.EqualTo(Last - 2_500));
        Assert.That(Passed(90_000), Is.EqualTo(900 * Interval));
        Assert.That(Passed(50_000), Is.EqualTo(500 * Interval).Within(60_000), "samples by the minute");
        Assert.That(Passed(1), Is.InRange(200 * Interval, 300 * Interval), "the oldest sample that is left");
    }

    [Test]
    public void Of_a_burst_long_ago_the_time_is_known()
    {
        var series = NewSeries();
        series.Add(100_000, [7], mayGrow: true);
        series.Add(900_000, [8], mayGrow: true);

        Assert.That(series.Passed(0, 0, 8, now: 1_000_000, last: 995_000), Is.InRange(95_000, 100_000));
        Assert.That(series.Passed(0, 7, 8, now: 1_000_000, last: 995_000), Is.InRange(895_000, 900_000));
        Assert.That(series.Known(99_999, 0), Is.Null);
        Assert.That(series.Known(899_999, 0), Is.EqualTo(7));
    }

    [Test]
    public void The_samples_of_a_day_of_the_broker_are_five_minutes_apart()
    {
        var series = NewSeries(SampleSeries.Global);
        for (long i = 1; i <= 86_400 / 5; i++)
            series.Add(i * Interval, [i], mayGrow: true);

        var known = Enumerable.Range(1, 288).Select(step => series.At(step * 300_000L, 0)).Distinct();

        Assert.That(known.Count(), Is.InRange(286, 288));
    }
}
