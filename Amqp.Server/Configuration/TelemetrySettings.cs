using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>What is sent to a collector.</summary>
internal static class TelemetrySettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("opentelemetry.endpoint", HttpAddress, "", "A collector that is sent metrics by OTLP, without the path of a signal; usually port 4318, or 4317 for gRPC. Without one nothing is sent.",
            (target, value) => target.Options.Telemetry.Endpoint = value),
        Setting.Of("opentelemetry.protocol", OneOf("http/protobuf", "grpc"), "http/protobuf", "What the collector takes there.",
            (target, value) => target.Options.Telemetry.IsGrpc = value == "grpc"),
        Setting.Of("opentelemetry.headers", Text, "", "Headers that it wants, as `key=value,key=value`, values percent-encoded.",
            (target, value) => target.Options.Telemetry.Headers = value, isSecret: true),
        Setting.Of("opentelemetry.interval", Milliseconds(100, 3_600_000), "60000", "Time between two sendings of the metrics.",
            (target, value) => target.Options.Telemetry.Interval = value),
        Setting.Of("opentelemetry.traces", ValueKinds.Boolean, "false", "Send spans too: of HTTP requests, and of messages that have W3C's `traceparent` in their headers.",
            (target, value) => target.Options.Telemetry.Traces = value),
        Setting.Of("opentelemetry.traces.sampling_ratio", Fraction, "1.0", "The share of traces that is sent; of those that others began, the ones that they did not sample never are.",
            (target, value) => target.Options.Telemetry.SamplingRatio = value),
    ];
}
