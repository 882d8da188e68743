namespace Amqp.Server.Bench;

/// <summary>Percentiles of a latency, in microseconds.</summary>
internal sealed record LatencySummary(long Count, double P50, double P90, double P99, double P999, double Max)
{
    /// <summary>Returns the percentiles of a histogram; null if the histogram is empty.</summary>
    public static LatencySummary? Of(LatencyHistogram latencies) => latencies.Count == 0
        ? null
        : new LatencySummary(
            latencies.Count, At(latencies, 50), At(latencies, 90), At(latencies, 99), At(latencies, 99.9), latencies.Max / 1e3);

    private static double At(LatencyHistogram latencies, double percent) => latencies.Percentile(percent) / 1e3;
}

/// <summary>Result of a load. The message counts include the warm-up. Rates, latencies and processor time exclude it.</summary>
/// <param name="Broker">Product and version of the broker.</param>
/// <param name="Seconds">Time from the end of the warm-up to the end of the load.</param>
/// <param name="Published">Number of messages sent.</param>
/// <param name="Confirmed">Number of messages confirmed, with an ack or a nack.</param>
/// <param name="Rejected">Number of messages confirmed with a nack.</param>
/// <param name="Consumed">Number of messages received.</param>
/// <param name="PublishRate">Messages sent per second.</param>
/// <param name="ConfirmRate">Messages confirmed per second; null without confirms.</param>
/// <param name="ConsumeRate">Messages received per second; null without consumers.</param>
/// <param name="DeliveryLatency">Time from a message's due time to its arrival; null if messages are too short for a timestamp.</param>
/// <param name="ConfirmLatency">Time from a message's due time to its confirm; null without confirms.</param>
/// <param name="BlockedSeconds">Seconds during which the broker blocked a producer (connection.blocked).</param>
/// <param name="OwnProcess">Processor time of the load tool.</param>
/// <param name="BrokerProcess">Processor time and memory of the broker; null if its process is unknown.</param>
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

/// <summary>Progress of a load, reported once a second.</summary>
/// <param name="Seconds">Seconds since the start.</param>
/// <param name="PublishRate">Messages published in the last second.</param>
/// <param name="ConsumeRate">Messages received in the last second.</param>
/// <param name="InFlight">Number of published messages not yet received; without consumers, number of messages not yet confirmed.</param>
/// <param name="P99">99th percentile, in microseconds, of the delivery latency or, without consumers, of the confirm latency.</param>
/// <param name="BlockedBy">Reason for which the broker blocks producers; null if producers are not blocked.</param>
internal sealed record LoadProgress(int Seconds, double PublishRate, double ConsumeRate, long InFlight, double P99, string? BlockedBy);
