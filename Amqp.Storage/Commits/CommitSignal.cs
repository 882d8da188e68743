namespace Amqp.Storage.Commits;

/// <summary>Wakes the committer when there is work. If the committer is awake, no system call is made. Thread-safe.</summary>
internal sealed class CommitSignal
{
    private const int Awake = 0;
    private const int Dozing = 1; // the committer waits with a short timeout, so an append need not wake it
    private const int Asleep = 2; // the committer waits until a thread wakes it

    private readonly ThreadEvent _event = new();
    private int _state; // changed with Interlocked

    /// <summary>Wakes the committer if it waits. Call after the change that the committer has to notice.</summary>
    public void Wake()
    {
        // The barrier makes the caller's work visible before the state is read. Without the barrier, the committer could wait and miss the
        // work.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _state) != Awake && Interlocked.Exchange(ref _state, Awake) != Awake)
            _event.Set();
    }

    /// <summary>Wakes the committer only if it sleeps without a timeout.</summary>
    /// <remarks>Call after a full fence, or under a lock that the committer also holds while it calls <see cref="Prepare"/>.</remarks>
    public void WakeIfAsleep()
    {
        if (Volatile.Read(ref _state) == Asleep)
            Wake();
    }

    /// <summary>Announces that the committer is about to wait. The committer must then check for work once more before it waits.</summary>
    /// <remarks>
    /// This method and <see cref="Wake"/> have full fences. So either the committer sees the work, or <see cref="Wake"/> sees the
    /// announcement.
    /// </remarks>
    public void Prepare(bool sleep) => Interlocked.Exchange(ref _state, sleep ? Asleep : Dozing);

    /// <summary>Waits until a thread wakes the committer or the time is up. May return early.</summary>
    public void Wait(TimeSpan time)
    {
        _event.Wait(time);
        Cancel();
    }

    /// <summary>Cancels an announced wait, because there is work.</summary>
    public void Cancel() => Interlocked.Exchange(ref _state, Awake);
}
