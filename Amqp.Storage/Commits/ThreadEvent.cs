using Amqp.Storage.Files;

namespace Amqp.Storage.Commits;

/// <summary>An event on which one thread waits. Reset when the wait ends. Thread-safe.</summary>
/// <remarks>
/// On Linux, <see cref="Set"/> and <see cref="Wait"/> make one system call each. <see cref="AutoResetEvent"/> makes more, because it also
/// locks a mutex. That is a noticeable part of the cost of a message that is confirmed alone.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "threads may set the event after its use has ended")]
internal sealed class ThreadEvent
{
    private readonly AutoResetEvent? _portable;
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true); // 1 if set; changed with Interlocked

    /// <summary>Creates an event that is not set.</summary>
    public ThreadEvent()
    {
        if (!Futex.IsSupported)
            _portable = new AutoResetEvent(false);
    }

    /// <summary>Sets the event, and wakes the waiting thread.</summary>
    public void Set()
    {
        if (_portable is not null)
            _portable.Set();
        else if (Interlocked.Exchange(ref _word[0], 1) == 0)
            Futex.WakeOne(_word);
    }

    /// <summary>Waits until the event is set or the time is up. May return early.</summary>
    /// <remarks>The end of the wait also resets an event that was set meanwhile, so the caller must then look for work.</remarks>
    public void Wait(TimeSpan time)
    {
        if (_portable is not null)
        {
            _portable.WaitOne(time);
            return;
        }
        if (Volatile.Read(ref _word[0]) == 0)
            Futex.Wait(_word, 0, time);
        Interlocked.Exchange(ref _word[0], 0); // a full fence: the caller sees all that was done before the event was set
    }
}
