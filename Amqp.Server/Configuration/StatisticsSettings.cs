using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>What is counted and sampled, and the port for Prometheus.</summary>
internal static class StatisticsSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("collect_statistics_interval", Milliseconds(1, 3_600_000), "5000", "Time between two samples of all counts; rates are those between the last two.",
            (target, value) => target.Options.Statistics.Interval = value),
        Setting.Of("statistics.max_memory", Bytes(0, long.MaxValue), "16MiB", "What samples may take in memory; beyond it those of single objects reach back less far.",
            (target, value) => target.Options.Statistics.MaxMemory = value),
        Setting.Of("track_auth_attempt_source", ValueKinds.Boolean, "false", "Keep who tried to log in from where, for the HTTP API and Prometheus: the first 4096 of them.",
            (target, value) => target.Options.Statistics.TracksLoginSources = value),
        Setting.Of("prometheus.tcp.ip", Address, "", "The one address that answers Prometheus, in place of those of `bind`.",
            (target, value, how) => target.Listeners.MeasureOn(value, how.Strength)),
        Setting.Of("prometheus.tcp.port", Integer(0, 65_535), "", "The port that answers Prometheus; 0 is any free port. 15692 unless given, or 20 above another port of the HTTP API, or any free port as that.",
            (target, value) => target.Listeners.MetricsOn = value),
        Setting.Of("prometheus.tcp.listener", Listener.Or("none", default), "", "Address and port that answer Prometheus, in one; `none` is no answer without TLS.",
            (target, value, how) => target.Listeners.Measure(value, how.Strength)),
        Setting.Of("prometheus.ssl.port", Integer(0, 65_535), "", "The port that answers Prometheus over TLS, usually 15691; without one there is none. Then there is none without TLS unless `prometheus.tcp` is set too.",
            (target, value) => target.Listeners.MetricsWithTlsOn = value),
        Setting.Of("prometheus.ssl.ip", Address, "", "The one address that answers Prometheus over TLS, in place of those of `bind`.",
            (target, value, how) => target.Listeners.MeasureWithTlsOn(value, how.Strength)),
        Setting.Of("prometheus.path", Text, "/metrics", "The path of the metrics.",
            (target, value) => target.Options.Statistics.MetricsPath = value),
        Setting.Of("prometheus.return_per_object_metrics", ValueKinds.Boolean, "false", "Metrics for each queue, channel and connection at that path, as at `/metrics/per-object`.",
            (target, value) => target.Options.Statistics.ReturnsPerObjectMetrics = value),
        Setting.Of("prometheus.authentication.enabled", ValueKinds.Boolean, "false", "Metrics for users only who log in and have the tag monitoring or administrator.",
            (target, value) => target.Options.Statistics.DemandsLoginForMetrics = value),
    ];
}
