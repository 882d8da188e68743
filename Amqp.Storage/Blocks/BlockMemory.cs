using System.Numerics;
using System.Runtime.InteropServices;
using Amqp.Storage.Files;

namespace Amqp.Storage.Blocks;

/// <summary>Native memory for blocks. Thread-safe.</summary>
/// <remarks>
/// Up to 32 MiB of freed memory is kept for reuse. All other freed memory returns to the system at once. On Linux, blocks of 16 KiB or more
/// are allocated by mmap, because the C library's allocator kept over 100 MB of freed memory.
/// </remarks>
internal sealed unsafe class BlockMemory(int blockSize) : IDisposable
{
    private const long MaxSpareBytes = 32 << 20;
    private const int MinMapped = 16 << 10; // a smaller block is not mapped, because a mapping takes whole pages
    private const int MinGathered = 4096;
    private const int SmallAlignment = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Stack<nint>> _spare = []; // freed memory by capacity; guarded by _lock
    private long _spareBytes; // guarded by _lock
    private bool _closed; // guarded by _lock
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes in use by blocks.</summary>
    public long InUse => Volatile.Read(ref _inUse);

    /// <summary>Returns the capacity of a block for this many bytes: the block size times a power of two.</summary>
    public int CapacityFor(int bytes) =>
        checked((int)(blockSize * (long)BitOperations.RoundUpToPowerOf2((uint)((bytes + (long)blockSize - 1) / blockSize))));

    /// <summary>
    /// Returns the capacity of a block for copies of scattered records: a power of two, which may be less than the block size.
    /// </summary>
    public static int CapacityForGathered(int bytes) => checked((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, MinGathered)));

    public byte* Rent(int capacity)
    {
        Interlocked.Add(ref _inUse, capacity);
        lock (_lock)
        {
            if (_spare.TryGetValue(capacity, out Stack<nint>? spare) && spare.TryPop(out nint memory))
            {
                _spareBytes -= capacity;
                return (byte*)memory;
            }
        }
        return Allocate(capacity);
    }

    public void Return(byte* memory, int capacity)
    {
        Interlocked.Add(ref _inUse, -capacity);
        lock (_lock)
        {
            if (!_closed && _spareBytes + capacity <= MaxSpareBytes)
            {
                if (!_spare.TryGetValue(capacity, out Stack<nint>? spare))
                    _spare.Add(capacity, spare = new Stack<nint>());
                spare.Push((nint)memory);
                _spareBytes += capacity;
                return;
            }
        }
        Free(memory, capacity);
    }

    /// <summary>Frees the spare memory. Memory in use is freed later, when it is returned.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            foreach ((int capacity, Stack<nint> memories) in _spare)
            {
                while (memories.TryPop(out nint memory))
                    Free((byte*)memory, capacity);
            }
        }
    }

    private static byte* Allocate(int capacity) =>
        OperatingSystem.IsLinux() && capacity >= MinMapped
            ? Libc.Map(capacity)
            : (byte*)NativeMemory.AlignedAlloc((nuint)capacity, SmallAlignment);

    private static void Free(byte* memory, int capacity)
    {
        if (OperatingSystem.IsLinux() && capacity >= MinMapped)
            Libc.Unmap(memory, capacity);
        else
            NativeMemory.AlignedFree(memory);
    }
}
