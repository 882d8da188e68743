using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Alarms;

/// <summary>The disk of the data folder: whether it is short of room, and when that is worth another look.</summary>
/// <remarks>
/// Free space costs a system call to ask for, so it is asked for after so many bytes of messages, as well as now and then for
/// what others do to the disk. RabbitMQ, whose polling adapts to how near the limit is, aims at the same: to see it before the limit is far behind.
/// <para><see cref="IsDue"/> is for any thread, the rest for whoever holds the alarms' lock.</para>
/// </remarks>
/// <param name="free">Bytes free, and below which limit that is short.</param>
/// <param name="appended">Bytes of messages that were appended so far.</param>
/// <param name="isFull">Whether writes fail for want of room just now.</param>
internal sealed class DiskWatch(ResourceLimit free, Func<long> appended, Func<bool> isFull)
{
    private const long LargestStep = 4 << 20;
    private const long SmallestStep = 256 << 10;

    private long _lookedAt; // bytes appended then
    private bool _isFull;

    /// <summary>Bytes that shall stay free; for any thread.</summary>
    public long Limit
    {
        get => free.Limit;
        set => free.Limit = value;
    }

    /// <summary>True while less is free than the limit, or nothing can be written.</summary>
    public bool IsShort => free.IsShort || Volatile.Read(ref _isFull);

    /// <summary>True when so much was appended since the last look, or the disk became full or no longer is.</summary>
    public bool IsDue => isFull() != Volatile.Read(ref _isFull) || appended() - Volatile.Read(ref _lookedAt) >= Math.Clamp(free.Limit / 4, SmallestStep, LargestStep);

    /// <summary>Looks anew, and tells the log when that changes things.</summary>
    public void Look(ILogger logger)
    {
        Volatile.Write(ref _lookedAt, appended()); // first: what is appended from here on counts for the next look
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
