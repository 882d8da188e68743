using System.Numerics;
using System.Runtime.InteropServices;

namespace Amqp.Storage;

/// <summary>Native memory for blocks. Thread-safe.</summary>
/// <remarks>
/// What was freed last is handed out first, while it is still in the processor's cache: fresh pages cost more than
/// the copy into them. Native rather than managed, so that what is given back is gone at once, whatever the collector does.
/// </remarks>
internal sealed unsafe class BlockMemory(int blockSize) : IDisposable
{
    private const long MaxSpareBytes = 32 << 20;
    private const int Alignment = 4096;
    private const int MinGathered = 4096;
    private const int GatheredAlignment = 16; // as any allocation's: more would be in memory beside it, and unused

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
        return (byte*)NativeMemory.AlignedAlloc((nuint)capacity, capacity < blockSize ? (nuint)GatheredAlignment : (nuint)Alignment);
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
        NativeMemory.AlignedFree(memory);
    }

    /// <summary>Frees what is spare; what is still out is freed when it comes back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (Stack<nint> memories in _spare.Values)
            {
                while (memories.TryPop(out nint memory))
                    NativeMemory.AlignedFree((void*)memory);
            }
        }
    }
}
