using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Server.Transport;

/// <summary>Events of a socket. The values are those of epoll(7).</summary>
[Flags]
internal enum PollEvents : uint
{
    None = 0,

    /// <summary>Octets can be received, or the peer has closed its side.</summary>
    Input = 0x1,

    /// <summary>Octets can be sent.</summary>
    Output = 0x4,

    /// <summary>The socket has an error. Always reported.</summary>
    Error = 0x8,

    /// <summary>Both sides are closed. Always reported.</summary>
    HangUp = 0x10,

    /// <summary>The peer has closed its side. Reported even if there are unread octets.</summary>
    PeerHangUp = 0x2000,
}

/// <summary>A set of descriptors that one thread waits for: epoll(7), level-triggered. Any thread may change the set.</summary>
internal sealed unsafe class PollSet : IDisposable
{
    /// <summary>Maximum number of ready descriptors that one wait returns. The next wait returns the others.</summary>
    private const int MaxReady = 256;

    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const int ChangeOperation = 3;

    // The kernel's struct epoll_event has no padding on x64 only.
    private static readonly int _keyAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _size = _keyAt + sizeof(long);

    private readonly SafeFileHandle _poll = SocketCalls.CreatePoll();
    private readonly byte[] _ready = GC.AllocateArray<byte>(MaxReady * _size, pinned: true); // used by the waiting thread only

    /// <summary>Descriptor of the set, which is readable while a descriptor in the set is ready. Another set can contain it.</summary>
    public SafeHandle Descriptor => _poll;

    /// <summary>Adds a descriptor.</summary>
    /// <param name="descriptor">A socket or another descriptor that can be polled.</param>
    /// <param name="events">The events to wait for. <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> are implied.</param>
    /// <param name="key">Returned by <see cref="KeyAt"/>.</param>
    /// <exception cref="IOException">The kernel has no memory for the descriptor, or the limit of max_user_watches is reached.</exception>
    public void Add(SafeHandle descriptor, PollEvents events, long key) => Control(AddOperation, descriptor, events, key);

    public void Change(SafeHandle descriptor, PollEvents events, long key) => Control(ChangeOperation, descriptor, events, key);

    public void Remove(SafeHandle descriptor) => Control(RemoveOperation, descriptor, PollEvents.None, key: 0);

    /// <summary>Waits until a descriptor is ready.</summary>
    /// <param name="timeout">In milliseconds; -1 for no limit.</param>
    /// <returns>Number of ready descriptors; 0 after the timeout or a signal.</returns>
    public int Wait(int timeout)
    {
        var ready = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_ready));
        int count = SocketCalls.EpollWait(_poll, ready, MaxReady, timeout);
        if (count >= 0)
            return count;
        return SocketCalls.LastError == SocketCalls.Interrupted ? 0 : throw SocketCalls.Error("epoll_wait");
    }

    /// <summary>The events of a ready descriptor. The index is less than the result of <see cref="Wait"/>.</summary>
    public PollEvents EventsAt(int index) => MemoryMarshal.Read<PollEvents>(_ready.AsSpan(index * _size));

    /// <summary>The key of a ready descriptor.</summary>
    public long KeyAt(int index) => MemoryMarshal.Read<long>(_ready.AsSpan(index * _size + _keyAt));

    public void Dispose() => _poll.Dispose();

    private void Control(int operation, SafeHandle descriptor, PollEvents events, long key)
    {
        byte* wanted = stackalloc byte[16];
        Unsafe.WriteUnaligned(wanted, events);
        Unsafe.WriteUnaligned(wanted + _keyAt, key);
        if (SocketCalls.EpollControl(_poll, operation, descriptor, wanted) < 0)
            throw SocketCalls.Error("epoll_ctl");
    }
}
