namespace Amqp.Server.Transport;

/// <summary>Work that a <see cref="SocketLoop"/> does after it has served all sockets that are ready.</summary>
internal interface IDeferredWork
{
    /// <summary>Does the work. Called on the loop's thread.</summary>
    void Run();
}
