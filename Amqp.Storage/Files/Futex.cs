using System.Runtime.InteropServices;

namespace Amqp.Storage.Files;

/// <summary>The system call futex of Linux: waits until another thread changes a number in memory.</summary>
internal static unsafe partial class Futex
{
    private const int WaitPrivate = 128; // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
    private const int WakePrivate = 129; // FUTEX_WAKE | FUTEX_PRIVATE_FLAG

    /// <summary>Number of the system call; 0 if it is not known for this system.</summary>
    private static readonly nint _number = !OperatingSystem.IsLinux() ? 0 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    /// <summary>True if the system has the call, and its number is known.</summary>
    public static bool IsSupported => _number != 0;

    /// <summary>Waits while the first element has this value, until a thread calls <see cref="WakeOne"/>. May return early.</summary>
    /// <param name="word">The array, which should be on the heap of pinned objects, because it stays pinned during the wait.</param>
    /// <param name="value">The wait ends at once if the element has another value.</param>
    /// <param name="time">Time limit; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    public static void Wait(int[] word, int value, TimeSpan time)
    {
        (long seconds, long ticks) = Math.DivRem(time.Ticks, TimeSpan.TicksPerSecond);
        long* limit = stackalloc long[] { seconds, ticks * TimeSpan.NanosecondsPerTick }; // struct timespec of a system with 64 bits
        // Every error means an early return: a changed value (EAGAIN), a signal (EINTR), or the end of the time (ETIMEDOUT).
        fixed (int* address = word)
            _ = SystemCall(_number, address, WaitPrivate, value, time == Timeout.InfiniteTimeSpan ? null : limit, 0, 0);
    }

    /// <summary>Wakes a thread that waits on the first element.</summary>
    public static void WakeOne(int[] word)
    {
        fixed (int* address = word)
            _ = SystemCall(_number, address, WakePrivate, 1, null, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, int* word, nint operation, nint value, long* time, nint other, nint mask);
}
