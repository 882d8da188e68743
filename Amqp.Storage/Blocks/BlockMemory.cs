using System.Numerics;
using System.Runtime.InteropServices;
using Amqp.Storage.Files;

namespace Amqp.Storage.Blocks;

/// <summary>Native memory for blocks. Thread-safe.</summary>
/// <remarks>
/// What was freed last is handed out first, while it is still in the processor's cache: fresh pages cost more than
/// the copy into them. Native rather than managed, so that what is given back is gone at once, whatever the collector does; and by
/// the page, as the allocator's arenas, one a thread, kept more than 100 MB when many threads had loaded and freed blocks.
/// </remarks>
internal sealed unsafe class BlockMemory(int blockSize) : IDisposable
{
    private const long MaxSpareBytes = 32 << 20;
    private const int MinMapped = 16 << 10; // some pages
    private const int MinGathered = 4096;
    private const int SmallAlignment = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Stack<nint>> _spare = []; // by capacity; owned by _gate
    private long _spareBytes; // owned by _gate
    private bool _closed; // owned by _gate
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes handed out.</summary>
    public long InUse => Volatile.Read(ref _inUse);

    /// <summary>Bytes that a block takes to hold this many.</summary>
    public int CapacityFor(int bytes) => checked((int)(blockSize * (long)BitOperations.RoundUpToPowerOf2((uint)((bytes + (long)blockSize - 1) / blockSize))));

    /// <summary>Bytes that a block takes which many queues may each have one of: less than a block where less will do.</summary>
    public static int CapacityForGathered(int bytes) => checked((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, MinGathered)));

    public byte* Rent(int capacity)
    {
        Interlocked.Add(ref _inUse, capacity);
        lock (_gate)
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
        lock (_gate)
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

    /// <summary>Frees what is spare; what is still out is freed when it comes back.</summary>
    public void Dispose()
    {
        lock (_gate)
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
        OperatingSystem.IsLinux() && capacity >= MinMapped ? Libc.Map(capacity) : (byte*)NativeMemory.AlignedAlloc((nuint)capacity, SmallAlignment);

    private static void Free(byte* memory, int capacity)
    {
        if (OperatingSystem.IsLinux() && capacity >= MinMapped)
            Libc.Unmap(memory, capacity);
        else
            NativeMemory.AlignedFree(memory);
    }
}
