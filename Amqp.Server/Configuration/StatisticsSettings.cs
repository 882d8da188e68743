using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of statistics and of the listeners for Prometheus.</summary>
internal static class StatisticsSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("collect_statistics_interval", Milliseconds(1, 3_600_000), "5000",
            "Time between two samples of all counts. Rates are computed from the last two samples.",
            (target, value) => target.Options.Statistics.Interval = value),
        Setting.Of("statistics.max_memory", Bytes(0, long.MaxValue), "16MiB",
            "Limit for the memory of samples. Above this limit, samples of single objects are kept for a shorter time.",
            (target, value) => target.Options.Statistics.MaxMemory = value),
        Setting.Of("track_auth_attempt_source", ValueKinds.Boolean, "false",
            "Count login attempts by address and user, for the HTTP API and Prometheus. Only the first 4096 pairs of address and user "
                + "are counted.",
            (target, value) => target.Options.Statistics.TracksLoginSources = value),
        Setting.Of("prometheus.tcp.ip", Address, "", "Address of the metrics for Prometheus. Default: the addresses of `bind`.",
            (target, value, how) => target.Listeners.SetMetricsAddress(value, how.Strength)),
        Setting.Of("prometheus.tcp.port", Integer(0, 65_535), "",
            "Port of the metrics for Prometheus; 0 is any free port. Default: the port of the HTTP API plus 20 (15692 for 15672). If the "
                + "port of the HTTP API is 0, the default is any free port.",
            (target, value) => target.Listeners.MetricsPort = value),
        Setting.Of("prometheus.tcp.listener", Listener.Or("none", default), "",
            "Address and port of the metrics for Prometheus, as one value. `none` disables metrics without TLS.",
            (target, value, how) => target.Listeners.ListenForMetrics(value, how.Strength)),
        Setting.Of("prometheus.ssl.port", Integer(0, 65_535), "",
            "Port of the metrics for Prometheus over TLS, usually 15691. Default: no TLS. This setting closes the port without TLS. To "
                + "keep that port, also set `prometheus.tcp.port` or `prometheus.tcp.ip`.",
            (target, value) => target.Listeners.MetricsTlsPort = value),
        Setting.Of("prometheus.ssl.ip", Address, "", "Address of the metrics for Prometheus over TLS. Default: the addresses of `bind`.",
            (target, value, how) => target.Listeners.SetMetricsTlsAddress(value, how.Strength)),
        Setting.Of("prometheus.path", Text, "/metrics", "URL path of the metrics.",
            (target, value) => target.Options.Statistics.MetricsPath = value),
        Setting.Of("prometheus.return_per_object_metrics", ValueKinds.Boolean, "false",
            "If `true`, the page at `prometheus.path` has metrics for each queue, channel and connection, like `/metrics/per-object`.",
            (target, value) => target.Options.Statistics.ReturnsPerObjectMetrics = value),
        Setting.Of("prometheus.authentication.enabled", ValueKinds.Boolean, "false",
            "Require a login for metrics, as a user with the tag `monitoring` or `administrator`.",
            (target, value) => target.Options.Statistics.DemandsLoginForMetrics = value),
    ];
}
