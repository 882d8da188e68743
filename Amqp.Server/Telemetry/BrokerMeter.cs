using System.Diagnostics.Metrics;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Instruments;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Telemetry;

/// <summary>Makes .NET instruments from the metrics. The values are read when OpenTelemetry collects them.</summary>
/// <remarks>One thread reads all instruments. The totals are read once for each collection, so the values are consistent.</remarks>
internal sealed class BrokerMeter : IDisposable
{
    public const string Name = "AmqpBroker";

    private const string Prefix = "amqpbroker.";

    /// <summary>Maximum age of the totals, in milliseconds. Older totals are replaced.</summary>
    private const long FreshMilliseconds = 20;

    private readonly MessageBroker _broker;
    private readonly Meter _meter = new(Name, BrokerOptions.OwnVersion);
    private BrokerTotals? _totals;
    private long _readAt;

    public BrokerMeter(MessageBroker broker, IOptions<BrokerOptions> options)
    {
        _broker = broker;
        var node = new NodeReading(broker, options.Value);
        Add(() => Totals.Messages, MessageMetrics.AllReceived);
        Add(() => Totals.Messages, MessageMetrics.Delivered);
        Add(() => broker.Statistics, [.. MessageMetrics.Dead.Select(row => row.Metric), MessageMetrics.Repeats]);
        Add(() => Totals.Objects, ObjectMetrics.Messages);
        Add(() => Totals.Objects, ObjectMetrics.Totals);
        Add(() => Totals.Traffic, ConnectionMetrics.Octets);
        Add(() => node, [
            .. NodeMetrics.Churns, .. NodeMetrics.Usage, .. NodeMetrics.Limits, .. NodeMetrics.Alarms, .. NodeMetrics.Files,
            .. NodeMetrics.NotOnPage
        ]);
        AddEach(
            () => broker.Statistics.Authentication.ByProtocol(), "network.protocol.name", each => each.Protocol, LoginMetrics.ByProtocol);
        AddEach(
            () => Compartments.All.Select(compartment => new CompartmentFaults(broker.Faults, compartment)),
            "amqpbroker.compartment",
            each => each.Compartment.Name(),
            [FaultMetrics.Contained]);
    }

    private BrokerTotals Totals
    {
        get
        {
            long now = Environment.TickCount64;
            if (_totals is null || now - _readAt > FreshMilliseconds)
                (_totals, _readAt) = (new BrokerTotals(_broker), now);
            return _totals;
        }
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Adds the instruments of one source.</summary>
    private void Add<T>(Func<T> read, Metric<T>[] metrics)
    {
        foreach (var rows in ByInstrument(metrics))
            Create(rows[0].Kind, rows[0].Instrument!, () => Measure(rows, read()));
    }

    /// <summary>Adds the instruments of several sources. Each measurement has an attribute that names its source.</summary>
    private void AddEach<T>(Func<IEnumerable<T>> read, string attribute, Func<T, string> name, Metric<T>[] metrics)
    {
        foreach (var rows in ByInstrument(metrics))
        {
            Create(rows[0].Kind, rows[0].Instrument!, () =>
                [.. read()
                    .SelectMany(_ => rows, (each, row) => Of(row.Value(each), [(attribute, name(each)), .. row.Instrument!.Attributes]))]);
        }
    }

    private static IEnumerable<Metric<T>[]> ByInstrument<T>(Metric<T>[] metrics) =>
        metrics.Where(metric => metric.Instrument is not null).GroupBy(metric => metric.Instrument!.Name, (_, rows) => rows.ToArray());

    private void Create(MetricKind kind, Instruments.Instrument instrument, Func<Measurement<long>[]> read)
    {
        var (name, unit, description) = (Prefix + instrument.Name, instrument.Unit, instrument.Description);
        _ = kind switch
        {
            MetricKind.Counter => (ObservableInstrument<long>)_meter.CreateObservableCounter(name, read, unit, description),
            MetricKind.Gauge => _meter.CreateObservableUpDownCounter(name, read, unit, description),
            _ => _meter.CreateObservableGauge(name, read, unit, description),
        };
    }

    private static Measurement<long>[] Measure<T>(Metric<T>[] rows, T source)
    {
        var measured = new Measurement<long>[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            measured[i] = Of(rows[i].Value(source), rows[i].Instrument!.Attributes);
        return measured;
    }

    /// <summary>Returns a measurement as an integer. A value out of range becomes the nearest <c>long</c>.</summary>
    private static Measurement<long> Of(double value, params ReadOnlySpan<(string Key, string Value)> attributes)
    {
        var tags = new KeyValuePair<string, object?>[attributes.Length];
        for (int i = 0; i < tags.Length; i++)
            tags[i] = new(attributes[i].Key, attributes[i].Value);
        return new Measurement<long>((long)value, tags);
    }
}
