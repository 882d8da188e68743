namespace Amqp.Server.Broker.Routing;

/// <summary>Guards the exchanges and bindings of a virtual host: held shared to route, exclusively to change them.</summary>
/// <remarks>Thread-safe. Each way to take it returns what lets go of it when disposed of.</remarks>
internal sealed class TopologyLock : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private int _version;
    private int _declarations;

    /// <summary>Changes whenever a route may have changed: a remembered route is good for as long as this stays.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Has every route found anew.</summary>
    public void ForgetRoutes() => Interlocked.Increment(ref _version);

    /// <summary>Changes whenever a queue or an exchange has come: a remembered route that met a name which was not there is good for as long as this stays.</summary>
    public int Declarations => Volatile.Read(ref _declarations);

    /// <summary>Has those routes found anew that met a name which was not there. A new queue or exchange changes no other: nothing is bound to it yet.</summary>
    public void ForgetMisses() => Interlocked.Increment(ref _declarations);

    /// <summary>To read.</summary>
    public Shared Share()
    {
        _lock.EnterReadLock();
        return new Shared(_lock);
    }

    /// <summary>To change something perhaps: whoever does calls <see cref="ForgetRoutes"/> or <see cref="ForgetMisses"/>.</summary>
    public Exclusive Hold()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: false);
    }

    /// <summary>To change something: routes are forgotten at the end.</summary>
    public Exclusive Change()
    {
        _lock.EnterWriteLock();
        return new Exclusive(this, forgetsRoutes: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The lock, held together with others who read.</summary>
    public readonly ref struct Shared(ReaderWriterLockSlim heldLock) : IDisposable
    {
        public void Dispose() => heldLock.ExitReadLock();
    }

    /// <summary>The lock, held alone.</summary>
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
