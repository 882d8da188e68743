using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for statistics and for the metrics that Prometheus reads.</summary>
public sealed class StatisticsOptions
{
    /// <summary>Time between two samples of the counts. The differences between samples give the rates.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Limit for the memory that samples take, in bytes. Above the limit, the samples of single objects are kept for a shorter time.
    /// </summary>
    public long MaxMemory { get; set; } = 16 << 20;

    /// <summary>True to count login attempts by address and user.</summary>
    public bool TracksLoginSources { get; set; }

    /// <summary>Addresses of the listeners for Prometheus. Port 0 means any free port.</summary>
    public IReadOnlyList<IPEndPoint> MetricsListeners { get; set; } = new ListenerPlan().MetricsEndPoints();

    /// <summary>
    /// Addresses and TLS options of the listeners for Prometheus over TLS. By default, the certificate options are those of AMQP.
    /// </summary>
    public TlsOptions MetricsTls { get; set; } = new() { Prefix = "prometheus.ssl" };

    /// <summary>URL path of the metrics.</summary>
    public string MetricsPath { get; set; } = "/metrics";

    /// <summary>True to return separate metrics for each queue, channel and connection at <see cref="MetricsPath"/>.</summary>
    public bool ReturnsPerObjectMetrics { get; set; }

    /// <summary>True if only a user with the tag monitoring or administrator may read the metrics.</summary>
    public bool DemandsLoginForMetrics { get; set; }
}
