namespace Amqp.Storage.Commits;

/// <summary>Wakes the committer. Costs one read while it is awake: no system call per append. Thread-safe.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "settlers may come after the committer ended")]
internal sealed class CommitSignal
{
    private const int Awake = 0;
    private const int Dozing = 1; // looks by itself before long, so appends leave it alone
    private const int Asleep = 2; // looks only when woken

    private readonly AutoResetEvent _event = new(false);
    private int _state; // changed with Interlocked

    /// <summary>Wakes the committer if it sleeps or dozes. What it is to see was written before.</summary>
    public void Wake()
    {
        // Else the read may be done before that write is seen: the committer finds no work, this finds it awake, and it sleeps for good.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _state) != Awake && Interlocked.Exchange(ref _state, Awake) != Awake)
            _event.Set();
    }

    /// <summary>Wakes the committer if nothing else would. For who holds the lock under which it prepares to sleep, or has just passed a full fence.</summary>
    public void WakeIfAsleep()
    {
        if (Volatile.Read(ref _state) == Asleep)
            Wake();
    }

    /// <summary>Announces a wait. The committer then looks once more for work, and only then waits.</summary>
    /// <remarks>The full fence here and that of <see cref="Wake"/> make one of the two see the other.</remarks>
    public void Prepare(bool sleep) => Interlocked.Exchange(ref _state, sleep ? Asleep : Dozing);

    /// <summary>Waits until woken or the time is up. May return for no reason: the event can still be set from a wait that timed out.</summary>
    public void Wait(TimeSpan time)
    {
        _event.WaitOne(time);
        Cancel();
    }

    /// <summary>There is work: no wait after all.</summary>
    public void Cancel() => Interlocked.Exchange(ref _state, Awake);
}
