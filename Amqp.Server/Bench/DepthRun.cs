using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Rates for one part of the messages, for example the second million.</summary>
/// <param name="Messages">Number of messages up to the end of this part, including all earlier parts.</param>
/// <param name="InRate">Messages confirmed per second while the queue was filled.</param>
/// <param name="OutRate">Messages consumed per second while the queue was drained.</param>
internal sealed record DepthStep(long Messages, double InRate, double OutRate);

/// <summary>Result of filling and draining deep queues.</summary>
/// <param name="Broker">Product and version of the broker.</param>
/// <param name="Fill">Results of publishing.</param>
/// <param name="Drain">Results of consuming.</param>
/// <param name="Steps">Rates for each million messages.</param>
internal sealed record DepthReport(string Broker, LoadReport Fill, LoadReport Drain, IReadOnlyList<DepthStep> Steps);

/// <summary>Fills queues with persistent messages, and then drains them.</summary>
/// <param name="load">Settings for publishing and consuming.</param>
/// <param name="topology">Names of the queues and the exchange.</param>
internal sealed class DepthRun(Workload load, LoadTopology topology)
{
    private const long StepSize = 1_000_000;

    /// <summary>Receives the progress once a second; may be null.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>Fills the queues, and then drains them.</summary>
    /// <param name="broker">Product and version of the broker.</param>
    /// <param name="cancellation">Ends the filling early. The published messages are still drained.</param>
    /// <exception cref="LoadException">The broker closed a connection, did not reply, or lost messages.</exception>
    public DepthReport Run(string broker, CancellationToken cancellation)
    {
        var fill = new LoadRun(load with { Consumers = 0 }, topology) { Progress = Progress };
        LoadReport filled = fill.Run(broker, cancellation);
        var drain = new LoadRun(load with { Producers = 0, ConfirmWindow = 0 }, topology)
        {
            Progress = Progress,
            Waiting = filled.Published
        };
        LoadReport drained = drain.Run(broker, CancellationToken.None);
        return new DepthReport(broker, filled, drained, [.. Steps(filled.Published, fill.Series, drain.Series)]);
    }

    private static IEnumerable<DepthStep> Steps(long depth, LoadSeries fill, LoadSeries drain)
    {
        for (long from = 0; from < depth; from += StepSize)
        {
            long to = Math.Min(depth, from + StepSize);
            yield return new DepthStep(
                to, Rate(fill, from, to, sample => sample.Confirmed), Rate(drain, from, to, sample => sample.Consumed));
        }
    }

    private static double Rate(LoadSeries series, long from, long to, Func<LoadSample, long> count) =>
        series.Reached(from, count) is { } began && series.Reached(to, count) is { } ended && ended > began
            ? (to - from) * Stopwatch.Frequency / (ended - began)
            : 0;
}
