using System.Globalization;
using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>The message counts of all queues at one moment, as the HTTP API reports them. Two samples give a rate.</summary>
/// <param name="at">Timestamp of the sample, from <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="queues">The list of queues, as the HTTP API returns it.</param>
internal sealed class RateSample(long at, JsonElement queues)
{
    private readonly Dictionary<(string Host, string Name), JsonElement> _queues = queues.EnumerateArray()
        .ToDictionary(queue => (queue.GetProperty("vhost").GetString()!, queue.GetProperty("name").GetString()!));

    /// <summary>The queues, by virtual host and name.</summary>
    public IReadOnlyDictionary<(string Host, string Name), JsonElement> Queues => _queues;

    /// <summary>
    /// Returns the rate of a count since an earlier sample. Without an earlier count, returns the broker's own rate, or else <c>-</c>.
    /// </summary>
    public string Rate(RateSample? earlier, (string Host, string Name) queue, string count)
    {
        if (!_queues.TryGetValue(queue, out JsonElement now) || Count(now, count) is not { } last)
            return "-";
        double seconds = earlier is null ? 0 : TimeProvider.System.GetElapsedTime(earlier.At, At).TotalSeconds;
        if (seconds > 0 && earlier!._queues.TryGetValue(queue, out JsonElement before))
            return Text(Math.Max(0, last - (Count(before, count) ?? 0)) / seconds);
        return now.GetProperty("message_stats").TryGetProperty($"{count}_details", out JsonElement details)
            && details.TryGetProperty("rate", out JsonElement rate)
            ? Text(rate.GetDouble())
            : "-";
    }

    private long At { get; } = at;

    private static double? Count(JsonElement queue, string count) =>
        queue.TryGetProperty("message_stats", out JsonElement stats)
            && stats.ValueKind == JsonValueKind.Object
            && stats.TryGetProperty(count, out JsonElement value)
            && value.TryGetDouble(out double number)
            ? number
            : null;

    private static string Text(double rate) => rate.ToString(rate is > 0 and < 10 ? "N1" : "N0", CultureInfo.InvariantCulture);
}
