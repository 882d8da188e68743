namespace Amqp.Server.Instruments;

/// <summary>A metric, with its names on the Prometheus page and in OTLP.</summary>
/// <param name="Name">Name on the Prometheus page, without the prefix; null if the metric is not on the page.</param>
/// <param name="Kind">Kind of metric.</param>
/// <param name="Help">Help text on the page, as in RabbitMQ.</param>
/// <param name="Value">Returns the value; NaN if there is none.</param>
/// <param name="Instrument">Instrument in OTLP; null if the metric is not sent over OTLP.</param>
internal sealed record Metric<T>(string? Name, MetricKind Kind, string Help, Func<T, double> Value, Instrument? Instrument = null)
{
    /// <summary>A metric that is sent over OTLP only.</summary>
    public Metric(MetricKind kind, Func<T, double> value, Instrument instrument)
        : this(null, kind, instrument.Description, value, instrument)
    {
    }
}

/// <summary>Prometheus' kinds of metrics.</summary>
internal enum MetricKind
{
    /// <summary>A number that only grows until the broker stops.</summary>
    Counter,

    /// <summary>A number that can rise and fall, and that can be added up over several objects.</summary>
    Gauge,

    /// <summary>A histogram: the number of observed values in each range.</summary>
    Histogram,

    /// <summary>A number that is not an amount, such as a flag.</summary>
    Untyped,
}
