namespace Amqp.Server.Migration;

/// <summary>The result for one queue.</summary>
/// <param name="Queue">Name and virtual host.</param>
/// <param name="Moved">Number of messages that this run has moved.</param>
/// <param name="MovedInAll">Number of messages that all runs have moved.</param>
/// <param name="Ready">Number of messages left at the source.</param>
/// <param name="Unacknowledged">Number of messages that consumers of the source hold.</param>
/// <param name="AtTarget">Number of ready messages at the target; null if the queue is missing there.</param>
/// <param name="Refused">Number of messages that the target refused.</param>
/// <param name="Expiring">Number of messages with a time to live of their own.</param>
/// <param name="Result"><c>equal</c>, or what differs and why.</param>
internal sealed record QueueReport(
    QueueKey Queue, long Moved, long MovedInAll, long Ready, long Unacknowledged, long? AtTarget, long Refused, long Expiring,
    string Result)
{
    /// <summary>True if nothing is left at the source.</summary>
    public bool IsComplete { get; private init; }

    /// <summary>Compares both ends of a queue.</summary>
    /// <param name="progress">The progress of the move.</param>
    /// <param name="copies">True if messages stay at the source.</param>
    /// <param name="ready">Number of messages at the source; null if the queue is missing there.</param>
    /// <param name="unacknowledged">Number of unacknowledged messages at the source.</param>
    /// <param name="atTarget">Number of messages at the target; null if the queue is missing there.</param>
    public static QueueReport Of(QueueProgress progress, bool copies, long? ready, long unacknowledged, long? atTarget)
    {
        long all = progress.Earlier + progress.Moved, left = ready ?? 0;
        bool isComplete = progress.Reason is null && (copies || left == 0 && unacknowledged == 0);
        string result = progress.Reason is { } reason ? left > 0 || copies ? reason : $"complete now, but {reason}"
            : isComplete ? Compared(progress, all, atTarget)
            : left > 0 ? "producers still fill it at the source: run again after they have moved"
            : "consumers of the source hold the rest: run again after they have stopped";
        return new QueueReport(
            progress.Queue.Key, progress.Moved, all, left, unacknowledged, atTarget, progress.Refused, progress.Expiring, result)
        {
            IsComplete = isComplete,
        };
    }

    private static string Compared(QueueProgress progress, long all, long? atTarget) =>
        (progress.TargetBefore is { } before && atTarget is { } now ? Math.Sign(now - before - all) : 0) switch
        {
            0 => "equal",
            < 0 => "fewer at the target: consumers there, a TTL or a length limit took them",
            _ => "more at the target: producers publish there, or messages came twice when a run or a broker was killed",
        };
}
