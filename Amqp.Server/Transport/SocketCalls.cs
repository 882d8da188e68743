using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Server.Transport;

/// <summary>System calls of Linux for sockets and epoll(7). A method that returns a negative number has failed.</summary>
/// <remarks>Calls on sockets never wait, whatever mode the socket is in.</remarks>
internal static unsafe partial class SocketCalls
{
    /// <summary>Error of a call that would have to wait (EAGAIN).</summary>
    public const int WouldWait = 11;

    /// <summary>Error of a call that a signal has interrupted (EINTR).</summary>
    public const int Interrupted = 4;

    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL: without it, a send to a closed socket would end the process
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC and EFD_CLOEXEC
    private const int NonBlocking = 0x800; // EFD_NONBLOCK

    /// <summary>The error of the last call on this thread.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Receives octets that have arrived. Returns 0 if the peer has closed its side.</summary>
    public static int Receive(SafeSocketHandle socket, Span<byte> target)
    {
        fixed (byte* start = target)
            return (int)Recv(socket, start, (nuint)target.Length, DoNotWait);
    }

    /// <summary>Sends as many octets as the socket's buffer has room for.</summary>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> octets)
    {
        fixed (byte* start = octets)
            return (int)Send(socket, start, (nuint)octets.Length, DoNotWait | NoSignal);
    }

    public static SafeFileHandle CreatePoll() => Checked(EpollCreate(CloseOnExec), "epoll_create1");

    /// <summary>Creates a counter that a thread can wait for together with sockets: eventfd(2).</summary>
    public static SafeFileHandle CreateEvent() => Checked(EventFd(0, CloseOnExec | NonBlocking), "eventfd");

    public static void Signal(SafeFileHandle created)
    {
        ulong one = 1;
        _ = Write(created, &one, sizeof(ulong));
    }

    /// <summary>Resets an event, so that it is no longer ready.</summary>
    public static void Reset(SafeFileHandle created)
    {
        ulong count;
        _ = Read(created, &count, sizeof(ulong));
    }

    /// <summary>Creates the exception for a call that has failed with this error.</summary>
    public static IOException Error(string call, int error) => new($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);

    /// <summary>Creates the exception for the last call on this thread, which has failed.</summary>
    public static IOException Error(string call) => Error(call, LastError);

    private static SafeFileHandle Checked(int descriptor, string call) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Error(call);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(SafeSocketHandle socket, byte* target, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, byte* source, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(SafeFileHandle poll, int operation, SafeHandle descriptor, byte* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(SafeFileHandle poll, byte* ready, int count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, void* target, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, void* source, nuint length);
}
