using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>What is counted and sampled, and who may read it.</summary>
public sealed class StatisticsOptions
{
    /// <summary>Time between two samples, from which rates are made.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that samples may take in memory; those of single objects then reach back less far.</summary>
    public long MaxMemory { get; set; } = 16 << 20;

    /// <summary>Whether it is kept who tried to log in from where.</summary>
    public bool TracksLoginSources { get; set; }

    /// <summary>Addresses that answer Prometheus; port 0 is any free port.</summary>
    public IReadOnlyList<IPEndPoint> MetricsListeners { get; set; } = new ListenerPlan().MetricsEndPoints();

    /// <summary>Where Prometheus is answered over TLS, and how; what is not said of the certificates is as for AMQP.</summary>
    public TlsOptions MetricsTls { get; set; } = new() { Prefix = "prometheus.ssl" };

    /// <summary>The path of the metrics.</summary>
    public string MetricsPath { get; set; } = "/metrics";

    /// <summary>Whether metrics come for each queue, channel and connection unless asked for otherwise.</summary>
    public bool ReturnsPerObjectMetrics { get; set; }

    /// <summary>Whether metrics are for monitoring users only.</summary>
    public bool DemandsLoginForMetrics { get; set; }
}
