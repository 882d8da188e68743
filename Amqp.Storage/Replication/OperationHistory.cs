namespace Amqp.Storage.Replication;

/// <summary>The recent operations of a node, which it did as a leader or repeated as a follower.</summary>
/// <remarks>
/// A follower that becomes the leader passes its history on, so that the other followers go on from where they are. One thread at a time
/// changes the history and looks for positions; the ring can be read by any thread.
/// </remarks>
/// <param name="capacity">Number of bytes that are kept.</param>
internal sealed class OperationHistory(int capacity)
{
    /// <summary>Bytes between two operations whose positions are remembered.</summary>
    private const int MarkDistance = 64 << 10;

    private readonly Queue<(ulong Number, long End)> _marks = new([(0, 0)]); // operations, and the positions behind them
    private long _marked;

    public OperationRing Ring { get; } = new(capacity);

    /// <summary>The last operation.</summary>
    public ReplicaPosition Last { get; private set; }

    /// <summary>Appends an operation in two parts.</summary>
    /// <param name="position">The operation. Its number is one more than that of the last one.</param>
    /// <param name="start">First part of its frame.</param>
    /// <param name="rest">The other part.</param>
    public void Append(ReplicaPosition position, ReadOnlySpan<byte> start, ReadOnlySpan<byte> rest)
    {
        if (start.Length + rest.Length > Ring.Capacity)
        {
            StartAfter(position); // the ring of the leader is larger
            return;
        }
        Ring.Append(start, rest);
        Last = position;
        if (Ring.End - _marked >= MarkDistance)
            Mark();
    }

    /// <summary>Begins anew behind an operation. Earlier operations are forgotten.</summary>
    public void StartAfter(ReplicaPosition position)
    {
        Last = position;
        _marks.Clear();
        Mark();
    }

    /// <summary>Returns the position in the ring behind an operation; null if operations after it were overwritten.</summary>
    public long? PositionAfter(ulong number)
    {
        if (number == Last.Number)
            return Ring.End;
        (ulong at, long end) = (0, -1);
        foreach (var mark in _marks)
            if (mark.Number <= number && mark.End >= Ring.Start)
                (at, end) = mark;
        Span<byte> start = stackalloc byte[OperationFrame.HeaderSize];
        for (; end >= 0 && at < number; at++)
            end = Ring.Read(end, start) == start.Length ? end + OperationFrame.ReadSize(start) : -1;
        return end < 0 || number > Last.Number ? null : end;
    }

    private void Mark()
    {
        _marked = Ring.End;
        while (_marks.TryPeek(out var oldest) && oldest.End < Ring.Start)
            _marks.Dequeue();
        _marks.Enqueue((Last.Number, _marked));
    }
}
