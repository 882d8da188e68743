using Amqp.Server.Instruments;

namespace Amqp.Server.Metrics;

/// <summary>Writes metrics to the Prometheus page.</summary>
internal static class MetricWriting
{
    /// <summary>Begins a metric. The samples of the metric must be written next.</summary>
    public static void Begin<T>(this MetricsWriter writer, Metric<T> metric) =>
        writer.Begin(
            metric.Name ?? throw new ArgumentException("This metric is not on the Prometheus page.", nameof(metric)),
            metric.Kind,
            metric.Help);

    /// <summary>Writes a metric with one sample, or without a sample if its value is NaN.</summary>
    public static void Single<T>(this MetricsWriter writer, Metric<T> metric, T source)
    {
        writer.Begin(metric);
        if (metric.Value(source) is var value && !double.IsNaN(value))
            writer.Sample(value);
    }

    /// <summary>Writes several metrics of one source.</summary>
    public static void Singles<T>(this MetricsWriter writer, Metric<T>[] metrics, T source)
    {
        foreach (var metric in metrics)
            writer.Single(metric, source);
    }

    /// <summary>
    /// Writes the sum over all objects. If any object has the value NaN, writes the metric without a sample, as RabbitMQ does.
    /// </summary>
    public static void Sum<T>(this MetricsWriter writer, Metric<T> metric, IReadOnlyList<T> objects)
    {
        double sum = 0;
        foreach (var each in objects)
            sum += metric.Value(each);
        writer.Begin(metric);
        if (!double.IsNaN(sum))
            writer.Sample(sum);
    }

    /// <summary>Writes one sample for each object.</summary>
    public static void Each<T>(
        this MetricsWriter writer,
        Metric<T> metric,
        IReadOnlyList<T> objects,
        Func<T, (string Label, string Value)> first,
        Func<T, (string Label, string Value)>? second = null)
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
