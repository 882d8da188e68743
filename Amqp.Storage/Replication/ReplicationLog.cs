using System.Diagnostics;

namespace Amqp.Storage.Replication;

/// <summary>Orders the operations of a leader, keeps the recent ones, and waits for the followers in the set. Thread-safe.</summary>
/// <remarks>
/// <see cref="Gate"/> guards all state. Threads that wait for followers wait for its pulse. An operation is appended after the leader did
/// it on its own files, so one that begins after another has ended comes behind it.
/// </remarks>
/// <param name="epoch">Epoch of the leader: higher than that of all leaders before.</param>
/// <param name="options">Limits.</param>
internal sealed class ReplicationLog(ulong epoch, ReplicationOptions options)
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(1);

    private readonly OperationRing _ring = new(options.RingSize);
    private readonly List<Replica> _inSync = [];
    private ulong _last;
    private bool _isClosed;

    /// <summary>Guards all state, and is pulsed when operations are appended, and when replicas answer, join or leave.</summary>
    public object Gate { get; } = new();

    /// <summary>Removes a replica that did not answer in time from the in-sync set, before anything counts as durable without it.</summary>
    /// <remarks>Called without locks. May throw; the threads that wait then go on waiting, and try again.</remarks>
    public Action<Replica> Removing { get; set; } = _ => { };

    public ulong Epoch => epoch;

    public OperationRing Ring => _ring;

    /// <summary>Number of the last operation; 0 if there was none.</summary>
    public ulong Last
    {
        get
        {
            lock (Gate)
                return _last;
        }
    }

    /// <summary>The followers whose answers a sync waits for.</summary>
    public IReadOnlyList<Replica> InSync
    {
        get
        {
            lock (Gate)
                return [.. _inSync];
        }
    }

    /// <summary>Makes room for an operation. Waits while a replica in the in-sync set has not received what would be overwritten.</summary>
    /// <param name="size">Size of the operation in bytes. It is at most half of the ring.</param>
    /// <remarks>The caller holds <see cref="Gate"/>, which this call may release meanwhile.</remarks>
    public void WaitForRoom(int size)
    {
        if (size > _ring.Capacity / 2)
            throw new ArgumentOutOfRangeException(nameof(size), size, "an operation is at most half as long as the ring of operations");
        WaitFor(number: 0, _ring.End + size - _ring.Capacity, minimum: 0);
    }

    /// <summary>Appends an operation, and wakes the threads that send it.</summary>
    /// <remarks>The caller holds <see cref="Gate"/> and has called <see cref="WaitForRoom"/>.</remarks>
    /// <returns>Number of the operation.</returns>
    public ulong Append(FileOperationKind kind, ReadOnlySpan<byte> path, long offset, ReadOnlySpan<byte> bytes)
    {
        var operation = new FileOperation
        {
            Number = _last + 1,
            Epoch = epoch,
            Kind = kind,
            Path = path,
            Offset = offset,
            Bytes = bytes
        };
        Span<byte> start = stackalloc byte[OperationFrame.HeaderSize + path.Length];
        OperationFrame.WriteStart(operation, start);
        _ring.Append(start, bytes);
        Monitor.PulseAll(Gate);
        return ++_last;
    }

    /// <summary>Waits until enough replicas, and all in the in-sync set, have this operation and those before it on their disks.</summary>
    /// <exception cref="IOException">The replication has ended.</exception>
    public void WaitForReplicas(ulong number)
    {
        lock (Gate)
            WaitFor(number, position: 0, options.MinInSync - 1);
    }

    /// <summary>Adds a replica to the in-sync set. It has everything up to its <see cref="Replica.Durable"/> on its disk.</summary>
    public void Join(Replica replica)
    {
        lock (Gate)
        {
            if (!replica.IsGone)
                _inSync.Add(replica);
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Removes a replica whose link has ended, and wakes the threads that wait.</summary>
    public void Leave(Replica replica)
    {
        lock (Gate)
        {
            replica.IsGone = true;
            if (_inSync.Contains(replica))
                Remove(replica);
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Notes that a replica has everything up to an operation on its disk.</summary>
    public void NoteDurable(Replica replica, ulong number)
    {
        lock (Gate)
        {
            replica.Durable = Math.Max(replica.Durable, number);
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Notes the position up to which a replica was sent the operations.</summary>
    public void NoteSent(Replica replica, long position)
    {
        lock (Gate)
        {
            replica.Position = position;
            Monitor.PulseAll(Gate);
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
            if (_ring.End == position && !IsOver(replica))
                Monitor.Wait(Gate, time);
            return !IsOver(replica);
        }
    }

    /// <summary>Returns the number of the last operation and the position behind it.</summary>
    public (ulong Last, long Position) End()
    {
        lock (Gate)
            return (_last, _ring.End);
    }

    /// <summary>Ends all waits. What was not durable before does not become durable.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>
    /// Waits until all replicas in the in-sync set have an operation on their disks and were sent the ring up to a position. Those that are
    /// late are removed.
    /// </summary>
    private void WaitFor(ulong number, long position, int minimum)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_isClosed)
                throw new IOException("the replication has ended");
            if (_inSync.Count >= minimum && !IsAnyLate(number, position))
                return;
            var left = options.ReplicaTimeout - Stopwatch.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
            {
                Monitor.Wait(Gate, left < _shortest ? _shortest : left);
                continue;
            }
            foreach (var late in _inSync.Where(replica => IsLate(replica, number, position)).ToList())
                Remove(late);
            began = Stopwatch.GetTimestamp();
        }
    }

    private bool IsOver(Replica? replica) => _isClosed || replica?.IsGone == true;

    private static bool IsLate(Replica replica, ulong number, long position) => replica.Durable < number || replica.Position < position;

    private bool IsAnyLate(ulong number, long position)
    {
        foreach (var replica in _inSync) // without a lambda, which would allocate for each operation
            if (IsLate(replica, number, position))
                return true;
        return false;
    }

    /// <summary>Removes a replica from the set. If that fails, it stays there, so nothing counts as durable without it.</summary>
    private void Remove(Replica late)
    {
        Monitor.Exit(Gate); // the change of the set may take long, and the gate is needed meanwhile
        try
        {
            Removing(late);
            late.Drop();
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            return;
        }
        finally
        {
            Monitor.Enter(Gate);
        }
        _inSync.Remove(late);
        Monitor.PulseAll(Gate);
    }
}
