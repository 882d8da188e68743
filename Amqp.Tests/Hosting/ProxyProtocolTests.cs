using System.Net.Security;
using System.Net.Sockets;
using Amqp.Protocol;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;
using RabbitMQ.Client;

namespace Amqp.Tests.Hosting;

public class ProxyProtocolTests
{
    private static readonly byte[] _header = "PROXY TCP4 192.0.2.1 192.0.2.2 41000 5672\r\n"u8.ToArray();

    [Test]
    public async Task A_connection_has_the_address_that_the_proxy_names()
    {
        await using var broker = await BrokerInProcess.StartAsync("proxy_protocol = true", "loopback_users = none");
        var factory = broker.Factory();
        factory.SocketFactory = _ => new HeaderSendingClient(_header);

        await using var connection = await BrokerInProcess.ConnectAsync(factory);

        Assert.That(broker.Log, Has.Some.StartsWith("192.0.2.1:41000 -> 192.0.2.2:5672: user 'guest' opened"));
        var origin = broker.Connections.All.Single().Client!.Origin;
        Assert.That((origin.PeerHost, origin.PeerPort, origin.Host, origin.Port), Is.EqualTo(("192.0.2.1", 41_000, "192.0.2.2", 5_672)));
    }

    [Test]
    public async Task Who_comes_through_a_proxy_from_afar_is_not_on_this_machine()
    {
        await using var broker = await BrokerInProcess.StartAsync("proxy_protocol = true");
        var factory = broker.Factory();
        factory.SocketFactory = _ => new HeaderSendingClient(_header);

        Assert.That(() => factory.CreateConnectionAsync(), Throws.Exception);
        Assert.That(broker.Log, Has.Some.Contains("user 'guest' can only connect via localhost"));
    }

    [Test]
    public async Task The_header_comes_ahead_of_tls()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            [.. authority.Settings, "proxy_protocol = true", "loopback_users = none"]);
        using var client = new TcpClient("127.0.0.1", broker.TlsPort);
        await client.GetStream().WriteAsync(_header);

        await using var stream = new SslStream(
            client.GetStream(), leaveInnerStreamOpen: true, (_, certificate, _, _) => certificate?.Issuer == TestAuthority.Name);
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync(ProtocolHeader.Amqp091.ToArray());

        Assert.That(stream.ReadByte(), Is.EqualTo((int)FrameType.Method));
    }

    [Test]
    public async Task A_connection_without_a_header_is_closed()
    {
        await using var broker = await BrokerInProcess.StartAsync("proxy_protocol = true");
        using var client = new TcpClient("127.0.0.1", broker.Port);

        await client.GetStream().WriteAsync(ProtocolHeader.Amqp091.ToArray());

        Assert.That(await ReadAsync(client), Is.Zero);
        Assert.That(broker.Log, Has.Some.Contains("it does not begin with a header of the PROXY protocol"));
    }

    [Test]
    public async Task A_header_that_never_ends_is_not_waited_for()
    {
        await using var broker = await BrokerInProcess.StartAsync("proxy_protocol = true", "handshake_timeout = 300");
        using var client = new TcpClient("127.0.0.1", broker.Port);

        await client.GetStream().WriteAsync(_header.AsMemory(0, 10));

        Assert.That(await ReadAsync(client), Is.Zero);
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await client.GetStream().ReadAsync(new byte[100], limit.Token);
        }
        catch (IOException)
        {
            return 0; // 0 means that the broker has reset the connection
        }
    }

    /// <summary>A socket for the client library. It sends a PROXY header before the library sends anything.</summary>
    private sealed class HeaderSendingClient(byte[] header) : ITcpClient
    {
        private readonly TcpClientAdapter _inner = new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

        public bool Connected => _inner.Connected;

        public TimeSpan ReceiveTimeout
        {
            get => _inner.ReceiveTimeout;
            set => _inner.ReceiveTimeout = value;
        }

        public Socket Client => _inner.Client;

        public async Task ConnectAsync(System.Net.IPAddress host, int port, CancellationToken cancellationToken = default)
        {
            await _inner.ConnectAsync(host, port, cancellationToken);
            await Client.SendAsync(header, cancellationToken);
        }

        public NetworkStream GetStream() => _inner.GetStream();

        public void Close() => _inner.Close();

        public void Dispose() => _inner.Dispose();
    }
}
