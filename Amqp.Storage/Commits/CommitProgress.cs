using Amqp.Storage.Faults;

namespace Amqp.Storage.Commits;

/// <summary>How far the log is written and synced, how far it is asked to be, and who waits for either. Thread-safe; only the committer moves it on.</summary>
internal sealed class CommitProgress(CommitSignal signal)
{
    private readonly CommitWaiters _commits = new();
    private readonly CommitWaiters _room = new();
    private long _requested; // changed with Interlocked
    private long _written;
    private long _durable;

    /// <summary>Everything before this position is in the operating system's hands.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Everything before this position survives a power cut.</summary>
    public long Durable => Volatile.Read(ref _durable);

    /// <summary>True when somebody waits for a sync.</summary>
    public bool IsAsked => Volatile.Read(ref _requested) > Durable;

    /// <summary>Asks for everything up to a position to be synced soon.</summary>
    /// <param name="position">Not behind the end of the log.</param>
    public void Request(long position)
    {
        long requested = Volatile.Read(ref _requested);
        while (requested < position)
        {
            long seen = Interlocked.CompareExchange(ref _requested, position, requested);
            if (seen == requested)
            {
                signal.Wake();
                return;
            }
            requested = seen;
        }
    }

    /// <summary>Completes when everything up to a position is synced; fails when it never will be.</summary>
    public Task WhenDurableAsync(long position, CancellationToken cancellation) => _commits.WaitAsync(position, cancellation);

    /// <summary>Completes when everything up to a position is written, or never will be.</summary>
    public Task WhenWrittenAsync(long position, CancellationToken cancellation) => _room.WaitAsync(position, cancellation);

    /// <summary>Everything up to a position is written.</summary>
    public void ReachWritten(long position)
    {
        Volatile.Write(ref _written, position);
        _room.Reach(position);
    }

    /// <summary>Everything up to a position is synced.</summary>
    public void ReachDurable(long position)
    {
        Volatile.Write(ref _durable, position);
        _commits.Reach(position);
    }

    /// <summary>Nothing is made durable any more.</summary>
    public void Fail(StoreFailedException failure)
    {
        _commits.Fail(failure);
        _room.Reach(long.MaxValue);
    }
}
