namespace Amqp.Server.Configuration;

/// <summary>Options for the export of metrics and traces over OTLP. Without an <see cref="Endpoint"/>, nothing is exported.</summary>
public sealed class TelemetryOptions
{
    /// <summary>URL of the collector, without the path of a signal such as <c>/v1/metrics</c>; null to export nothing.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>True to export over gRPC, false to export protobuf over HTTP.</summary>
    public bool IsGrpc { get; set; }

    /// <summary>Headers of every request to the collector, as <c>key=value,key=value</c>. Often contains a secret.</summary>
    public string Headers { get; set; } = "";

    /// <summary>Time between two exports of the metrics.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>True to export traces as well as metrics.</summary>
    public bool Traces { get; set; }

    /// <summary>Share of the traces to export, from 0 to 1.</summary>
    public double SamplingRatio { get; set; } = 1;
}
