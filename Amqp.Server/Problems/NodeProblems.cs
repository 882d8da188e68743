using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Connections;

namespace Amqp.Server.Problems;

/// <summary>Finds the problems of the process: memory, disk, files and unexpected errors. Used by one thread at a time.</summary>
/// <param name="broker">The broker.</param>
/// <param name="connections">The connections of clients.</param>
internal sealed class NodeProblems(MessageBroker broker, ConnectionRegistry connections)
{
    private const long Minute = 60_000, Hour = 60 * Minute;

    /// <summary>Shares of a limit from which its use is reported.</summary>
    private const double HighShare = 0.8, CriticalShare = 0.95, HighMemoryShare = 0.9;

    /// <summary>Free disk space that sinks to its limit within these times is reported, or is critical.</summary>
    private const long ShortTime = 6 * Hour, CriticalTime = 30 * Minute;

    /// <summary>The disk space is watched over this number of steps, each as long as <see cref="DiskStep"/>.</summary>
    private const int DiskSteps = 3;

    private const long DiskStep = 2 * Minute;

    /// <summary>An average sync that takes longer than this is reported.</summary>
    private static readonly TimeSpan _slowSync = TimeSpan.FromMilliseconds(200);

    /// <summary>Unexpected errors are reported for this time.</summary>
    private static readonly TimeSpan _errorTime = TimeSpan.FromHours(1);

    private const int FewSyncs = 10; // an average of fewer syncs says little

    private static readonly int _filesColumn = StatisticRows.BrokerNode + Array.IndexOf(StatisticRows.Node, "fd_used");
    private static readonly int _diskColumn = StatisticRows.BrokerNode + Array.IndexOf(StatisticRows.Node, "disk_free");

    private (long Syncs, TimeSpan Time) _synced; // at the time when _average was computed
    private TimeSpan _average; // of a sync

    /// <summary>Bytes that can be written before the disk alarm is set; null before the first sample.</summary>
    public long? DiskLeft => DiskFree is { } free ? Math.Max(0, free - broker.Alarms.DiskLimit) : null;

    private long? DiskFree =>
        broker.Sampler.Times.Last is > 0 and var last && broker.Statistics.Samples?.At(last, _diskColumn) is > 0 and var free ? free : null;

    /// <summary>Finds the problems.</summary>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    public IEnumerable<ProblemGroup> Find(long now)
    {
        Problem?[] forEveryone = [Memory(), Disk()];
        Problem?[] forMonitoring =
        [
            Store(), SlowSyncs(), MemoryNearLimit(), DiskNearLimit(), Files(),
            connections.IsInMaintenance ? Maintenance() : null,
        ];
        return forEveryone.OfType<Problem>().Select(problem => ProblemGroup.Of(problem))
            .Concat(forMonitoring.OfType<Problem>().Concat(Errors(now)).Select(problem => ProblemGroup.Of(problem, Audience.Monitoring)));
    }

    private Problem? Memory()
    {
        if (broker.Alarms.Since.Memory is not { } since)
            return null;
        long used = broker.Memory.InUse, limit = broker.Alarms.MemoryLimit;
        return Problem(
            "memory_alarm", Severity.Critical,
            $"{Blocked()} The broker uses {Words.Bytes(used)} of memory, {Words.Share(used, limit)} of the limit of {Words.Bytes(limit)}.",
            "Consume or purge messages, close idle connections, or raise vm_memory_high_watermark.", since);
    }

    private Problem? Disk()
    {
        if (broker.Alarms.Since.Disk is not { } since)
            return null;
        string free = broker.Store.IsFull ? "The disk is full." : DiskFree is { } bytes
            ? $"{Words.Bytes(bytes)} of disk space are free, below the limit of {Words.Bytes(broker.Alarms.DiskLimit)}."
            : $"The free disk space is below the limit of {Words.Bytes(broker.Alarms.DiskLimit)}.";
        return Problem(
            "disk_alarm", Severity.Critical, $"{Blocked()} {free}",
            "Free disk space, or consume persistent messages. The log says when publishers can go on.", since);
    }

    /// <summary>Returns a sentence with the number of blocked publishers.</summary>
    private string Blocked()
    {
        int blocked = connections.All.Count(connection => connection.Client?.Brake.BlockedSince is not null);
        return blocked == 0 ? "Publishers are blocked." : $"{Words.Count(blocked, "publisher")} {(blocked == 1 ? "is" : "are")} blocked.";
    }

    private Problem? Store() => broker.Store.Failure is not { } failure ? null : Problem(
        "store_failed", Severity.Critical, $"The message store has failed, and stores no further messages: {Words.End(failure.Message)}",
        "Look for the error in the log, check the disk, and restart the broker.");

    private Problem? SlowSyncs()
    {
        var (syncs, time) = (broker.Files.Syncs, broker.Files.SyncTime);
        var (before, timeBefore) = _synced;
        if (syncs - before >= FewSyncs)
            (_synced, _average) = ((syncs, time), (time - timeBefore) / (syncs - before));
        return _average < _slowSync ? null : Problem(
            "disk_slow", Severity.Warning,
            $"The disk needs {_average.TotalMilliseconds:0} ms for a sync, on average. Confirms of persistent messages wait for it.",
            "Check the load and the health of the disk.");
    }

    private Problem? MemoryNearLimit()
    {
        long used = broker.Memory.InUse, limit = broker.Alarms.MemoryLimit;
        return broker.Alarms.IsMemoryShort || used < limit * HighMemoryShare ? null : Problem(
            "memory_near_limit", Severity.Warning,
            $"The broker uses {Words.Bytes(used)} of memory, {Words.Share(used, limit)} of the limit at which publishers are blocked.",
            "Consume messages, close idle connections, or raise vm_memory_high_watermark.");
    }

    private Problem? DiskNearLimit()
    {
        if (broker.Alarms.IsDiskShort || DiskLeft is not { } left || broker.Statistics.Samples is not { } samples)
            return null;
        long last = broker.Sampler.Times.Last;
        Span<long> times = stackalloc long[DiskSteps + 1], free = stackalloc long[DiskSteps + 1];
        for (int i = 0; i <= DiskSteps; i++)
            times[i] = last - (DiskSteps - i) * DiskStep;
        samples.At(times, _diskColumn, free);
        for (int i = 0; i < DiskSteps; i++)
            if (free[i + 1] >= free[i])
                return null;
        double time = (double)left / (free[0] - free[DiskSteps]) * DiskSteps * DiskStep;
        return time > ShortTime ? null : Problem(
            "disk_near_limit", time < CriticalTime ? Severity.Critical : Severity.Warning,
            $"The free disk space sinks, and reaches the limit at which publishers are blocked in {Words.Time(time)}: "
                + $"{Words.Bytes(free[DiskSteps])} are free, the limit is {Words.Bytes(broker.Alarms.DiskLimit)}.",
            "Free disk space, or consume persistent messages.", times[0]);
    }

    private Problem? Files()
    {
        long used = broker.Statistics.Samples?.At(broker.Sampler.Times.Last, _filesColumn) ?? 0, limit = ProcessFiles.Limit;
        return limit == 0 || used < limit * HighShare ? null : Problem(
            "files_near_limit", used < limit * CriticalShare ? Severity.Warning : Severity.Critical,
            $"The broker has {Words.Number(used)} files and connections open, {Words.Share(used, limit)} of the limit of "
                + $"{Words.Number(limit)}.",
            "Close idle connections, or raise the limit of open files (ulimit -n, or LimitNOFILE in systemd).");
    }

    private static Problem Maintenance() => Problem(
        "maintenance", Severity.Warning, "The broker is in maintenance mode, and accepts no connections of clients.",
        "End the mode: amqpbroker ctl revive");

    private IEnumerable<Problem> Errors(long now)
    {
        var recent = broker.Faults.Recent.Where(fault => now - fault.Last.ToUnixTimeMilliseconds() < _errorTime.TotalMilliseconds).ToList();
        if (recent.Count > 0)
            yield return Problem(
                "unexpected_errors", Severity.Info,
                $"{Words.Count(recent.Count, "kind")} of unexpected errors occurred in the last hour, the last one in {recent[0].Place}.",
                "Look for them in the log. The broker goes on; see docs/faults.md.",
                recent.Min(fault => fault.First).ToUnixTimeMilliseconds());
    }

    private static Problem Problem(string kind, Severity severity, string text, string advice, long? since = null) =>
        new(kind, severity, "node", Node.Name, text, advice) { Since = since };
}
