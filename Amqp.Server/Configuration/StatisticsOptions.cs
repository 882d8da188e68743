using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for statistics and for the metrics that Prometheus reads.</summary>
public sealed class StatisticsOptions
{
    /// <summary>Time between two samples of all counts. Rates are computed from samples.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Limit for the memory of samples, in bytes. Above the limit, samples of single objects are kept for a shorter time.
    /// </summary>
    public long MaxMemory { get; set; } = 16 << 20;

    /// <summary>True to count login attempts by address and user.</summary>
    public bool TracksLoginSources { get; set; }

    /// <summary>Addresses of the listeners for Prometheus; port 0 is any free port.</summary>
    public IReadOnlyList<IPEndPoint> MetricsListeners { get; set; } = new ListenerPlan().MetricsEndPoints();

    /// <summary>Addresses for Prometheus over TLS, and their TLS options. AMQP's certificate options are the default.</summary>
    public TlsOptions MetricsTls { get; set; } = new() { Prefix = "prometheus.ssl" };

    /// <summary>URL path of the metrics.</summary>
    public string MetricsPath { get; set; } = "/metrics";

    /// <summary>True if <see cref="MetricsPath"/> returns metrics for each queue, channel and connection.</summary>
    public bool ReturnsPerObjectMetrics { get; set; }

    /// <summary>True if metrics require a login as a user with the tag monitoring or administrator.</summary>
    public bool DemandsLoginForMetrics { get; set; }
}
