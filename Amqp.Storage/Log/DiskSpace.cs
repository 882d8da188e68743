namespace Amqp.Storage.Log;

/// <summary>Records whether the disk is full, and when a failed write is retried.</summary>
/// <remarks>Used by the committer only. Any thread may read <see cref="IsFull"/>.</remarks>
internal sealed class DiskSpace(DiskReserve reserve) : IDisposable
{
    /// <summary>Pause between a write that found no space and its retry.</summary>
    public static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Time to wait before the reserve is extended again.</summary>
    public static readonly TimeSpan RestoreDelay = TimeSpan.FromMilliseconds(500);

    // time at which a failed write is retried, in milliseconds of Environment.TickCount64
    private long _fullUntil;
    private long _restoreAt;
    private volatile bool _isFull = !reserve.IsWhole;

    public event Action? Changed;

    /// <summary>True if the last write found space.</summary>
    public bool HasSpace { get; private set; } = true;

    public bool IsReserveWhole => reserve.IsWhole;

    public long ReserveSize => reserve.Size;

    /// <summary>True while writes find no space, or while the reserve is below its full size. Publishers must then be blocked.</summary>
    public bool IsFull => _isFull;

    /// <summary>Returns true if it is too early to retry a write that found no space.</summary>
    public bool IsWaiting(long now) => !HasSpace && now < _fullUntil;

    /// <summary>Records whether a write found space.</summary>
    /// <returns>True if the previous write had the opposite result.</returns>
    public bool RecordWrite(bool hasSpace)
    {
        if (!hasSpace)
            _fullUntil = Environment.TickCount64 + (long)WriteDelay.TotalMilliseconds;
        bool isNews = hasSpace != HasSpace;
        HasSpace = hasSpace;
        UpdateIsFull();
        return isNews;
    }

    /// <summary>
    /// Extends the reserve to its full size. Does nothing if the disk is full, or if <see cref="RestoreDelay"/> has not passed since the
    /// last attempt.
    /// </summary>
    public void RestoreReserve(long now)
    {
        if (!HasSpace || reserve.IsWhole || now < _restoreAt)
            return;
        _restoreAt = now + (long)RestoreDelay.TotalMilliseconds;
        if (reserve.TryRestore())
            UpdateIsFull();
    }

    /// <summary>Shrinks the reserve by one step. A write that found no space can then be retried at once.</summary>
    /// <returns>False if the reserve is empty.</returns>
    public bool TryShrinkReserve()
    {
        if (!reserve.TryShrink())
            return false;
        _fullUntil = 0;
        _restoreAt = Environment.TickCount64 + (long)RestoreDelay.TotalMilliseconds;
        UpdateIsFull();
        return true;
    }

    public void Dispose() => reserve.Dispose();

    private void UpdateIsFull()
    {
        bool isFull = !HasSpace || !reserve.IsWhole;
        if (isFull == _isFull)
            return;
        _isFull = isFull;
        Changed?.Invoke();
    }
}
