using System.Net.Sockets;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Transport;

/// <summary>What a connection sends, also to a client that does not read.</summary>
[CancelAfter(60_000)]
public sealed class LoopOutputTests : LoopConnectionTests
{
    private LoopOutput Output => Connection.DirectOutput;

    [Test]
    public async Task A_send_to_a_client_that_does_not_read_waits_until_it_reads()
    {
        byte[] octets = new byte[1 << 20];
        new Random(1).NextBytes(octets);
        var (waiting, accepted) = await FillAsync(octets);

        byte[] received = new byte[accepted];
        int read = 0;
        while (read < accepted)
            read += await Client.ReceiveAsync(received.AsMemory(read));

        Assert.That(await waiting, Is.Positive);
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, accepted).Select(at => octets[at % octets.Length]).ToArray()));
    }

    [Test]
    public async Task A_send_that_waits_does_not_keep_other_connections_from_being_served()
    {
        var (waiting, _) = await FillAsync(new byte[1 << 20]);
        var (client, connection) = await Server.ConnectAsync();

        await client.SendAsync(new byte[1]);

        Assert.That((await connection.Transport.Input.ReadAsync()).Buffer.Length, Is.EqualTo(1));
        Assert.That(waiting.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_send_that_waits_fails_when_the_client_resets_the_connection()
    {
        var (waiting, _) = await FillAsync(new byte[1 << 20]);

        Client.LingerState = new LingerOption(enable: true, seconds: 0);
        Client.Close();

        Assert.That(async () => await waiting, Throws.InstanceOf<IOException>());
        Assert.That(async () => await Output.SendAsync(new byte[1]), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_send_that_waits_fails_when_the_broker_aborts_the_connection()
    {
        var (waiting, _) = await FillAsync(new byte[1 << 20]);

        Connection.Abort();

        Assert.That(async () => await waiting, Throws.InstanceOf<ConnectionAbortedException>());
    }

    [Test]
    public async Task A_send_on_a_closed_connection_fails()
    {
        await Connection.DisposeAsync();

        Assert.That(async () => await Output.SendAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>Sends until the socket's buffers are full, each time from where the last send has ended.</summary>
    private async Task<(Task<int> Waiting, int Accepted)> FillAsync(byte[] octets)
    {
        for (int accepted = 0; ;)
        {
            var send = Output.SendAsync(octets.AsMemory(accepted % octets.Length));
            if (!send.IsCompleted)
                return (send.AsTask(), accepted);
            accepted += await send;
        }
    }
}
