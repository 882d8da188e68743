using Amqp.Server.Broker;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Amqp.Server.Telemetry;

/// <summary>Sends the broker's metrics and spans to a collector by OTLP, while the broker runs. Uses threads of its own.</summary>
internal sealed class OtlpExport(Lazy<MessageBroker> opened, IOptions<BrokerOptions> options, ILogger<OtlpExport> logger)
    : IHostedService, IDisposable
{
    /// <summary>Maximum time, in milliseconds, that the broker waits for the last export when it stops.</summary>
    private const int StopMilliseconds = 2_000;

    /// <summary>ASP.NET Core's source of spans, for requests to the HTTP API.</summary>
    private const string HttpSource = "Microsoft.AspNetCore";

    private readonly TelemetryOptions _options = options.Value.Telemetry;
    private BrokerMeter? _meter;
    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    private Uri Endpoint => _options.Endpoint!;

    /// <summary>Starts the export. Called after the broker is opened.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter = new BrokerMeter(opened.Value, options);
        var resource = Resource();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(BrokerMeter.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                SetUp(exporter, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)_options.Interval.TotalMilliseconds;
            })
            .Build();
        logger.SendsMetrics(Endpoint, _options.Interval);
        if (_options.Traces)
            _traces = StartTraces(resource);
        return Task.CompletedTask;
    }

    /// <summary>Sends the last metrics and spans. Called after all clients are disconnected, before the broker is closed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _metrics?.Shutdown(StopMilliseconds), CancellationToken.None),
        Task.Run(() => _traces?.Shutdown(StopMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        _meter?.Dispose();
    }

    /// <summary>
    /// Starts the export of spans: every 5 seconds, or as soon as 512 spans are pending. While 2,048 spans are pending, new spans are
    /// dropped.
    /// </summary>
    private TracerProvider StartTraces(ResourceBuilder resource)
    {
        // A span with an unsampled parent is not sampled. For root spans and for spans with a sampled remote parent, the trace id and the
        // ratio decide. So every node samples the same traces.
        var ratio = new TraceIdRatioBasedSampler(_options.SamplingRatio);
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(MessageSpans.SourceName, HttpSource)
            .SetSampler(new ParentBasedSampler(ratio, remoteParentSampled: ratio))
            .AddOtlpExporter(exporter => SetUp(exporter, "v1/traces"))
            .Build();
    }

    private void SetUp(OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = _options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        // Over gRPC, the service defines the path. Over HTTP, each signal has a path below the endpoint.
        exporter.Endpoint = _options.IsGrpc ? Endpoint : new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
        exporter.Headers = _options.Headers;
        exporter.HttpClientFactory = () => new HttpClient(new ExportWatch(exporter.Endpoint, logger))
        {
            Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds)
        };
    }

    /// <summary>
    /// Returns the attributes that describe this broker. The variables <c>OTEL_RESOURCE_ATTRIBUTES</c> and <c>OTEL_SERVICE_NAME</c>
    /// override them.
    /// </summary>
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService(
            "amqpbroker", serviceVersion: BrokerOptions.OwnVersion, autoGenerateServiceInstanceId: false, serviceInstanceId: Node.Name)
        .AddAttributes([new("host.name", Environment.MachineName)])
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
