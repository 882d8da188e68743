namespace Amqp.Server.Broker.Routing;

/// <summary>
/// The lock that guards the exchanges and bindings of a virtual host. It is held shared to route messages, and exclusively to change
/// exchanges or bindings.
/// </summary>
/// <remarks>Thread-safe. Each method that takes the lock returns a value. Disposing of the value releases the lock.</remarks>
internal sealed class TopologyLock : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private int _version;
    private int _declarations;

    /// <summary>Changes whenever a route may have changed. A cached route is valid as long as this value is unchanged.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Invalidates every cached route.</summary>
    public void ForgetRoutes() => Interlocked.Increment(ref _version);

    /// <summary>
    /// Changes whenever a queue or an exchange is declared. If routing looked for a queue or an exchange that did not exist, its cached
    /// route is valid only until this value or <see cref="Version"/> changes.
    /// </summary>
    public int Declarations => Volatile.Read(ref _declarations);

    /// <summary>
    /// Invalidates the cached routes that looked for a queue or an exchange that did not exist. A new queue or exchange has no bindings
    /// yet, so all other routes stay valid.
    /// </summary>
    public void ForgetMisses() => Interlocked.Increment(ref _declarations);

    /// <summary>Takes the lock shared, to route messages or to read.</summary>
    public Shared Share()
    {
        _lock.EnterReadLock();
        return new Shared(_lock);
    }

    /// <summary>
    /// Takes the lock exclusively, for a change that is not certain yet. If the caller changes something, it calls
    /// <see cref="ForgetRoutes"/> or <see cref="ForgetMisses"/>.
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

    /// <summary>Represents the lock while it is held shared. Releases it when disposed of.</summary>
    public readonly ref struct Shared(ReaderWriterLockSlim heldLock) : IDisposable
    {
        public void Dispose() => heldLock.ExitReadLock();
    }

    /// <summary>Represents the lock while it is held exclusively. Releases it when disposed of.</summary>
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
