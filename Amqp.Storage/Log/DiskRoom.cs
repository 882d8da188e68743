namespace Amqp.Storage.Log;

/// <summary>Whether the disk has room: for what is to be written, and for the reserve. Owned by the committer, but for <see cref="IsFull"/>.</summary>
internal sealed class DiskRoom(DiskReserve reserve) : IDisposable
{
    /// <summary>How long to wait for room before a write is tried again.</summary>
    public static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>The same for the reserve.</summary>
    public static readonly TimeSpan RestoreDelay = TimeSpan.FromMilliseconds(500);

    private long _fullUntil; // milliseconds, as are all times here
    private long _restoreAt;
    private volatile bool _isFull = !reserve.IsWhole;

    /// <summary>Raised when <see cref="IsFull"/> has changed.</summary>
    public event Action? Changed;

    /// <summary>The last write went through.</summary>
    public bool HasRoom { get; private set; } = true;

    /// <summary>True while nothing of the reserve is given up.</summary>
    public bool IsReserveWhole => reserve.IsWhole;

    /// <summary>Bytes that are kept for settles; 0: none.</summary>
    public long ReserveSize => reserve.Size;

    /// <summary>True while a write finds no room, and until the reserve is whole: what comes to be free is for settles before it is for publishers.</summary>
    public bool IsFull => _isFull;

    /// <summary>Whether it is too early to try a write again that found no room.</summary>
    public bool IsWaiting(long now) => !HasRoom && now < _fullUntil;

    /// <summary>Notes whether a write found room.</summary>
    /// <returns>True when that is news.</returns>
    public bool Note(bool hasRoom)
    {
        if (!hasRoom)
            _fullUntil = Environment.TickCount64 + (long)WriteDelay.TotalMilliseconds;
        bool isNews = hasRoom != HasRoom;
        HasRoom = hasRoom;
        TellIfFull();
        return isNews;
    }

    /// <summary>Makes the reserve whole again when it is time to try that.</summary>
    public void RestoreReserve(long now)
    {
        if (!HasRoom || reserve.IsWhole || now < _restoreAt)
            return;
        _restoreAt = now + (long)RestoreDelay.TotalMilliseconds;
        if (reserve.TryRestore())
            TellIfFull();
    }

    /// <summary>Gives a piece of the reserve up. What waits for room may be tried again at once.</summary>
    /// <returns>False when nothing is left of it.</returns>
    public bool TryGiveReserveUp()
    {
        if (!reserve.TryGiveUp())
            return false;
        _fullUntil = 0;
        _restoreAt = Environment.TickCount64 + (long)RestoreDelay.TotalMilliseconds;
        TellIfFull();
        return true;
    }

    public void Dispose() => reserve.Dispose();

    private void TellIfFull()
    {
        bool isFull = !HasRoom || !reserve.IsWhole;
        if (isFull == _isFull)
            return;
        _isFull = isFull;
        Changed?.Invoke();
    }
}
