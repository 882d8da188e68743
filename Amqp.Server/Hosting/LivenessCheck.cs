using System.Net.Sockets;
using Amqp.Server.Broker;
using Amqp.Server.Transport;

namespace Amqp.Server.Hosting;

/// <summary>Checks that locks can be taken and that the socket threads respond. If the broker hangs, the check never completes.</summary>
/// <remarks>
/// The check does not use the disk, because restarting the broker would not repair a disk. The check changes no counts and logs nothing.
/// </remarks>
internal sealed class LivenessCheck(MessageBroker broker, SocketLoops loops)
{
    /// <summary>Completes when each lock has been taken and each thread has responded.</summary>
    public async Task RunAsync()
    {
        TakeLocks();
        // .NET has one socket thread per processor, and assigns sockets to these threads in turn.
        for (int i = 0; i < Environment.ProcessorCount; i++)
            await RespondAsync();
        foreach (var loop in loops.Running)
            await loop.RespondAsync();
    }

    private void TakeLocks()
    {
        foreach (var host in broker.VirtualHosts.All)
        {
            host.Routing.Lock.Share().Dispose();
            foreach (var queue in host.Queues)
                _ = queue.Counts; // takes the queue's lock
        }
    }

    /// <summary>Sends a datagram to a new socket and receives it. Completes only if the thread of the socket responds.</summary>
    private static async Task RespondAsync()
    {
        var self = new UnixDomainSocketEndPoint($"\0amqpbroker-{Guid.NewGuid():n}"); // an abstract address in Linux, which needs no file
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(self);
        var receive = socket.ReceiveAsync(new byte[1].AsMemory());
        socket.SendTo([1], self);
        await receive;
        await Task.Yield(); // leaves the socket's thread, which must not block
    }
}
