using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>How a part of a deep queue was filled and drained.</summary>
/// <param name="Messages">Its last message, counted from the first one in.</param>
/// <param name="InRate">Messages per second in, confirmed, while the queue grew to this depth.</param>
/// <param name="OutRate">Messages per second out, of as many messages counted from the first one out.</param>
internal sealed record DepthStep(long Messages, double InRate, double OutRate);

/// <summary>What came of a deep queue.</summary>
/// <param name="Broker">What the broker calls itself.</param>
/// <param name="Fill">The way in.</param>
/// <param name="Drain">The way out.</param>
/// <param name="Steps">Both, for each million.</param>
internal sealed record DepthReport(string Broker, LoadReport Fill, LoadReport Drain, IReadOnlyList<DepthStep> Steps);

/// <summary>Fills queues with persistent messages, and then drains them.</summary>
/// <param name="load">What to publish, and how to consume it afterwards.</param>
/// <param name="topology">The names.</param>
internal sealed class DepthRun(Workload load, LoadTopology topology)
{
    private const long StepSize = 1_000_000;

    /// <summary>Told once a second; may be null.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>Fills and drains.</summary>
    /// <param name="broker">What the broker calls itself, for the report.</param>
    /// <param name="cancellation">Ends the filling early; what is in is drained.</param>
    /// <exception cref="LoadException">The broker closed a connection, fell silent or lost messages.</exception>
    public DepthReport Run(string broker, CancellationToken cancellation)
    {
        var fill = new LoadRun(load with { Consumers = 0 }, topology) { Progress = Progress };
        LoadReport filled = fill.Run(broker, cancellation);
        var drain = new LoadRun(load with { Producers = 0, ConfirmWindow = 0 }, topology) { Progress = Progress, Waiting = filled.Published };
        LoadReport drained = drain.Run(broker, CancellationToken.None);
        return new DepthReport(broker, filled, drained, [.. Steps(filled.Published, fill.Series, drain.Series)]);
    }

    private static IEnumerable<DepthStep> Steps(long depth, LoadSeries fill, LoadSeries drain)
    {
        for (long from = 0; from < depth; from += StepSize)
        {
            long to = Math.Min(depth, from + StepSize);
            yield return new DepthStep(to, Rate(fill, from, to, sample => sample.Confirmed), Rate(drain, from, to, sample => sample.Consumed));
        }
    }

    private static double Rate(LoadSeries series, long from, long to, Func<LoadSample, long> count) =>
        series.Reached(from, count) is { } began && series.Reached(to, count) is { } ended && ended > began
            ? (to - from) * Stopwatch.Frequency / (ended - began)
            : 0;
}
