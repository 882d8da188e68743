namespace Amqp.Server.Configuration;

/// <summary>What is sent to a collector by OTLP. Nothing at all without an <see cref="Endpoint"/>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The collector's address without the signals' paths; null sends nothing.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Whether it takes gRPC, or else protobuf over HTTP.</summary>
    public bool IsGrpc { get; set; }

    /// <summary>Headers that every request has, as <c>key=value,key=value</c>; often a secret.</summary>
    public string Headers { get; set; } = "";

    /// <summary>Time between two sendings of the metrics.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether spans are sent besides metrics.</summary>
    public bool Traces { get; set; }

    /// <summary>The share of traces that is sent, from 0 to 1.</summary>
    public double SamplingRatio { get; set; } = 1;
}
