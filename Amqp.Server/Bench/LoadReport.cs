namespace Amqp.Server.Bench;

/// <summary>Percentiles of a latency, in microseconds.</summary>
internal sealed record LatencySummary(long Count, double P50, double P90, double P99, double P999, double Max)
{
    /// <summary>Null when nothing was recorded.</summary>
    public static LatencySummary? Of(LatencyHistogram latencies) => latencies.Count == 0
        ? null
        : new LatencySummary(
            latencies.Count, At(latencies, 50), At(latencies, 90), At(latencies, 99), At(latencies, 99.9), latencies.Max / 1e3);

    private static double At(LatencyHistogram latencies, double percent) => latencies.Percentile(percent) / 1e3;
}

/// <summary>What came of a load. Counts are of all of it; rates, latencies and processor time of what followed the warm-up.</summary>
/// <param name="Broker">What the broker calls itself.</param>
/// <param name="Seconds">From the end of the warm-up until the last message had arrived.</param>
/// <param name="Published">Messages sent.</param>
/// <param name="Confirmed">Those confirmed, with an ack or a nack.</param>
/// <param name="Rejected">Those with a nack.</param>
/// <param name="Consumed">Messages received.</param>
/// <param name="PublishRate">Of what was sent.</param>
/// <param name="ConfirmRate">Null without confirms.</param>
/// <param name="ConsumeRate">Null without consumers.</param>
/// <param name="DeliveryLatency">From when a message was due to its arrival; null when messages are too short for a time.</param>
/// <param name="ConfirmLatency">From when a message was due to its confirm; null without confirms.</param>
/// <param name="BlockedSeconds">For how long the broker had blocked a producer (connection.blocked).</param>
/// <param name="OwnProcess">What driving the load has cost.</param>
/// <param name="BrokerProcess">What the load has cost the broker; null when its process is not known.</param>
internal sealed record LoadReport(
    string Broker,
    double Seconds,
    long Published,
    long Confirmed,
    long Rejected,
    long Consumed,
    RateSummary PublishRate,
    RateSummary? ConfirmRate,
    RateSummary? ConsumeRate,
    LatencySummary? DeliveryLatency,
    LatencySummary? ConfirmLatency,
    int BlockedSeconds,
    ProcessCost OwnProcess,
    BrokerCost? BrokerProcess);

/// <summary>How a load goes, once a second.</summary>
/// <param name="Seconds">Since its start.</param>
/// <param name="PublishRate">Over the last second.</param>
/// <param name="ConsumeRate">Over the last second.</param>
/// <param name="InFlight">Messages published and not received; without consumers, not confirmed.</param>
/// <param name="P99">Of the delivery so far, or of the confirm when there are no consumers, in microseconds.</param>
/// <param name="BlockedBy">Why the broker does not read from producers; null when it does.</param>
internal sealed record LoadProgress(int Seconds, double PublishRate, double ConsumeRate, long InFlight, double P99, string? BlockedBy);
