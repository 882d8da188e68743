using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Amqp.Server.Bench;

/// <summary>Waits for input on a socket. On Linux the timeout is exact to some tens of microseconds.</summary>
/// <remarks><see cref="Socket.Poll(int, SelectMode)"/> is too coarse for high rates: it waits for whole milliseconds.</remarks>
internal static class ReadyWait
{
    private const int SetTimerSlack = 29; // Linux's PR_SET_TIMERSLACK
    private const short Input = 1; // Linux's POLLIN

    /// <summary>Waits until the socket is readable.</summary>
    /// <returns>False if the timeout passed before input arrived.</returns>
    public static bool ForInput(Socket socket, long microseconds)
    {
        if (!OperatingSystem.IsLinux())
            return socket.Poll((int)Math.Min(int.MaxValue, Math.Max(1_000, microseconds)), SelectMode.SelectRead);
        var descriptor = new Descriptor { Number = (int)socket.Handle, Events = Input };
        var limit = new Duration { Seconds = (nint)(microseconds / 1_000_000), Nanoseconds = (nint)(microseconds % 1_000_000 * 1_000) };
        return PollPrecisely(ref descriptor, 1, ref limit, 0) > 0;
    }

    /// <summary>
    /// Reduces the timer slack of the calling thread on Linux. With the default slack, a wait ends up to 50 microseconds late.
    /// </summary>
    public static void EndOnTime()
    {
        if (OperatingSystem.IsLinux())
            _ = ControlProcess(SetTimerSlack, 1);
    }

    [DllImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PollPrecisely(ref Descriptor descriptors, nuint count, ref Duration limit, nint signals);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlProcess(int option, nuint value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int Number;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Duration
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
