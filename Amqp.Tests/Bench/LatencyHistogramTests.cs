using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

public sealed class LatencyHistogramTests
{
    [Test]
    public void Percentiles_of_small_numbers_are_exact()
    {
        var histogram = new LatencyHistogram();
        for (int i = 1; i <= 100; i++)
            histogram.Record(i);

        Assert.That(
            new[] { 50, 90, 99, 100 }.Select(percent => histogram.Percentile(percent)),
            Is.EqualTo(new[] { 50L, 90, 99, 100 }));
        Assert.That((histogram.Count, histogram.Max), Is.EqualTo((100L, 100L)));
    }

    [Test]
    public void A_value_is_known_to_better_than_one_per_cent_whatever_its_size()
    {
        for (long value = 1; value < 1L << 47; value += 1 + value / 3)
        {
            var histogram = new LatencyHistogram();
            histogram.Record(value);
            // The maximum is the only exact value in a histogram. The larger value here ensures that the tested value is not the maximum.
            histogram.Record((1L << 48) - 1);

            Assert.That(histogram.Percentile(50), Is.InRange(value, value + value / 100));
        }
    }

    [Test]
    public void Every_power_of_two_and_its_neighbours_keep_their_order()
    {
        long before = -1;
        for (int power = 0; power < 48; power++)
        {
            foreach (long value in new[] { (1L << power) - 1, 1L << power })
            {
                var histogram = new LatencyHistogram();
                histogram.Record(value);
                histogram.Record((1L << 48) - 1);
                Assert.That(histogram.Percentile(50), Is.GreaterThanOrEqualTo(before));
                before = histogram.Percentile(50);
            }
        }
    }

    [Test]
    public void What_lies_outside_is_counted_at_the_edge()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.That((histogram.Count, histogram.Percentile(50), histogram.Max), Is.EqualTo((2L, 0L, (1L << 48) - 1)));
    }

    [Test]
    public void An_empty_one_has_percentiles_of_0() =>
        Assert.That(new LatencyHistogram().Percentile(99), Is.Zero);

    [Test]
    public void Two_added_are_as_if_one_had_recorded_all()
    {
        var odd = new LatencyHistogram();
        var even = new LatencyHistogram();
        var all = new LatencyHistogram();
        for (int i = 1; i <= 5000; i++)
        {
            (i % 2 == 0 ? even : odd).Record(i * 1000L);
            all.Record(i * 1000L);
        }

        odd.Add(even);

        Assert.That((odd.Count, odd.Max), Is.EqualTo((all.Count, all.Max)));
        foreach (double percent in new[] { 1, 50, 90, 99.9, 100 })
            Assert.That(odd.Percentile(percent), Is.EqualTo(all.Percentile(percent)));
    }

    [Test]
    public void A_summary_has_each_percentile_in_microseconds_and_there_is_none_of_nothing()
    {
        var histogram = new LatencyHistogram();
        foreach ((int count, int nanoseconds) in new[] { (500, 10), (400, 20), (90, 30), (9, 40), (1, 50) })
            for (int i = 0; i < count; i++)
                histogram.Record(nanoseconds);

        Assert.That(LatencySummary.Of(histogram), Is.EqualTo(new LatencySummary(1_000, 0.01, 0.02, 0.03, 0.04, 0.05)));
        Assert.That(LatencySummary.Of(new LatencyHistogram()), Is.Null);
    }
}
