using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Problems;

/// <summary>The time until a growing queue reaches a limit, if it goes on to grow at the same rate.</summary>
/// <param name="Left">The time in milliseconds.</param>
/// <param name="Limit">The limit in words, such as <c>max-length 50,000</c>.</param>
/// <param name="IsOfDisk">True if the limit is that of the free disk space, which blocks all publishers.</param>
internal sealed record FullTime(double Left, string Limit, bool IsOfDisk)
{
    /// <summary>Returns the limit that a growing queue reaches first; null if it reaches none.</summary>
    public static FullTime? Of(in QueueSighting seen, long? diskLeft)
    {
        if (seen.Growth is not { Rate: var rate } || seen.Now.Ready == 0)
            return null;
        var (settings, now) = (seen.Queue.Settings, seen.Now);
        double bytesRate = rate * now.ReadyBytes / now.Ready;
        FullTime? first = null;
        if (settings.MaxLength is { } length)
            Take(length - now.Ready, rate, $"max-length {Words.Number(length)}", false);
        if (settings.MaxLengthBytes is { } bytes)
            Take(bytes - now.ReadyBytes, bytesRate, $"max-length-bytes {Words.Bytes(bytes)}", false);
        if (diskLeft is { } left)
            Take(left, bytesRate, "", true);
        return first;

        void Take(double room, double speed, string limit, bool isOfDisk)
        {
            if (speed <= 0)
                return;
            double time = Math.Max(room, 0) * 1000 / speed;
            if (first is null || time < first.Left)
                first = new FullTime(time, limit, isOfDisk);
        }
    }

    /// <summary>Returns the sentence that follows the rate of the growth.</summary>
    public string Sentence(QueueSettings settings) => IsOfDisk
        ? $"In {Words.Time(Left)} the free disk space reaches its limit, and publishers are blocked."
        : $"It is full in {Words.Time(Left)} ({Limit}), and then "
            + (settings.RejectsPublishes ? "refuses new messages." : "drops its oldest messages.");
}
