using System.Diagnostics;

namespace Amqp.Storage.Replication;

/// <summary>The followers for which each sync of the leader waits. Thread-safe.</summary>
/// <remarks>
/// <para>The coordinator has the set too: only its members may become the leader. A follower is waited for before the coordinator has it
/// as a member, and until the coordinator no longer has it. So a member never lacks what was confirmed.</para>
/// <para><see cref="Gate"/> guards the state. It is pulsed at each change. The lock <c>_changing</c> is held while the coordinator is
/// asked, and is taken before the gate, never within it.</para>
/// </remarks>
internal sealed class InSyncSet
{
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(100);

    private readonly ReplicationOptions _options;
    private readonly Action<IReadOnlyCollection<string>> _change;
    private readonly List<Replica> _replicas = [];
    private readonly Lock _changing = new();
    private int _minInSync;
    private bool _isClosed;

    /// <param name="options">Limits.</param>
    /// <param name="change">
    /// Makes the coordinator change the set of followers. Throws an <see cref="IOException"/> if it is not known whether that was done.
    /// </param>
    /// <param name="members">The followers that the coordinator has in the set. They have no link yet.</param>
    public InSyncSet(ReplicationOptions options, Action<IReadOnlyCollection<string>> change, IEnumerable<string> members)
    {
        (_options, _change, _minInSync) = (options, change, options.MinInSync);
        _replicas.AddRange(members.Select(name => new Replica(name, static () => { }) { IsMember = true }));
    }

    /// <summary>Guards the state of this set and of the <see cref="ReplicationLog"/>. Pulsed at each change.</summary>
    public object Gate { get; } = new();

    /// <summary>Names of the followers for which a sync waits.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (Gate)
                return [.. _replicas.Select(replica => replica.Name)];
        }
    }

    /// <inheritdoc cref="ReplicationOptions.MinInSync"/>
    public int MinInSync
    {
        get
        {
            lock (Gate)
                return _minInSync;
        }
        set
        {
            lock (Gate)
            {
                _minInSync = value;
                Monitor.PulseAll(Gate);
            }
        }
    }

    /// <summary>True if too few brokers are in sync, so that nothing becomes durable.</summary>
    public bool IsTooSmall
    {
        get
        {
            lock (Gate)
                return CountMembers() < _minInSync - 1;
        }
    }

    /// <summary>True after <see cref="Close"/>. The caller holds the gate.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Returns true if all followers have answered a heartbeat that was sent since a time.</summary>
    /// <param name="timestamp">The time, as a timestamp of this machine.</param>
    public bool HaveAllAnsweredSince(long timestamp)
    {
        lock (Gate)
            return _replicas.TrueForAll(replica => replica.Heard >= timestamp);
    }

    /// <summary>
    /// Adds a follower that has everything up to its <see cref="Replica.Durable"/> on its disk. Returns when the coordinator has it as a
    /// member, or when its link has ended.
    /// </summary>
    public void Join(Replica replica)
    {
        lock (_changing)
        {
            lock (Gate)
            {
                if (replica.IsGone)
                    return;
                int known = _replicas.FindIndex(one => one.Name == replica.Name);
                replica.IsMember = known >= 0 && _replicas[known].IsMember;
                if (known >= 0)
                    _replicas[known] = replica; // the link before has ended, or there was none since the leader began
                else
                    _replicas.Add(replica);
                Monitor.PulseAll(Gate);
            }
        }
        while (!TryChange(replica, isMember: true))
        {
            lock (Gate)
            {
                if (_isClosed || replica.IsGone)
                    return;
                Monitor.Wait(Gate, _retryDelay);
            }
        }
    }

    /// <summary>Removes a follower whose link has ended.</summary>
    public void Leave(Replica replica)
    {
        lock (Gate)
        {
            replica.IsGone = true;
            Monitor.PulseAll(Gate);
        }
        TryChange(replica, isMember: false); // if that fails, the next wait tries again
    }

    /// <summary>Removes a follower whose files are going to be copied, because they are no consistent store meanwhile.</summary>
    /// <exception cref="IOException">The coordinator may still have it in the set.</exception>
    public void Expel(string name)
    {
        Replica? known;
        lock (Gate)
            known = _replicas.Find(replica => replica.Name == name);
        if (known is not null && !TryChange(known, isMember: false))
            throw new IOException($"{name} cannot be removed from the in-sync set");
    }

    /// <summary>Notes an answer of a follower.</summary>
    /// <param name="replica">The follower.</param>
    /// <param name="number">The operation up to which everything is on its disk.</param>
    /// <param name="heard">When the last heartbeat that it has received was sent.</param>
    public void NoteAnswer(Replica replica, ulong number, long heard)
    {
        lock (Gate)
        {
            replica.Durable = Math.Max(replica.Durable, number);
            replica.Heard = Math.Max(replica.Heard, heard);
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Notes the position up to which a follower was sent the operations.</summary>
    public void NoteSent(Replica replica, long position)
    {
        lock (Gate)
        {
            replica.Position = position;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Waits until enough followers, and all in the set, have an operation and those before it on their disks.</summary>
    /// <exception cref="IOException">The replication has ended.</exception>
    public void WaitForDurable(ulong number)
    {
        lock (Gate)
            WaitFor(number, position: 0, isCounted: true);
    }

    /// <summary>Waits until all followers in the set were sent the operations up to a position in the ring.</summary>
    /// <remarks>The caller holds the gate once. This call may release it meanwhile.</remarks>
    /// <exception cref="IOException">The replication has ended.</exception>
    public void WaitForSent(long position) => WaitFor(number: 0, position, isCounted: false);

    /// <summary>Ends all waits. What was not durable before does not become durable.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Waits for the followers. Those that are late, or whose links have ended, are removed.</summary>
    private void WaitFor(ulong number, long position, bool isCounted)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_isClosed)
                throw new IOException("the replication has ended");
            Replica? late = FirstLate(number, position, out bool isAnyLate, Stopwatch.GetElapsedTime(began));
            if (!isAnyLate && !(isCounted && CountMembers() < _minInSync - 1))
                return;
            if (late is null || !TryRemoveOutsideGate(late))
                Monitor.Wait(Gate, _retryDelay);
        }
    }

    /// <summary>Returns a follower to remove: one whose link has ended, or any late one after the time limit.</summary>
    private Replica? FirstLate(ulong number, long position, out bool isAnyLate, TimeSpan waited)
    {
        isAnyLate = false;
        foreach (Replica replica in _replicas) // without a lambda, which would allocate for each operation
        {
            if (replica.Durable >= number && replica.Position >= position)
                continue;
            isAnyLate = true;
            if (replica.IsGone || waited >= _options.ReplicaTimeout)
                return replica;
        }
        return null;
    }

    private int CountMembers()
    {
        int count = 0;
        foreach (Replica replica in _replicas)
            count += replica.IsMember ? 1 : 0;
        return count;
    }

    private bool TryRemoveOutsideGate(Replica late)
    {
        Monitor.Exit(Gate); // the coordinator may take long, and the gate is needed meanwhile
        try
        {
            return TryChange(late, isMember: false);
        }
        finally
        {
            Monitor.Enter(Gate);
        }
    }

    /// <summary>Makes the coordinator add or remove a follower. If it does not answer, the follower is still waited for.</summary>
    /// <returns>False if the coordinator did not answer.</returns>
    private bool TryChange(Replica replica, bool isMember)
    {
        lock (_changing)
        {
            List<string> names;
            lock (Gate)
            {
                if (!_replicas.Contains(replica) || (isMember && replica.IsMember))
                    return true;
                names = [.. _replicas.Where(one => one == replica ? isMember : one.IsMember).Select(one => one.Name)];
            }
            try
            {
                _change(names);
            }
            catch (IOException)
            {
                return false;
            }
            lock (Gate)
            {
                replica.IsMember = isMember;
                if (!isMember)
                    _replicas.Remove(replica);
                Monitor.PulseAll(Gate);
            }
        }
        if (!isMember)
            replica.Drop();
        return true;
    }
}
