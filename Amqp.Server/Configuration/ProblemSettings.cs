using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the list of problems.</summary>
internal static class ProblemSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("problems.unacknowledged_after", Milliseconds(1, int.MaxValue), "300000",
            "Time after which a consumer is listed as a problem if it holds messages and acknowledges none.",
            (target, value) => target.Options.Problems.UnacknowledgedAfter = value),
        Setting.Of("problems.unconsumed_after", Milliseconds(1, int.MaxValue), "60000",
            "Time after which a queue with messages is listed as a problem if it has no consumers.",
            (target, value) => target.Options.Problems.UnconsumedAfter = value),
        Setting.Of("problems.growth_time", Milliseconds(1, 600_000), "60000",
            "Time after which a queue is listed as a problem if it grows without a pause.",
            (target, value) => target.Options.Problems.GrowthTime = value),
        Setting.Of("problems.certificate_days", Integer(0, 3_650), "30",
            "Number of days before its expiry from which a TLS certificate of the broker is listed as a problem.",
            (target, value) => target.Options.Problems.CertificateTime = TimeSpan.FromDays(value)),
    ];
}
