using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Problems;

/// <summary>Describes the problems of queues.</summary>
internal sealed class QueueTexts(QueueOutlook outlook)
{
    private const double Minute = 60_000, Day = 24 * 60 * Minute;

    /// <summary>A queue that is full in less than this time, in milliseconds, is critical.</summary>
    private const double CriticalTime = 15 * Minute;

    public static Problem Crashed(QueueSighting seen) => seen.NewProblem(
        "queue_crashed", Severity.Critical,
        $"{seen.Title} has stopped after an unexpected error. Its {Words.Count(seen.Now.Ready, "message")} are kept.",
        seen.Now.IsQuarantineFull
            ? $"Return or drop quarantined messages: {seen.Command("quarantine list")}. Then restart it: {seen.Command("restart")}"
            : $"Look for the error in the log, and restart the queue: {seen.Command("restart")}");

    public static Problem Unreadable(QueueSighting seen) => seen.NewProblem(
        "queue_unreadable", Severity.Critical,
        $"{seen.Title} delivers nothing: its next message cannot be read from the disk. The broker tries again every second.",
        "Look for the error in the log, and check the disk.");

    public Problem Growing(QueueSighting seen)
    {
        var growth = seen.Growth!.Value;
        var full = FullTime.Of(seen, outlook.DiskLeft);
        bool isLoss = full is not null && (full.IsOfDisk || seen.Queue.Settings.RejectsPublishes);
        var severity = full?.Left < CriticalTime && isLoss ? Severity.Critical
            : full?.Left < Day || seen.Now.Consumers == 0 ? Severity.Warning : Severity.Info;
        string text = $"{seen.Title} grows by {Words.Rate(growth.Rate)} and has {Words.Count(seen.Now.Ready, "ready message")}.";
        if (full?.Left < 365 * Day)
            text += $" {full.Sentence(seen.Queue.Settings)}";
        string advice = seen.Now.Consumers == 0
            ? "It has no consumer: start one."
            : $"Start more consumers, or find out what slows its {Words.Count(seen.Now.Consumers, "consumer")} down: {seen.Command("why")}";
        return seen.NewProblem("queue_growing", severity, text, advice, growth.Since);
    }

    /// <summary>Returns the weight of a growing queue: the sooner it is full, the greater.</summary>
    public double WeightOfGrowth(in QueueSighting seen) => FullTime.Of(seen, outlook.DiskLeft) is { } full
        ? -full.Left
        : double.MinValue / (1 + seen.Growth!.Value.Rate);

    public Problem Unconsumed(QueueSighting seen)
    {
        double rate = seen.Queue.Traffic.Samples?.Rate(0, outlook.Samples.Last, outlook.Samples.Before) ?? 0;
        long since = seen.Queue.Use.UnconsumedSince;
        string arriving = rate > 0 ? $", and {Words.Rate(rate)} arrive" : "";
        return seen.NewProblem(
            "queue_without_consumers", rate > 0 ? Severity.Warning : Severity.Info,
            $"{seen.Title} has {Words.Count(seen.Now.Ready, "ready message")}{arriving}, but it has had no consumer for "
                + $"{Words.Time(outlook.Now - since)}.",
            $"Start its consumer, or look at the messages and remove them: {seen.Command("peek")}", since);
    }

    public static Problem Full(QueueSighting seen)
    {
        var settings = seen.Queue.Settings;
        string limit = seen.Now.Ready >= settings.MaxLength
            ? $"max-length {Words.Number(settings.MaxLength.Value)}"
            : $"max-length-bytes {Words.Bytes(settings.MaxLengthBytes ?? 0)}";
        return seen.NewProblem(
            "queue_full", settings.RejectsPublishes ? Severity.Warning : Severity.Info,
            $"{seen.Title} is full ({limit}): "
                + (settings.RejectsPublishes ? "it refuses new messages." : "each new message drops the oldest one."),
            "Consume or purge messages, or raise the limit.");
    }

    public Problem AtPrefetch(QueueSighting seen)
    {
        double rate = seen.Queue.Traffic.Samples?.Rate(StatisticRows.QueueDelivered, outlook.Samples.Last, outlook.Samples.Before) ?? 0;
        string who = seen.Now.Consumers == 1
            ? "Its only consumer takes no"
            : $"None of its {Words.Number(seen.Now.Consumers)} consumers takes";
        return seen.NewProblem(
            "consumers_at_prefetch", rate > 0 ? Severity.Info : Severity.Warning,
            $"{seen.Title} has {Words.Count(seen.Now.Ready, "ready message")}. {who} more before it "
                + $"acknowledges: {Words.Number(seen.Now.Unacknowledged)} are unacknowledged.",
            $"Raise the prefetch limit, or start more consumers. See also: {seen.Command("why")}");
    }

    public static Problem Quarantined(QueueSighting seen) => seen.NewProblem(
        "messages_quarantined", Severity.Warning,
        $"{Words.Count(seen.Now.Quarantined, "message")} of queue '{seen.Queue.Name}' could not be processed, and "
            + $"{(seen.Now.Quarantined == 1 ? "is" : "are")} not delivered.",
        $"List them, and return or drop them: {seen.Command("quarantine list")}",
        seen.Queue.Faults.Quarantined.Select(message => (long?)message.Record.Since).Where(since => since > 0).Min());

    public static Problem HeldUp(QueueSighting seen) => seen.NewProblem(
        "dead_letters_waiting", Severity.Warning,
        $"{Words.Count(seen.Now.DeadLetters, "dead letter")} of queue '{seen.Queue.Name}' cannot be published to exchange "
            + $"'{seen.Queue.Settings.DeadLetterExchange}' now. Until then, no message of the queue expires or is dropped.",
        "Look for the reason in the log, and free disk space if it is short.");

    public static Problem WithoutTarget(QueueSighting seen) => seen.NewProblem(
        "dead_letter_target_missing", Severity.Warning,
        $"Dead letters of queue '{seen.Queue.Name}' are lost: {seen.Reason}.",
        "Declare or bind the target, or correct the argument or policy of the queue.");

    public static Problem Looping(QueueSighting seen) => seen.NewProblem(
        "dead_letter_loop", Severity.Warning,
        $"Dead letters of queue '{seen.Queue.Name}' come back to it: {seen.Reason}.",
        "Let the dead letters end in a queue without TTL, or limit the attempts with x-delivery-limit.");
}
