namespace Amqp.Server.Broker.Routing;

/// <summary>Guards the exchanges and bindings of a virtual host: held shared to route, exclusively to change them.</summary>
/// <remarks>Thread-safe. Each method that takes the lock returns a value that releases the lock when disposed.</remarks>
internal sealed class TopologyLock : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private int _version;
    private int _declarations;

    /// <summary>Changes whenever a route may have changed. A cached route is valid while this value stays the same.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Invalidates every cached route.</summary>
    public void ForgetRoutes() => Interlocked.Increment(ref _version);

    /// <summary>
    /// Changes whenever a queue or an exchange is declared. If routing looked up a queue or an exchange that did not exist, the cached
    /// route is valid only until this value or <see cref="Version"/> changes.
    /// </summary>
    public int Declarations => Volatile.Read(ref _declarations);

    /// <summary>
    /// Invalidates the cached routes that looked up a queue or an exchange that did not exist. A new queue or exchange has no bindings yet,
    /// so it changes no other route.
    /// </summary>
    public void ForgetMisses() => Interlocked.Increment(ref _declarations);

    /// <summary>Takes the lock shared, to route or read.</summary>
    public Shared Share()
    {
        _lock.EnterReadLock();
        return new Shared(_lock);
    }

    /// <summary>
    /// Takes the lock exclusively, for a possible change. After a change, the caller calls <see cref="ForgetRoutes"/> or
    /// <see cref="ForgetMisses"/>.
    /// </summary>
    public Exclusive Hold()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: false);
    }

    /// <summary>Takes the lock exclusively, for a change. The release of the lock invalidates every cached route.</summary>
    public Exclusive Change()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The lock, held shared with other readers.</summary>
    public readonly ref struct Shared(ReaderWriterLockSlim heldLock) : IDisposable
    {
        public void Dispose() => heldLock.ExitReadLock();
    }

    /// <summary>The lock, held exclusively.</summary>
    public readonly ref struct Exclusive(TopologyLock held, bool forgetsRoutes) : IDisposable
    {
        public void Dispose()
        {
            if (forgetsRoutes)
                held.ForgetRoutes();
            held._lock.ExitWriteLock();
        }
    }
}
