namespace Amqp.Server.Metrics;

/// <summary>A number that each object of a kind has.</summary>
/// <param name="Name">RabbitMQ's name for it, without the prefix.</param>
/// <param name="Kind">Whether it only grows.</param>
/// <param name="Help">RabbitMQ's words for what it says.</param>
/// <param name="Value">Reads it.</param>
internal sealed record Metric<T>(string Name, MetricKind Kind, string Help, Func<T, double> Value)
{
    /// <summary>Writes the sum of all objects; where one of them has no number, the name without a sum, as RabbitMQ does.</summary>
    public void WriteSum(MetricsWriter writer, IReadOnlyList<T> objects)
    {
        double sum = 0;
        foreach (var each in objects)
            sum += Value(each);
        writer.Begin(Name, Kind, Help);
        if (!double.IsNaN(sum))
            writer.Sample(sum);
    }

    /// <summary>Writes what each object has.</summary>
    public void WriteEach(MetricsWriter writer, IReadOnlyList<T> objects, Func<T, (string Label, string Value)> first, Func<T, (string Label, string Value)>? second = null)
    {
        writer.Begin(Name, Kind, Help);
        foreach (var each in objects)
        {
            if (second is null)
                writer.Sample(Value(each), first(each));
            else
                writer.Sample(Value(each), first(each), second(each));
        }
    }
}
