using Amqp.Storage.Faults;

namespace Amqp.Storage.Commits;

/// <summary>
/// Three positions in the log: the ends of its written part, of its synced part, and of the part whose sync was requested. Threads can wait
/// for a position. Thread-safe.
/// </summary>
internal sealed class CommitProgress(CommitSignal signal)
{
    private readonly CommitWaiters _commits = new();
    private readonly CommitWaiters _writes = new();
    private long _requested; // changed with Interlocked
    private long _written;
    private long _durable;

    /// <summary>Position up to which the log is written to files, synced or not.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Position up to which the log survives a power cut.</summary>
    public long Durable => Volatile.Read(ref _durable);

    /// <summary>True if a sync was requested for a position that is not synced yet.</summary>
    public bool IsSyncRequested => Volatile.Read(ref _requested) > Durable;

    /// <summary>Requests a sync up to a position.</summary>
    /// <param name="position">At most the end of the log.</param>
    public void Request(long position)
    {
        if (Note(position))
            signal.Wake();
    }

    /// <summary>Requests a sync, but does not wake the committer.</summary>
    /// <returns>False if a sync up to this position was requested before.</returns>
    /// <inheritdoc cref="Request"/>
    public bool Note(long position)
    {
        long requested = Volatile.Read(ref _requested);
        while (requested < position)
        {
            long seen = Interlocked.CompareExchange(ref _requested, position, requested);
            if (seen == requested)
                return true;
            requested = seen;
        }
        return false;
    }

    /// <summary>Completes when everything up to a position is synced. Fails if the store fails first.</summary>
    public Task WhenDurableAsync(long position, CancellationToken cancellation) => _commits.WaitAsync(position, cancellation);

    /// <summary>Completes when everything up to a position is written, or the store fails.</summary>
    public Task WhenWrittenAsync(long position, CancellationToken cancellation) => _writes.WaitAsync(position, cancellation);

    /// <summary>Records that everything up to a position is written.</summary>
    public void ReachWritten(long position)
    {
        Volatile.Write(ref _written, position);
        _writes.Reach(position);
    }

    /// <summary>Records that everything up to a position is synced.</summary>
    public void ReachDurable(long position)
    {
        Volatile.Write(ref _durable, position);
        _commits.Reach(position);
    }

    /// <summary>Fails all waits for durable positions, and ends all waits for written positions. Call when the store has failed.</summary>
    public void Fail(StoreFailedException failure)
    {
        _commits.Fail(failure);
        _writes.Reach(long.MaxValue);
    }
}
