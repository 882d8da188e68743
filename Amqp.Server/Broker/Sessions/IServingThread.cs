using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The thread that serves a client. Decides when and where the commits are made that the client waits for.</summary>
internal interface IServingThread
{
    /// <summary>True if the thread serves so few clients that it may wait for the disk.</summary>
    bool MayWait { get; }

    /// <summary>Requests a commit up to a position: at once, or after the thread has served other clients that are ready.</summary>
    void RequestCommit(IMessageStore store, long position);
}
