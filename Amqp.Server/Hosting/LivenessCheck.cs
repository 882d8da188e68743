using System.Net.Sockets;
using Amqp.Server.Broker;

namespace Amqp.Server.Hosting;

/// <summary>Checks that locks can be taken and that the threads for sockets respond. If the broker hangs, the check does not end.</summary>
/// <remarks>
/// The check does not use the disk, because a restart does not repair a disk. The check publishes, logs and counts nothing.
/// </remarks>
internal sealed class LivenessCheck(MessageBroker broker)
{
    /// <summary>Ends once each lock was taken and each thread has responded.</summary>
    public async Task RunAsync()
    {
        TakeLocks();
        // .NET assigns sockets to its threads in turn, one thread for each processor.
        for (int i = 0; i < Environment.ProcessorCount; i++)
            await RespondAsync();
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

    /// <summary>Sends a datagram to a new socket and receives it, which needs the thread of that socket.</summary>
    private static async Task RespondAsync()
    {
        var self = new UnixDomainSocketEndPoint($"\0amqpbroker-{Guid.NewGuid():n}"); // in Linux's abstract namespace: no file is created
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(self);
        var receive = socket.ReceiveAsync(new byte[1].AsMemory());
        socket.SendTo([1], self);
        await receive;
        await Task.Yield(); // leaves the thread, which must not block
    }
}
