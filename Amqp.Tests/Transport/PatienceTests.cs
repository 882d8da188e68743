using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Transport;

/// <summary>Connections whose octets may wait until their thread wakes up for another reason.</summary>
[CancelAfter(60_000)]
public sealed class PatienceTests : LoopConnectionTests
{
    [Test]
    public async Task Octets_of_a_patient_connection_are_read_even_if_nothing_else_happens()
    {
        var read = BeginRead();
        Connection.BeginPatience();

        await Client.SendAsync("abc"u8.ToArray());

        Assert.That((await read).Buffer.Length, Is.EqualTo(3));
    }

    [Test]
    public async Task Octets_of_a_patient_connection_are_read_after_other_connections_have_become_silent()
    {
        var (other, connection) = await Server.ConnectAsync();
        _ = ReadAllAsync(connection);
        Connection.BeginPatience();
        for (int i = 0; i < 100; i++)
            await other.SendAsync(new byte[1]);
        await Task.Delay(20); // longer than the octets of a patient connection may wait
        var read = BeginRead();

        await Client.SendAsync("abc"u8.ToArray());

        Assert.That((await read).Buffer.Length, Is.EqualTo(3));
        Assert.That(Connection.IsPatient);
        other.Dispose();
    }

    [Test]
    public async Task Octets_of_a_patient_connection_are_read_when_the_patience_ends()
    {
        var read = BeginRead();
        Connection.BeginPatience();
        await Client.SendAsync("abc"u8.ToArray());

        Connection.EndPatience();

        Assert.That((await read).Buffer.Length, Is.EqualTo(3));
    }

    [Test]
    public async Task All_octets_of_a_patient_connection_are_read_while_another_connection_wakes_the_thread()
    {
        var (other, connection) = await Server.ConnectAsync();
        _ = ReadAllAsync(connection);
        var patient = ReadAllAsync(Connection);

        for (int i = 0; i < 1_000; i++)
        {
            if (i % 10 == 0)
                Connection.BeginPatience();
            await Client.SendAsync(new byte[1]);
            await other.SendAsync(new byte[1]);
        }
        Client.Shutdown(SocketShutdown.Send);

        Assert.That(await patient, Is.EqualTo(1_000));
        other.Dispose();
    }

    [Test]
    public async Task A_send_that_waits_ends_the_patience()
    {
        Connection.BeginPatience();

        while (Connection.DirectOutput.SendAsync(new byte[1 << 20]).IsCompleted)
        {
            // until the socket's buffers are full
        }

        Assert.That(Connection.IsPatient, Is.False);
    }

    [Test]
    public async Task A_patient_connection_that_the_client_closes_ends()
    {
        var read = BeginRead();
        Connection.BeginPatience();

        Client.Shutdown(SocketShutdown.Both);

        Assert.That((await read).IsCompleted);
    }

    private ValueTask<System.IO.Pipelines.ReadResult> BeginRead() => Connection.Transport.Input.ReadAsync();

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
