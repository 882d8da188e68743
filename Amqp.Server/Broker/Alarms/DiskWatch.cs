using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Watches the disk of the data directory: reports if the disk is short of space, and if a new check is due.</summary>
/// <remarks>
/// A check of free space costs a system call. So a check runs only after each quarter of the limit that was appended (at least 256 KiB, at
/// most 4 MiB), and every second, because other processes use the disk too. This is often enough to set the alarm before the limit is far
/// exceeded. For the same purpose RabbitMQ polls faster near the limit.
/// <para><see cref="Check"/> is called under the lock of <see cref="ResourceAlarms"/>; all other members are thread-safe.</para>
/// </remarks>
/// <param name="free">Measure of free bytes, with the limit below which the disk is short.</param>
/// <param name="appended">Bytes appended to the log since the start.</param>
/// <param name="isFull">True while writes fail because the disk is full.</param>
internal sealed class DiskWatch(ResourceLimit free, Func<long> appended, Func<bool> isFull)
{
    private const long LargestStep = 4 << 20;
    private const long SmallestStep = 256 << 10;

    private long _checkedAt; // bytes appended at the last check
    private bool _isFull;

    /// <summary>Bytes that must stay free. Thread-safe.</summary>
    public long Limit
    {
        get => free.Limit;
        set => free.Limit = value;
    }

    /// <summary>True if at the last check less than the limit was free, or writes failed because the disk was full. Thread-safe.</summary>
    public bool IsShort => free.IsShort || Volatile.Read(ref _isFull);

    /// <summary>True if enough was appended since the last check, or if the disk became full or writable. Thread-safe.</summary>
    public bool IsDue => isFull() != Volatile.Read(ref _isFull)
        || appended() - Volatile.Read(ref _checkedAt) >= Math.Clamp(free.Limit / 4, SmallestStep, LargestStep);

    /// <summary>Checks the disk, and logs a change.</summary>
    public void Check(ILogger logger)
    {
        Volatile.Write(ref _checkedAt, appended()); // first: bytes appended during the check count for the next one
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
