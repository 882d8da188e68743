using Amqp.Server.Instruments;

namespace Amqp.Server.Metrics;

/// <summary>Puts rows of the catalogue on the page.</summary>
internal static class MetricWriting
{
    /// <summary>Begins a row's metric: its samples follow.</summary>
    public static void Begin<T>(this MetricsWriter writer, Metric<T> metric) =>
        writer.Begin(metric.Name ?? throw new ArgumentException("This metric does not stand on the page.", nameof(metric)), metric.Kind, metric.Help);

    /// <summary>Writes a number; where there is none, the name without a sample.</summary>
    public static void Single<T>(this MetricsWriter writer, Metric<T> metric, T source)
    {
        writer.Begin(metric);
        if (metric.Value(source) is var value && !double.IsNaN(value))
            writer.Sample(value);
    }

    /// <summary>Writes several numbers of one source.</summary>
    public static void Singles<T>(this MetricsWriter writer, Metric<T>[] metrics, T source)
    {
        foreach (var metric in metrics)
            writer.Single(metric, source);
    }

    /// <summary>Writes the sum of all objects; where one of them has no number, the name without a sum, as RabbitMQ does.</summary>
    public static void Sum<T>(this MetricsWriter writer, Metric<T> metric, IReadOnlyList<T> objects)
    {
        double sum = 0;
        foreach (var each in objects)
            sum += metric.Value(each);
        writer.Begin(metric);
        if (!double.IsNaN(sum))
            writer.Sample(sum);
    }

    /// <summary>Writes what each object has.</summary>
    public static void Each<T>(
        this MetricsWriter writer, Metric<T> metric, IReadOnlyList<T> objects, Func<T, (string Label, string Value)> first, Func<T, (string Label, string Value)>? second = null)
    {
        writer.Begin(metric);
        foreach (var each in objects)
        {
            if (second is null)
                writer.Sample(metric.Value(each), first(each));
            else
                writer.Sample(metric.Value(each), first(each), second(each));
        }
    }
}
