using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Watches the free space on the disk of the data directory.</summary>
/// <remarks>
/// A check costs a system call, so the next check is due only after many bytes were appended to the log.
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

    /// <summary>True if, at the last check, too few bytes were free, or writes failed because the disk was full. Thread-safe.</summary>
    public bool IsShort => free.IsShort || Volatile.Read(ref _isFull);

    /// <summary>
    /// True if many bytes were appended since the last check, or if the disk has become full or is no longer full. Thread-safe.
    /// </summary>
    public bool IsDue => isFull() != Volatile.Read(ref _isFull)
        || appended() - Volatile.Read(ref _checkedAt) >= Math.Clamp(free.Limit / 4, SmallestStep, LargestStep);

    /// <summary>Checks the disk and logs a change. Called under the lock of <see cref="ResourceAlarms"/>.</summary>
    public void Check(ILogger logger)
    {
        Volatile.Write(ref _checkedAt, appended()); // before the measurement, so that bytes appended meanwhile count for the next check
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
