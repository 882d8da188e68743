namespace Amqp.Server.Configuration;

/// <summary>The times after which the broker reports a state as a problem.</summary>
public sealed class ProblemOptions
{
    /// <summary>Time for which a consumer may hold messages without settling one.</summary>
    public TimeSpan UnacknowledgedAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time for which a queue with messages may have no consumers.</summary>
    public TimeSpan UnconsumedAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for which a queue must have grown without a pause.</summary>
    public TimeSpan GrowthTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time before the expiry of a certificate.</summary>
    public TimeSpan CertificateTime { get; set; } = TimeSpan.FromDays(30);
}
