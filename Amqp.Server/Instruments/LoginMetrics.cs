namespace Amqp.Server.Instruments;

/// <summary>Metrics of successful and failed login attempts.</summary>
internal static class LoginMetrics
{
    /// <summary>Login attempts by protocol.</summary>
    public static readonly Metric<(string Protocol, long Succeeded, long Failed)>[] ByProtocol =
    [
        new("auth_attempts_total", MetricKind.Counter, "Total number of authorization attempts", counts =>
            counts.Succeeded + counts.Failed),
        new(
            "auth_attempts_succeeded_total",
            MetricKind.Counter,
            "Total number of successful authentication attempts",
            counts => counts.Succeeded,
            Login("succeeded")),
        new(
            "auth_attempts_failed_total",
            MetricKind.Counter,
            "Total number of failed authentication attempts",
            counts => counts.Failed,
            Login("failed")),
    ];

    /// <summary>Login attempts by client address, user and protocol.</summary>
    public static readonly Metric<(string Address, string User, string Protocol, long Succeeded, long Failed)>[] BySource =
    [
        new("auth_attempts_detailed_total", MetricKind.Counter, "Total number of authorization attempts with source info", counts =>
            counts.Succeeded + counts.Failed),
        new(
            "auth_attempts_detailed_succeeded_total",
            MetricKind.Counter,
            "Total number of successful authorization attempts with source info",
            counts => counts.Succeeded),
        new(
            "auth_attempts_detailed_failed_total",
            MetricKind.Counter,
            "Total number of failed authorization attempts with source info",
            counts => counts.Failed),
    ];

    private static Instrument Login(string outcome) =>
        new("login", "{login}", "Logins, of AMQP clients and over HTTP", ("amqpbroker.outcome", outcome));
}
