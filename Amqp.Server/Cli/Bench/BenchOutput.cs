using System.Globalization;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>Prints the report of a load as text.</summary>
/// <param name="output">Receives the text.</param>
internal sealed class BenchOutput(TextWriter output)
{
    private const double Mebibyte = 1024 * 1024;

    private readonly bool _isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Prints the report of <c>bench throughput</c>, <c>latency</c> or <c>fanout</c>.</summary>
    public void Print(Workload load, LoadReport report)
    {
        Line($"broker: {report.Broker} at {load.Broker}");
        Line($"load: {Described(load)}");
        string blocked = report.BlockedSeconds > 0 ? $", of which the broker had blocked producers for {report.BlockedSeconds} s" : "";
        Line($"measured: {report.Seconds:N2} s{blocked}");
        Rates("messages", [
            ("published", report.Published, report.PublishRate),
            ("confirmed", report.Confirmed, report.ConfirmRate),
            ("consumed", report.Consumed, report.ConsumeRate)
        ]);
        if (report.Rejected > 0)
            Line($"rejected by the broker (basic.nack): {report.Rejected:N0}");
        Latencies([("delivery", report.DeliveryLatency), ("confirm", report.ConfirmLatency)]);
        Costs("million messages", [("broker", report.BrokerProcess), ("bench", report.OwnProcess)]);
    }

    /// <summary>Prints the report of <c>bench churn</c>.</summary>
    public void Print(Churn churn, ChurnReport report)
    {
        string what = $"{churn.Kind.ToString().ToLowerInvariant()}s";
        Line($"broker: {report.Broker} at {churn.Broker}");
        Line($"load: {Many(churn.Clients, "client")} opening and closing {what}");
        Line($"measured: {report.Seconds:N2} s");
        Rates("opened and closed", [(what, report.Count, report.Rate)]);
        Latencies([("open and close", report.Latency)]);
        Costs($"million {what}", [("broker", report.BrokerProcess), ("bench", report.OwnProcess)]);
    }

    /// <summary>Prints the report of <c>bench depth</c>.</summary>
    public void Print(Workload load, DepthReport report)
    {
        Line($"broker: {report.Broker} at {load.Broker}");
        Line($"load: {Described(load)}, filled before it is drained");
        Line($"measured: {report.Fill.Seconds:N2} s in, {report.Drain.Seconds:N2} s out");
        Rates(
            "messages", [("in", report.Fill.Confirmed, report.Fill.PublishRate), ("out", report.Drain.Consumed, report.Drain.ConsumeRate)]);
        var steps = new OutputTable("by depth", " messages", " in/s", " out/s");
        foreach (DepthStep step in report.Steps)
            steps.Add(N(step.Messages), N(step.InRate), N(step.OutRate));
        steps.Print(output, _isTerminal);
        Latencies([("confirm", report.Fill.ConfirmLatency)]);
        Costs("million messages", [
            ("broker, in", report.Fill.BrokerProcess),
            ("broker, out", report.Drain.BrokerProcess),
            ("bench, in", report.Fill.OwnProcess),
            ("bench, out", report.Drain.OwnProcess)
        ]);
    }

    private static string Described(Workload load)
    {
        string acknowledged = load.AcknowledgeEvery == 0
            ? "no acknowledgements"
            : $"an ack for every {load.AcknowledgeEvery:N0}{(load.AckWrite == AckWrite.Each ? " in a write of its own" : "")}";
        return string.Join(", ", new[]
        {
            $"{Many(load.Producers, "producer")}, {Many(load.Consumers, "consumer")}, "
                + $"{Many(load.Queues, load.IsDurable ? "durable queue" : "transient queue")}",
            $"{load.Exchange.ToString().ToLowerInvariant()} exchange",
            FormattableString.Invariant($"{load.Size:N0} B"),
            load.IsPersistent ? "persistent" : "transient",
            load.Rate == 0 ? "as fast as possible" : FormattableString.Invariant($"{load.Rate:N0} a second"),
            load.ConfirmWindow == 0 ? "no confirms" : FormattableString.Invariant($"confirms with {load.ConfirmWindow:N0} in flight"),
            load.Consumers == 0
                ? "no consumers"
                : load.Prefetch == 0 ? acknowledged : FormattableString.Invariant($"prefetch {load.Prefetch}, {acknowledged}"),
        });
    }

    private void Rates(string title, IEnumerable<(string What, long Total, RateSummary? Rate)> rows)
    {
        var table = new OutputTable(title, " total", " mean/s", " steady/s", " slowest-second", " fastest-second", "what");
        foreach ((string what, long total, RateSummary? rate) in rows)
            if (rate is not null)
                table.Add(N(total), N(rate.Mean), N(rate.Steady), N(rate.Min), N(rate.Max), what);
        table.Print(output, _isTerminal);
    }

    private void Latencies(IEnumerable<(string What, LatencySummary? Latency)> rows)
    {
        var table = new OutputTable("latency in microseconds", " p50", " p90", " p99", " p99.9", " max", "of");
        foreach ((string what, LatencySummary? latency) in rows)
            if (latency is not null)
                table.Add(N(latency.P50), N(latency.P90), N(latency.P99), N(latency.P999), N(latency.Max), what);
        table.Print(output, _isTerminal);
    }

    private void Costs(string unit, IEnumerable<(string Who, ProcessCost? Cost)> rows)
    {
        var table = new OutputTable(
            $"processor seconds for a {unit}, memory in MiB", " for-a-million", " in-all", " rss-before", " rss-max", " rss-after",
            "process");
        foreach ((string who, ProcessCost? cost) in rows)
        {
            if (cost is null)
                continue;
            var broker = cost as BrokerCost;
            table.Add(
                Seconds(cost.CpuSecondsPerMillion), Seconds(cost.CpuSeconds), Memory(broker?.RssAtStart), Memory(broker?.RssMax),
                Memory(broker?.RssAtEnd), who);
        }
        table.Print(output, _isTerminal);
    }

    private static string Many(int count, string what) => $"{N(count)} {what}{(count == 1 ? "" : "s")}";

    private static string N(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString("N3", CultureInfo.InvariantCulture);

    private static string Memory(long? bytes) => bytes is { } known ? (known / Mebibyte).ToString("N0", CultureInfo.InvariantCulture) : "-";

    private void Line(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));
}
