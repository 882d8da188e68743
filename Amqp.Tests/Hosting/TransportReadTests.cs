using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Amqp.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Amqp.Tests.Hosting;

/// <summary>Kestrel's sockets use the broker's memory pool. With Kestrel's own pool, a receive would read at most 4 KiB.</summary>
public class TransportReadTests
{
    [Test]
    public async Task A_socket_receives_into_blocks_of_64_KiB()
    {
        using var pools = new TransportMemoryPoolFactory(TimeProvider.System);
        var received = new TaskCompletionSource<int>();
        await using WebApplication app = Build(pools, async connection =>
        {
            ReadResult read = await connection.Transport.Input.ReadAsync();
            received.SetResult(MemoryMarshal.TryGetArray(read.Buffer.First, out ArraySegment<byte> segment) ? segment.Array!.Length : 0);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }, out Func<int> port);
        await app.StartAsync();

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port());
        await client.GetStream().WriteAsync(new byte[1_000]);

        Assert.That(await received.Task.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(TransportMemoryPool.BlockSize));
    }

    private static WebApplication Build(TransportMemoryPoolFactory pools, Func<ConnectionContext, Task> handler, out Func<int> port)
    {
        IPEndPoint? bound = null;
        port = () => bound!.Port;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(pools));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            listen.Run(handler)));
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endPoint =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        });
        return builder.Build();
    }
}
