namespace Amqp.Storage.Replication;

/// <summary>Orders the operations of a leader, and keeps the recent ones for its followers. Thread-safe.</summary>
/// <remarks>
/// The gate of the in-sync set guards all state. An operation is appended after the leader did it on its own files, so one that begins
/// after another has ended comes behind it.
/// </remarks>
internal sealed class ReplicationLog
{
    private readonly ReplicaPosition _before; // the last operation before this leader's epoch
    private readonly OperationHistory _history;

    /// <param name="epoch">Epoch of the leader: higher than that of all leaders before.</param>
    /// <param name="options">Limits.</param>
    /// <param name="inSync">The followers for which syncs wait.</param>
    /// <param name="history">Operations that this node has repeated as a follower; null if there are none.</param>
    public ReplicationLog(ulong epoch, ReplicationOptions options, InSyncSet inSync, OperationHistory? history = null)
    {
        (Epoch, InSync, _history) = (epoch, inSync, history ?? new OperationHistory(options.RingSize));
        _before = _history.Last;
    }

    public InSyncSet InSync { get; }

    /// <summary>Guards all state. Pulsed when operations are appended, and when replicas answer, join or leave.</summary>
    public object Gate => InSync.Gate;

    public ulong Epoch { get; }

    public OperationRing Ring => _history.Ring;

    /// <summary>Number of the last operation; 0 if there was none.</summary>
    public ulong Last
    {
        get
        {
            lock (Gate)
                return _history.Last.Number;
        }
    }

    /// <summary>Makes room for an operation. Waits while a replica in the in-sync set has not received what would be overwritten.</summary>
    /// <param name="size">Size of the operation in bytes. It is at most half of the ring.</param>
    /// <remarks>The caller holds <see cref="Gate"/> once, and this call may release it meanwhile.</remarks>
    public void WaitForRoom(int size)
    {
        if (size > Ring.Capacity / 2)
            throw new ArgumentOutOfRangeException(nameof(size), size, "an operation is at most half as long as the ring of operations");
        InSync.WaitForSent(Ring.End + size - Ring.Capacity);
    }

    /// <summary>Appends an operation, and wakes the threads that send it.</summary>
    /// <remarks>The caller holds <see cref="Gate"/> and has called <see cref="WaitForRoom"/>.</remarks>
    /// <returns>Number of the operation.</returns>
    public ulong Append(FileOperationKind kind, ReadOnlySpan<byte> path, long offset, ReadOnlySpan<byte> bytes)
    {
        var position = new ReplicaPosition(Epoch, _history.Last.Number + 1);
        var operation = new FileOperation
        {
            Number = position.Number,
            Epoch = Epoch,
            Kind = kind,
            Path = path,
            Offset = offset,
            Bytes = bytes
        };
        Span<byte> start = stackalloc byte[OperationFrame.HeaderSize + path.Length];
        OperationFrame.WriteStart(operation, start);
        _history.Append(position, start, bytes);
        Monitor.PulseAll(Gate);
        return position.Number;
    }

    /// <summary>Returns the position in the ring from which a follower can go on.</summary>
    /// <param name="last">The last operation of the follower.</param>
    /// <returns>
    /// Null if the follower has an operation that this leader does not have, so that its files are cut back to those of the leader by a
    /// copy, or if operations after it were overwritten.
    /// </returns>
    public long? PositionAfter(ReplicaPosition last)
    {
        lock (Gate)
        {
            bool isCommon = last.Epoch == Epoch || (last.Epoch == _before.Epoch && last.Number <= _before.Number);
            return isCommon && last.Number > 0 ? _history.PositionAfter(last.Number) : null;
        }
    }

    /// <summary>Waits until there are operations behind a position, or until the time is over.</summary>
    /// <param name="position">The position in the ring.</param>
    /// <param name="time">The longest time to wait.</param>
    /// <param name="replica">The replica for which the thread waits, if it is to stop when the replica leaves.</param>
    /// <returns>False if there will be none, or if the replica has left.</returns>
    public bool WaitForMore(long position, TimeSpan time, Replica? replica = null)
    {
        lock (Gate)
        {
            if (Ring.End == position && !IsOver(replica))
                Monitor.Wait(Gate, time);
            return !IsOver(replica);
        }
    }

    /// <summary>Returns the number of the last operation and the position behind it.</summary>
    public (ulong Last, long Position) End()
    {
        lock (Gate)
            return (_history.Last.Number, Ring.End);
    }

    private bool IsOver(Replica? replica) => InSync.IsClosed || replica?.IsGone == true;
}
