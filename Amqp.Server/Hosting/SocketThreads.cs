namespace Amqp.Server.Hosting;

/// <summary>
/// Makes .NET run the code that handles a socket on the thread that found the socket ready. Reading, routing, delivering and sending need
/// no hop to the thread pool.
/// </summary>
/// <remarks>
/// <para>The gain was measured on two cores that the load tool shares, with 20,000 single messages per second. With the hops a message
/// takes 51 us of CPU, without the hops 18 us. With the hops 99 % of the messages arrive within 1.4 ms, without the hops within 0.5 ms.
/// </para>
/// <para>Each processor has one such thread, so code on these threads must not block. Requests to the management port run on the thread
/// pool and stay there after every await (<see cref="Management.Http.ThreadPoolContext"/>).</para>
/// </remarks>
internal static class SocketThreads
{
    /// <summary>
    /// Sets the environment variable that makes .NET complete a socket operation on the thread that found the socket ready. Call before any
    /// socket is used: .NET reads the variable once, with the first socket.
    /// </summary>
    public static void CarryWork() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
