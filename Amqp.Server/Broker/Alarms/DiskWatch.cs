using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Watches the free space on the disk of the data directory.</summary>
/// <remarks>
/// Measuring the free space costs a system call, so a check is due only after a number of bytes were appended to the log.
/// <para>The lock of <see cref="ResourceAlarms"/> guards <see cref="Check"/>. All other members are thread-safe.</para>
/// </remarks>
/// <param name="free">The free bytes, and the limit below which the disk is short of space.</param>
/// <param name="appended">Returns the number of bytes appended to the log since the start.</param>
/// <param name="isFull">Returns true while writes fail because the disk is full.</param>
internal sealed class DiskWatch(ResourceLimit free, Func<long> appended, Func<bool> isFull)
{
    private const long LargestStep = 4 << 20;
    private const long SmallestStep = 256 << 10;

    private long _checkedAt; // value of appended() at the last check
    private bool _isFull;

    /// <summary>Bytes that must stay free. Thread-safe.</summary>
    public long Limit
    {
        get => free.Limit;
        set => free.Limit = value;
    }

    /// <summary>True if the last check found too few free bytes, or found that writes fail because the disk is full. Thread-safe.</summary>
    public bool IsShort => free.IsShort || Volatile.Read(ref _isFull);

    /// <summary>
    /// True if, since the last check, many bytes were appended, or the disk became full or is no longer full. Thread-safe.
    /// </summary>
    public bool IsDue => isFull() != Volatile.Read(ref _isFull)
        || appended() - Volatile.Read(ref _checkedAt) >= Math.Clamp(free.Limit / 4, SmallestStep, LargestStep);

    /// <summary>Checks the disk and logs a change. Called under the lock of <see cref="ResourceAlarms"/>.</summary>
    public void Check(ILogger logger)
    {
        Volatile.Write(ref _checkedAt, appended()); // read before the free space is measured: later bytes count towards the next check
        free.Update(value => value < free.Limit, logger.DiskAlarmSet, logger.DiskAlarmCleared);
        bool isFullNow = isFull();
        if (isFullNow == Volatile.Read(ref _isFull))
            return;
        Volatile.Write(ref _isFull, isFullNow);
        if (isFullNow)
            logger.DiskFull();
        else
            logger.DiskWritable();
    }
}
