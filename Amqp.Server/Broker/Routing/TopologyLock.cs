namespace Amqp.Server.Broker.Routing;

/// <summary>Guards the exchanges and bindings of a virtual host: shared for routing, exclusive for changes. Thread-safe.</summary>
/// <remarks>To release the lock, dispose of the value that was returned when the lock was taken.</remarks>
internal sealed class TopologyLock : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private int _version;
    private int _declarations;

    /// <summary>Changes whenever a route may have changed. A cached route is valid as long as this value is unchanged.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Invalidates every cached route.</summary>
    public void ForgetRoutes() => Interlocked.Increment(ref _version);

    /// <summary>Changes at each declaration. Cached routes are then invalid if a queue or an exchange of the route was missing.</summary>
    public int Declarations => Volatile.Read(ref _declarations);

    /// <summary>Invalidates the cached routes for which a queue or an exchange was missing. All other routes stay valid.</summary>
    public void ForgetMisses() => Interlocked.Increment(ref _declarations);

    /// <summary>Takes the lock shared, to route messages or to read.</summary>
    public Shared Share()
    {
        _lock.EnterReadLock();
        return new Shared(_lock);
    }

    /// <summary>
    /// Takes the lock exclusively. After a change, the caller calls <see cref="ForgetRoutes"/> or <see cref="ForgetMisses"/>.
    /// </summary>
    public Exclusive Hold()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: false);
    }

    /// <summary>Takes the lock exclusively, for a change. Releasing the lock invalidates every cached route.</summary>
    public Exclusive Change()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The lock while a thread holds it shared. Dispose releases the lock.</summary>
    public readonly ref struct Shared(ReaderWriterLockSlim heldLock) : IDisposable
    {
        public void Dispose() => heldLock.ExitReadLock();
    }

    /// <summary>The lock while a thread holds it exclusively. Dispose releases the lock.</summary>
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
