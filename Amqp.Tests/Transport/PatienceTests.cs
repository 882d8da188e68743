using System.Net.Sockets;
using Amqp.Server.Transport;
using Amqp.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Transport;

/// <summary>Connections whose octets may wait until their thread wakes up for another reason.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public sealed class PatienceTests
{
    private LoopServer _server = null!;
    private Socket _client = null!;
    private LoopConnection _connection = null!;

    [SetUp]
    public async Task Connect()
    {
        _server = await LoopServer.StartAsync();
        (_client, var connection) = await _server.ConnectAsync();
        _connection = (LoopConnection)connection;
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Octets_of_a_patient_connection_are_read_even_if_nothing_else_happens()
    {
        var read = BeginRead();
        _connection.BeginPatience();

        await _client.SendAsync("abc"u8.ToArray());

        Assert.That((await read).Buffer.Length, Is.EqualTo(3));
        await Eventually.Holds(() => !_connection.IsPatient, () => "nothing else wakes the thread, but the connection is patient");
    }

    [Test]
    public async Task Octets_of_a_patient_connection_are_read_when_the_patience_ends()
    {
        var read = BeginRead();
        _connection.BeginPatience();
        await _client.SendAsync("abc"u8.ToArray());

        _connection.EndPatience();

        Assert.That((await read).Buffer.Length, Is.EqualTo(3));
    }

    [Test]
    public async Task All_octets_of_a_patient_connection_are_read_while_another_connection_wakes_the_thread()
    {
        var (other, connection) = await _server.ConnectAsync();
        _ = ReadAllAsync(connection);
        var patient = ReadAllAsync(_connection);

        for (int i = 0; i < 1_000; i++)
        {
            if (i % 10 == 0)
                _connection.BeginPatience();
            await _client.SendAsync(new byte[1]);
            await other.SendAsync(new byte[1]);
        }
        _client.Shutdown(SocketShutdown.Send);

        Assert.That(await patient, Is.EqualTo(1_000));
        other.Dispose();
    }

    [Test]
    public async Task A_send_that_waits_ends_the_patience()
    {
        _connection.BeginPatience();

        while (_connection.DirectOutput.SendAsync(new byte[1 << 20]).IsCompleted)
        {
            // until the socket's buffers are full
        }

        Assert.That(_connection.IsPatient, Is.False);
    }

    [Test]
    public async Task A_patient_connection_that_the_client_closes_ends()
    {
        var read = BeginRead();
        _connection.BeginPatience();

        _client.Shutdown(SocketShutdown.Both);

        Assert.That((await read).IsCompleted);
    }

    private ValueTask<System.IO.Pipelines.ReadResult> BeginRead() => _connection.Transport.Input.ReadAsync();

    private static async Task<long> ReadAllAsync(ConnectionContext connection)
    {
        for (long octets = 0; ;)
        {
            var result = await connection.Transport.Input.ReadAsync();
            octets += result.Buffer.Length;
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return octets;
        }
    }
}
