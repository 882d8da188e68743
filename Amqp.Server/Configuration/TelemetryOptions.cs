namespace Amqp.Server.Configuration;

/// <summary>Options for sending metrics and traces to a collector by OTLP. Without an <see cref="Endpoint"/>, nothing is sent.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Address of the collector, without the path of a signal (<c>/v1/metrics</c>); null to send nothing.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>True to send by gRPC, false to send protobuf over HTTP.</summary>
    public bool IsGrpc { get; set; }

    /// <summary>Headers of every request, as <c>key=value,key=value</c>. A header often contains a secret.</summary>
    public string Headers { get; set; } = "";

    /// <summary>Time between two exports of the metrics.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>True to send spans as well as metrics.</summary>
    public bool Traces { get; set; }

    /// <summary>Share of traces that is sent, from 0 to 1.</summary>
    public double SamplingRatio { get; set; } = 1;
}
