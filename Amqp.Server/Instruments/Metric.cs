namespace Amqp.Server.Instruments;

/// <summary>One row of the catalogue: a number, and what each exporter calls it.</summary>
/// <param name="Name">On the Prometheus page, without the prefix; null where it does not stand there.</param>
/// <param name="Kind">Whether it only grows.</param>
/// <param name="Help">What the page says of it: RabbitMQ's words, where RabbitMQ has it.</param>
/// <param name="Value">Reads it.</param>
/// <param name="Instrument">Where it goes over OTLP; null where it does not.</param>
internal sealed record Metric<T>(string? Name, MetricKind Kind, string Help, Func<T, double> Value, Instrument? Instrument = null)
{
    /// <summary>A number that goes over OTLP only.</summary>
    public Metric(MetricKind kind, Func<T, double> value, Instrument instrument)
        : this(null, kind, instrument.Description, value, instrument)
    {
    }
}

/// <summary>Prometheus' kinds of metrics, and its word for none.</summary>
internal enum MetricKind
{
    /// <summary>It only grows, until the broker stops.</summary>
    Counter,

    /// <summary>It goes up and down, and sums have a meaning.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,

    /// <summary>It stands for something that is no amount.</summary>
    Untyped,
}
