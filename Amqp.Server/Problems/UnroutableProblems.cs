using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Problems;

/// <summary>Finds virtual hosts in which messages reach no queue.</summary>
internal static class UnroutableProblems
{
    /// <summary>The rates are averages over this time in milliseconds.</summary>
    private const long Time = 60_000;

    private static readonly int
        _dropped = Array.IndexOf(StatisticRows.Publishing, "drop_unroutable"),
        _returned = Array.IndexOf(StatisticRows.Publishing, "return_unroutable");

    /// <param name="host">The virtual host.</param>
    /// <param name="last">Time of the last sample of the statistics.</param>
    public static IEnumerable<ProblemGroup> Find(VirtualHost host, long last)
    {
        if (host.Statistics.Samples is not { } samples)
            yield break;
        if (Growth(_dropped) is > 0 and var dropped)
            yield return ProblemGroup.Of(Problem(
                "messages_unroutable", Severity.Warning,
                $"{Words.Rate(dropped * 1000.0 / Time)} published in virtual host '{host.Name}' reach no queue and are dropped: "
                    + $"{Words.Number(dropped)} in the last minute.",
                "Bind a queue for their routing keys, or set an alternate exchange. For the reason, ask: "
                    + "amqpbroker route explain EXCHANGE KEY"));
        if (Growth(_returned) is > 0 and var returned)
            yield return ProblemGroup.Of(Problem(
                "messages_returned", Severity.Info,
                $"{Words.Number(returned)} messages published in virtual host '{host.Name}' reached no queue in the last minute, and were "
                    + "returned to their publishers.",
                "Bind a queue for their routing keys, or set an alternate exchange."));

        long Growth(int column) => samples.At(last, column) - samples.At(last - Time, column);

        Problem Problem(string kind, Severity severity, string text, string advice) =>
            new(kind, severity, "vhost", host.Name, text, advice) { VirtualHost = host.Name };
    }
}
