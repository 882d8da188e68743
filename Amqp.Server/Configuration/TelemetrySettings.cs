using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the export of metrics and traces to an OpenTelemetry collector.</summary>
internal static class TelemetrySettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("opentelemetry.endpoint", HttpAddress, "",
            "Address of a collector that receives metrics by OTLP, without a path such as `/v1/metrics`. The port is usually 4318, or "
                + "4317 for gRPC. Default: nothing is sent.",
            (target, value) => target.Options.Telemetry.Endpoint = value),
        Setting.Of("opentelemetry.protocol", OneOf("http/protobuf", "grpc"), "http/protobuf", "Protocol of the collector.",
            (target, value) => target.Options.Telemetry.IsGrpc = value == "grpc"),
        Setting.Of(
            "opentelemetry.headers",
            Text,
            "",
            "Headers of each request to the collector, as `key=value,key=value`, with percent-encoded values.",
            (target, value) => target.Options.Telemetry.Headers = value,
            isSecret: true),
        Setting.Of("opentelemetry.interval", Milliseconds(100, 3_600_000), "60000", "Time between two exports of the metrics.",
            (target, value) => target.Options.Telemetry.Interval = value),
        Setting.Of("opentelemetry.traces", ValueKinds.Boolean, "false",
            "Also send spans for HTTP requests, and for messages with a W3C `traceparent` header.",
            (target, value) => target.Options.Telemetry.Traces = value),
        Setting.Of("opentelemetry.traces.sampling_ratio", Fraction, "1.0",
            "Share of traces that is sent. If another program has started a trace without sampling it, the broker never sends the trace.",
            (target, value) => target.Options.Telemetry.SamplingRatio = value),
    ];
}
