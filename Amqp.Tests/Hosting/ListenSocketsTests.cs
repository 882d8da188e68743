using System.Net;
using System.Net.Sockets;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using SocketOptions = Amqp.Server.Configuration.SocketOptions;

namespace Amqp.Tests.Hosting;

/// <summary>The broker binds its listening sockets and sets their options.</summary>
public class ListenSocketsTests
{
    [Test]
    public void Addresses_that_leave_the_port_to_the_system_get_the_same_one()
    {
        var sockets = new ListenSockets(new SocketOptions());
        IPEndPoint[] endPoints = [IPEndPoint.Parse("127.0.0.1:0"), IPEndPoint.Parse("127.0.0.2:0")];
        sockets.SharePort(endPoints);

        using Socket first = sockets.Bind(endPoints[0]);
        using Socket second = sockets.Bind(endPoints[1]);

        Assert.That(Port(second), Is.EqualTo(Port(first)));
    }

    [Test]
    public void A_taken_port_is_named_with_what_to_do_about_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        Assert.That(
            () => new ListenSockets(new SocketOptions()).Bind(taken.LocalEndpoint),
            Throws.InstanceOf<StartException>().With.Message.EqualTo(
                $"Cannot listen on {taken.LocalEndpoint}: the port is in use. Stop the program that "
                    + "uses the port, or choose another port with --port or --management-port."));
    }

    [Test]
    public void An_address_of_another_machine_is_named_with_what_to_do_about_it() =>
        Assert.That(
            () => new ListenSockets(new SocketOptions()).Bind(IPEndPoint.Parse("192.0.2.1:0")),
            Throws.InstanceOf<StartException>().With.Message.EqualTo(
                "Cannot listen on 192.0.2.1:0: this machine has no such address. Choose another with --bind."));

    [Test]
    public void Closing_frees_the_port()
    {
        var sockets = new ListenSockets(new SocketOptions());
        Socket socket = sockets.Bind(IPEndPoint.Parse("127.0.0.1:0"));
        var endPoint = (IPEndPoint)socket.LocalEndPoint!;
        socket.Listen();

        sockets.Close();

        using var next = new TcpListener(endPoint);
        Assert.That(next.Start, Throws.Nothing);
    }

    [Test]
    public void Socket_options_are_set()
    {
        using Socket socket = new ListenSockets(new SocketOptions { KeepAlive = true, SendBuffer = 32_768, ReceiveBuffer = 65_536 })
            .Bind(IPEndPoint.Parse("127.0.0.1:0"));

        Assert.That(socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Not.EqualTo(0));
        // Linux doubles the buffer sizes that a program requests.
        Assert.That((socket.SendBufferSize, socket.ReceiveBufferSize), Is.EqualTo((65_536, 131_072)).Or.EqualTo((32_768, 65_536)));
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    [Test]
    public void Where_the_shared_port_is_taken_at_one_address_it_gets_another()
    {
        var sockets = new ListenSockets(new SocketOptions());
        IPEndPoint[] endPoints = [IPEndPoint.Parse("127.0.0.1:0"), IPEndPoint.Parse("127.0.0.2:0")];
        sockets.SharePort(endPoints);

        using Socket first = sockets.Bind(endPoints[0]);
        using var taken = new TcpListener(IPAddress.Parse("127.0.0.2"), Port(first));
        taken.Start();
        using Socket second = sockets.Bind(endPoints[1]);

        Assert.That(Port(second), Is.Not.Zero.And.Not.EqualTo(Port(first)));
    }

    [Test]
    public void Listeners_of_another_kind_have_a_port_of_their_own()
    {
        var sockets = new ListenSockets(new SocketOptions());
        IPEndPoint amqp = IPEndPoint.Parse("127.0.0.1:0"), http = IPEndPoint.Parse("127.0.0.2:0");
        sockets.SharePort([amqp]);
        sockets.SharePort([http]);

        using Socket first = sockets.Bind(amqp);
        using var taken = new TcpListener(IPAddress.Parse("127.0.0.2"), Port(first));
        taken.Start();

        Assert.That(() => sockets.Bind(http).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Every_address_of_IPv6_is_every_address_of_IPv4_too()
    {
        Assume.That(Socket.OSSupportsIPv6);
        using Socket socket = new ListenSockets(new SocketOptions()).Bind(IPEndPoint.Parse("[::]:0"));

        Assert.That(socket.DualMode, Is.True);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "It has no such permissions.")]
    public void Anyone_may_connect_to_a_Unix_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"amqp-{Guid.NewGuid():n}.sock");
        using Socket socket = new ListenSockets(new SocketOptions()).Bind(new UnixDomainSocketEndPoint(path));

        if (!OperatingSystem.IsWindows())
            Assert.That(Convert.ToString((int)File.GetUnixFileMode(path), 8), Is.EqualTo("666"));
    }
}
