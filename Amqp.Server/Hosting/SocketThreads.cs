namespace Amqp.Server.Hosting;

/// <summary>
/// Makes .NET process received data on the thread that polls the sockets. On the thread pool, a message would take three times the CPU
/// time.
/// </summary>
/// <remarks>
/// There is one polling thread for each processor, so code on these threads must not block. Requests to the management port run on the
/// thread pool (<see cref="Management.Http.ThreadPoolContext"/>).
/// </remarks>
internal static class SocketThreads
{
    /// <summary>
    /// Sets .NET's environment variable for inline completions of sockets. Call before a socket is created: .NET reads the variable once.
    /// </summary>
    public static void CarryWork() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
