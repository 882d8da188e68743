using System.Numerics;
using System.Runtime.InteropServices;

namespace Amqp.Storage;

/// <summary>Native memory for blocks, in powers of two of the block size. Thread-safe.</summary>
/// <remarks>
/// What was freed last is handed out first, while it is still in the processor's cache: fresh pages cost more than
/// the copy into them. Native rather than managed, so that what is given back is gone at once, whatever the collector does.
/// </remarks>
internal sealed unsafe class BlockMemory(int blockSize) : IDisposable
{
    private const long MaxSpareBytes = 32 << 20;
    private const int Alignment = 4096;

    private readonly Lock _gate = new();
    private readonly Stack<nint>[] _spare = [.. Enumerable.Range(0, 32).Select(_ => new Stack<nint>())]; // by size class; owned by _gate
    private long _spareBytes; // owned by _gate
    private bool _closed; // owned by _gate
    private long _inUse; // changed with Interlocked

    /// <summary>Bytes handed out.</summary>
    public long InUse => Volatile.Read(ref _inUse);

    /// <summary>Bytes that a block takes to hold this many.</summary>
    public int CapacityFor(int bytes) => checked((int)(blockSize * (long)BitOperations.RoundUpToPowerOf2((uint)((bytes + (long)blockSize - 1) / blockSize))));

    public byte* Rent(int capacity)
    {
        Interlocked.Add(ref _inUse, capacity);
        lock (_gate)
        {
            if (_spare[SizeClass(capacity)].TryPop(out nint memory))
            {
                _spareBytes -= capacity;
                return (byte*)memory;
            }
        }
        return (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
    }

    public void Return(byte* memory, int capacity)
    {
        Interlocked.Add(ref _inUse, -capacity);
        lock (_gate)
        {
            if (!_closed && _spareBytes + capacity <= MaxSpareBytes)
            {
                _spare[SizeClass(capacity)].Push((nint)memory);
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
            foreach (Stack<nint> memories in _spare)
            {
                while (memories.TryPop(out nint memory))
                    NativeMemory.AlignedFree((void*)memory);
            }
        }
    }

    private int SizeClass(int capacity) => BitOperations.Log2((uint)(capacity / blockSize));
}
