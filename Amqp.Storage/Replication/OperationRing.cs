namespace Amqp.Storage.Replication;

/// <summary>The most recent operations, as one stream of frames of which the newest bytes are kept.</summary>
/// <remarks>
/// One thread at a time appends. Any number of threads read meanwhile without a lock: a reader copies bytes, and then looks whether they
/// were overwritten while it copied. Positions are offsets in bytes from the first frame ever appended.
/// </remarks>
/// <param name="capacity">Number of bytes that are kept. A frame is at most half as long.</param>
internal sealed class OperationRing(int capacity)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private long _start; // position of the oldest byte that is not overwritten
    private long _end;

    /// <summary>Number of bytes that are kept.</summary>
    public int Capacity => capacity;

    /// <summary>Position behind the last frame.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Position of the oldest byte that can be read. It may be within a frame.</summary>
    public long Start => Volatile.Read(ref _start);

    /// <summary>Appends a frame in two parts. Older bytes are overwritten.</summary>
    public void Append(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        long end = _end + first.Length + second.Length;
        // Published before the bytes change, so that a reader that saw changed bytes also sees the new start.
        Interlocked.Exchange(ref _start, Math.Max(_start, end - capacity));
        Put(first, _end);
        Put(second, _end + first.Length);
        Volatile.Write(ref _end, end);
    }

    /// <summary>Copies bytes from a position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="target">Receives the bytes.</param>
    /// <returns>Number of bytes copied; 0 if the position is the end; -1 if bytes at the position were overwritten.</returns>
    public int Read(long position, Span<byte> target)
    {
        int count = (int)Math.Min(target.Length, End - position);
        if (position < Start)
            return -1;
        int at = (int)(position % capacity), first = Math.Min(count, capacity - at);
        _bytes.AsSpan(at, first).CopyTo(target);
        _bytes.AsSpan(0, count - first).CopyTo(target[first..]);
        Interlocked.MemoryBarrier(); // the start is read after the bytes
        return position < Start ? -1 : count;
    }

    private void Put(ReadOnlySpan<byte> bytes, long position)
    {
        int at = (int)(position % capacity), first = Math.Min(bytes.Length, capacity - at);
        bytes[..first].CopyTo(_bytes.AsSpan(at));
        bytes[first..].CopyTo(_bytes);
    }
}
