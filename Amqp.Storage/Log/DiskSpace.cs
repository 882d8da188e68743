namespace Amqp.Storage.Log;

/// <summary>
/// Tracks whether the disk has space for pending writes and for the reserve. Owned by the committer, except for <see cref="IsFull"/>.
/// </summary>
internal sealed class DiskSpace(DiskReserve reserve) : IDisposable
{
    /// <summary>Time to wait before a write that found no space is retried.</summary>
    public static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Time to wait before the reserve is extended again.</summary>
    public static readonly TimeSpan RestoreDelay = TimeSpan.FromMilliseconds(500);

    private long _fullUntil; // in milliseconds of Environment.TickCount64, like all times here
    private long _restoreAt;
    private volatile bool _isFull = !reserve.IsWhole;

    /// <summary>Raised when <see cref="IsFull"/> has changed.</summary>
    public event Action? Changed;

    /// <summary>True if the last write found space.</summary>
    public bool HasSpace { get; private set; } = true;

    /// <summary>True if the reserve has its full size.</summary>
    public bool IsReserveWhole => reserve.IsWhole;

    /// <summary>Size of the whole reserve in bytes; 0 means no reserve.</summary>
    public long ReserveSize => reserve.Size;

    /// <summary>
    /// True while a write finds no space, and until the reserve has its full size: freed space is used for settles and for the reserve
    /// first, and only then for publishers.
    /// </summary>
    public bool IsFull => _isFull;

    /// <summary>Returns true if it is too early to retry a write that found no space.</summary>
    public bool IsWaiting(long now) => !HasSpace && now < _fullUntil;

    /// <summary>Records whether a write found space.</summary>
    /// <returns>True if the result differs from that of the write before.</returns>
    public bool RecordWrite(bool hasSpace)
    {
        if (!hasSpace)
            _fullUntil = Environment.TickCount64 + (long)WriteDelay.TotalMilliseconds;
        bool isNews = hasSpace != HasSpace;
        HasSpace = hasSpace;
        UpdateIsFull();
        return isNews;
    }

    /// <summary>Extends the reserve to its full size, if a retry is due.</summary>
    public void RestoreReserve(long now)
    {
        if (!HasSpace || reserve.IsWhole || now < _restoreAt)
            return;
        _restoreAt = now + (long)RestoreDelay.TotalMilliseconds;
        if (reserve.TryRestore())
            UpdateIsFull();
    }

    /// <summary>Shrinks the reserve by one step. A write that found no space may then be retried at once.</summary>
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
