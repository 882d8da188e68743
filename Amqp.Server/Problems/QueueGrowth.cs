using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Problems;

/// <summary>The growth of a queue that has grown for some time without a pause.</summary>
/// <param name="Rate">Messages per second.</param>
/// <param name="Since">Time since which the queue grows, in milliseconds since 1970-01-01 UTC.</param>
internal readonly record struct QueueGrowth(double Rate, long Since)
{
    /// <summary>A growing queue has grown in each of this number of steps.</summary>
    private const int Steps = 3;

    /// <summary>The beginning of the growth is looked for in this number of steps.</summary>
    private const int MostStepsBack = 30;

    /// <summary>A slower growth is not reported: one message in ten seconds.</summary>
    private const double LeastRate = 0.1;

    /// <summary>Returns the length of a step in milliseconds.</summary>
    /// <param name="time">Time for which a queue must have grown.</param>
    /// <param name="interval">Time between two samples. A step is longer, so that each step has a sample of its own.</param>
    public static long Step(TimeSpan time, TimeSpan interval) =>
        (long)Math.Max(time.TotalMilliseconds / Steps, interval.TotalMilliseconds * 3 / 2) + 1;

    /// <summary>Returns the growth of a queue; null if it does not grow.</summary>
    /// <param name="samples">The samples of the queue.</param>
    /// <param name="last">Time of the last sample.</param>
    /// <param name="step">Length of a step in milliseconds.</param>
    public static QueueGrowth? Of(SampleSeries samples, long last, long step)
    {
        if (last - samples.ChangedAt > step)
            return null;
        Span<long> times = stackalloc long[Steps + 1], depths = stackalloc long[Steps + 1];
        for (int i = 0; i <= Steps; i++)
            times[i] = last - (Steps - i) * step;
        samples.At(times, StatisticRows.QueueDepth, depths);
        Span<double> rates = stackalloc double[Steps];
        for (int i = 0; i < Steps; i++)
            rates[i] = (depths[i + 1] - depths[i]) * 1000.0 / step;
        rates.Sort();
        double usual = rates[Steps / 2]; // the median, because the messages of a restored queue appear in one step
        return rates[0] > 0 && usual >= LeastRate ? new QueueGrowth(usual, Beginning(samples, times[0], depths[0], step)) : null;
    }

    private static long Beginning(SampleSeries samples, long time, long depth, long step)
    {
        for (int i = 0; i < MostStepsBack; i++)
        {
            long earlier = samples.At(time - step, StatisticRows.QueueDepth);
            if (earlier >= depth)
                break;
            (time, depth) = (time - step, earlier);
        }
        return time;
    }
}
