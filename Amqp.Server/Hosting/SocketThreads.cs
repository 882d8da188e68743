namespace Amqp.Server.Hosting;

/// <summary>
/// Makes .NET handle a socket on the thread that found the socket ready. A switch to the thread pool would triple the CPU time of a
/// message.
/// </summary>
/// <remarks>
/// Each processor has one such thread, so code on these threads must not block. Requests to the management port run on the thread pool
/// (<see cref="Management.Http.ThreadPoolContext"/>).
/// </remarks>
internal static class SocketThreads
{
    /// <summary>
    /// Sets .NET's environment variable for inline completions of sockets. Call before the first socket: .NET reads the variable once.
    /// </summary>
    public static void CarryWork() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
