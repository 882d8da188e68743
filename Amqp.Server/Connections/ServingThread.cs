using System.Diagnostics;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Transport;
using Amqp.Storage;

namespace Amqp.Server.Connections;

/// <summary>The thread that serves a connection, and its time for work other than this connection's. Owned by the read loop.</summary>
/// <param name="socket">The connection's socket; null if another transport serves it.</param>
internal sealed class ServingThread(LoopConnection? socket) : IServingThread, IDeferredWork
{
    private IMessageStore? _store; // null unless a request is deferred; owned by the loop's thread, as is the next field
    private long _position;

    /// <inheritdoc/>
    public bool MayWait => socket?.Loop?.Load.IsQuiet == true;

    /// <inheritdoc/>
    /// <remarks>
    /// Publishers whose messages arrive together share one commit: otherwise the first message alone would get a commit of its own. And
    /// deliveries are sent before the commit: with 20 publishers, the wake-up of the store's thread delayed each delivery by 20 us.
    /// </remarks>
    public void RequestCommit(IMessageStore store, long position)
    {
        if (!MayWait && socket?.Loop?.TryDefer(this) == true)
            (_store, _position) = (store, Math.Max(position, _position)); // the channels' requests are not in the log's order
        else
            store.RequestCommit(position);
    }

    /// <summary>Makes the log durable up to a position, on this thread. A wake-up of the store's thread would take longer.</summary>
    public void Commit(IMessageStore store, long position)
    {
        long started = Stopwatch.GetTimestamp();
        store.CommitHere(position);
        socket?.Loop?.Load.NoteBlocked(Stopwatch.GetTimestamp() - started);
    }

    void IDeferredWork.Run()
    {
        _store?.RequestCommit(_position);
        _store = null;
    }
}
