using System.Diagnostics;
using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

/// <summary>The load tool counts messages at intervals, and summarizes the counts.</summary>
public sealed class RateSummaryTests
{
    private static readonly long _second = Stopwatch.Frequency;

    [Test]
    public void Without_counts_there_is_no_rate() =>
        Assert.That(RateSummary.Of([], 5, _second), Is.EqualTo(new RateSummary(0, 0, 0, 0)));

    [Test]
    public void What_ends_within_its_first_second_has_its_mean_only() =>
        Assert.That(Of(end: 50, endedAt: 0.5, (0, 0)), Is.EqualTo(new RateSummary(100, 100, 100, 100)));

    [Test]
    public void The_mean_is_of_all_from_the_first_count_on() =>
        Assert.That(Of(end: 200, endedAt: 3, (1, 100)).Mean, Is.EqualTo(50));

    [Test]
    public void What_took_no_time_has_no_rate() =>
        Assert.That(Of(end: 100, endedAt: 0, (1, 100)).Mean, Is.Zero);

    [Test]
    public void The_first_second_is_left_out_where_two_others_are_left()
    {
        Assert.That(
            Of(end: 40, endedAt: 2, (0, 0), (1, 10), (2, 40)), Is.EqualTo(new RateSummary(20, 20, 10, 30)), "both seconds count");
        Assert.That(Of(end: 63, endedAt: 3, (0, 0), (1, 10), (2, 40), (3, 63)), Is.EqualTo(new RateSummary(21, 26.5, 23, 30)));
    }

    [Test]
    public void A_second_counts_that_was_over_at_the_end_and_none_that_was_not()
    {
        Assert.That(Of(end: 40, endedAt: 2, (0, 0), (1, 10), (2, 40)).Max, Is.EqualTo(30));
        Assert.That(Of(end: 40, endedAt: 1.5, (0, 0), (1, 10), (2, 40)).Max, Is.EqualTo(10));
    }

    [Test]
    public void A_count_is_taken_at_the_beginning_and_with_the_first_sample_after_every_second()
    {
        var series = new LoadSeries();
        foreach ((double at, long published) in new[] { (0.0, 1L), (1, 2), (1.5, 3), (1.9, 4), (2, 5), (2.9, 6), (3.2, 7), (3.9, 8) })
            series.Add(new LoadSample((long)(at * _second), published, 10 * published, 100 * published));

        Assert.That(
            series.EverySecond(series.Samples[1], sample => sample.Confirmed),
            Is.EqualTo(new[] { (_second, 20L), (2 * _second, 50L), ((long)(3.2 * _second), 70L) }));
    }

    [TestCase(0, 10.0)]
    [TestCase(50, 15.0)]
    [TestCase(100, 20.0)]
    [TestCase(150, 35.0)]
    [TestCase(200, 40.0)]
    [TestCase(201, null)]
    public void A_number_was_reached_on_the_line_between_two_samples(long number, double? expected)
    {
        var series = new LoadSeries();
        foreach ((long at, long consumed) in new[] { (10L, 0L), (20, 100), (30, 100), (40, 200) })
            series.Add(new LoadSample(at, 1_000, 1_000, consumed));

        Assert.That(series.Reached(number, sample => sample.Consumed), Is.EqualTo(expected));
    }

    [Test]
    public void A_number_that_the_first_sample_has_passed_was_reached_then()
    {
        var series = new LoadSeries();
        series.Add(new LoadSample(10, 50, 0, 0));
        series.Add(new LoadSample(20, 100, 0, 0));

        Assert.That(series.Reached(30, sample => sample.Published), Is.EqualTo(10));
    }

    private static RateSummary Of(long end, double endedAt, params (double At, long Count)[] counts) =>
        RateSummary.Of([.. counts.Select(count => ((long)(count.At * _second), count.Count))], end, (long)(endedAt * _second));
}
