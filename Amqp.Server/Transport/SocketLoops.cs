using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Transport;

/// <summary>The loops that serve connections over TCP: one at low load, up to one for each processor at high load. Thread-safe.</summary>
/// <remarks>
/// One loop wakes up less often for the same work, because it finds more sockets ready. At full load, one loop would limit the rate. So
/// all connections begin on the first loop. A loop that does not sleep gives half of its work to another loop. When the first loop could do
/// all work again, it gets all connections back.
/// </remarks>
internal sealed class SocketLoops(ContainedFaults faults) : IDisposable
{
    // A loop that is busier than this gives work away.
    private const int Overload = LoopLoad.Full * 85 / 100;

    // If two loops together are less busy than this, one of them can do the work.
    private const int Calm = LoopLoad.Full * 55 / 100;

    // The number of windows for which the load must stay low before connections return to the first loop.
    private const int CalmWindows = 20;

    private readonly Lock _lock = new();
    private readonly List<SocketLoop> _loops = []; // guarded by the lock
    private SocketLoop[] _running = []; // copy of _loops, replaced under the lock
    private bool _isDisposed;

    /// <summary>The open connections.</summary>
    public LoopConnections Connections { get; } = new();

    /// <summary>The loops that have a thread.</summary>
    public IReadOnlyList<SocketLoop> Running => Volatile.Read(ref _running);

    /// <summary>Returns the loop on which new connections begin.</summary>
    public SocketLoop First() => Running is [var first, ..] ? first : StartFirst();

    /// <summary>Moves connections of a loop, if it has too much or too little work. Called by the loop at the end of each window.</summary>
    public void Balance(SocketLoop loop)
    {
        int busy = loop.Load.Busy;
        if (busy >= Overload && loop.Load.Served.Count > 1)
        {
            loop.CalmWindows = 0;
            var target = LeastBusy(loop);
            if (target is null || target.Load.Busy > busy / 2)
                target = StartLoop() ?? target;
            if (target is not null && target.Load.Busy <= busy / 2)
                GiveAway(loop, target);
        }
        else if (loop.Number > 0 && busy + First().Load.Busy < Calm)
        {
            if (++loop.CalmWindows >= CalmWindows)
                ReturnAll(loop);
        }
        else
        {
            loop.CalmWindows = 0;
        }
    }

    /// <summary>Ends the loops.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isDisposed = true;
        foreach (var loop in Running)
            loop.Dispose();
    }

    private SocketLoop StartFirst()
    {
        lock (_lock) // two listeners may accept their first connections at the same time
            return _loops.Count > 0 ? _loops[0] : StartLoop()!;
    }

    /// <summary>Starts another loop. Returns null if there is one for each processor.</summary>
    private SocketLoop? StartLoop()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_loops.Count >= Environment.ProcessorCount)
                return null;
            var loop = new SocketLoop(this, faults, _loops.Count);
            _loops.Add(loop);
            Volatile.Write(ref _running, [.. _loops]);
            loop.Start();
            return loop;
        }
    }

    private SocketLoop? LeastBusy(SocketLoop except) => Running.Where(loop => loop != except).MinBy(loop => loop.Load.Busy);

    /// <summary>Moves connections, so that both loops have about the same work.</summary>
    private static void GiveAway(SocketLoop from, SocketLoop to)
    {
        long rest = from.Load.Served.Sum(connection => connection.Load) * (from.Load.Busy - to.Load.Busy) / Math.Max(1, from.Load.Busy) / 2;
        // Every second connection first: publishers are often ready together, so that one loop would get all of them.
        for (int start = 1; start >= 0; start--)
        {
            for (int i = start; i < from.Load.Served.Count; i += 2)
            {
                var connection = from.Load.Served[i];
                if (connection.Load > rest)
                    continue;
                rest -= connection.Load;
                connection.MoveTo(to);
            }
        }
    }

    private void ReturnAll(SocketLoop from)
    {
        from.CalmWindows = 0;
        foreach (var connection in Connections.All)
        {
            if (connection.Loop == from)
                connection.MoveTo(First());
        }
    }
}
