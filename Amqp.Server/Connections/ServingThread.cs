using System.Diagnostics;
using Amqp.Server.Transport;
using Amqp.Storage;

namespace Amqp.Server.Connections;

/// <summary>The thread that serves a connection, and its time for work other than this connection's. Owned by the read loop.</summary>
/// <param name="socket">The connection's socket; null if another transport serves it.</param>
internal sealed class ServingThread(LoopConnection? socket)
{
    /// <summary>True if the thread serves so few connections that it may wait for the disk.</summary>
    public bool MayWait => socket?.Loop?.Load.IsQuiet == true;

    /// <summary>Makes the log durable up to a position, on this thread. A wake-up of the store's thread would take longer.</summary>
    public void Commit(IMessageStore store, long position)
    {
        long started = Stopwatch.GetTimestamp();
        store.CommitHere(position);
        socket?.Loop?.Load.NoteBlocked(Stopwatch.GetTimestamp() - started);
    }
}
