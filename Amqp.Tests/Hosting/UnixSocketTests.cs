using System.Net.Sockets;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Hosting;

/// <summary>Clients can use AMQP over a Unix socket.</summary>
public class UnixSocketTests
{
    private string _path = "";

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(Path.GetTempPath(), $"amqp-{Guid.NewGuid():n}.sock");

    [TearDown]
    public void DeletePath() => File.Delete(_path);

    [Test]
    public async Task A_client_logs_in_over_it_as_from_this_machine()
    {
        await using var broker = await BrokerInProcess.StartAsync($"amqp_unix_path = {_path}");

        await using var connection = await ConnectAsync();

        Assert.That(connection.IsOpen, Is.True, "guest may log in only from this machine");
        await Eventually.Holds(
            () => broker.Log.Any(
                line => line.StartsWith("unix:", StringComparison.Ordinal) && line.Contains(_path, StringComparison.Ordinal)),
            () => string.Join('\n', broker.Log));
    }

    [Test]
    public async Task What_a_killed_broker_left_there_is_in_nobodys_way()
    {
        using (var old = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            old.Bind(new UnixDomainSocketEndPoint(_path + ".old"));
            // the old socket does not delete this file: a socket deletes only the path that it was bound to
            File.Move(_path + ".old", _path);
        }
        Assert.That(File.Exists(_path), Is.True);

        await using var broker = await BrokerInProcess.StartAsync($"amqp_unix_path = {_path}");

        await using var connection = await ConnectAsync();
        Assert.That(connection.IsOpen, Is.True);
    }

    [Test]
    public async Task Where_another_listens_the_broker_does_not_start()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_path));
        other.Listen();

        Assert.That(
            () => BrokerInProcess.StartAsync($"amqp_unix_path = {_path}"),
            Throws.TypeOf<StartException>().With.Message.Contains(_path).And.Message.Contains("amqp_unix_path"));
    }

    [Test]
    public async Task A_file_at_the_path_that_is_no_socket_stops_the_start_and_is_kept()
    {
        await File.WriteAllTextAsync(_path, "of another program");

        Assert.That(
            () => BrokerInProcess.StartAsync($"amqp_unix_path = {_path}"),
            Throws.TypeOf<StartException>().With.Message.Contains(_path).And.Message.Contains("amqp_unix_path"));

        Assert.That(await File.ReadAllTextAsync(_path), Is.EqualTo("of another program"));
    }

    private async Task<IConnection> ConnectAsync()
    {
        var factory = new ConnectionFactory { SocketFactory = _ => new UnixClient(_path) };
        return await factory.CreateConnectionAsync();
    }

    /// <summary>Connects the client library to a Unix socket. By itself, the library supports only TCP.</summary>
    private sealed class UnixClient(string path) : ITcpClient
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public bool Connected => _socket.Connected;

        public TimeSpan ReceiveTimeout { get; set; }

        public Socket Client => _socket;

        public async Task ConnectAsync(System.Net.IPAddress host, int port, CancellationToken cancellationToken) =>
            await _socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);

        public NetworkStream GetStream() => new(_socket);

        public void Close() => _socket.Dispose();

        public void Dispose() => _socket.Dispose();
    }
}
