using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Transport;

/// <summary>What a connection receives, and how its input ends.</summary>
[CancelAfter(60_000)]
public sealed class LoopInputTests : LoopConnectionTests
{
    private PipeReader Input => Connection.Transport.Input;

    [Test]
    public async Task Octets_arrive_in_order_in_however_many_pieces_they_are_sent([Values(1, 7, 1_000, 70_000)] int piece)
    {
        byte[] sent = RandomNumbers(300_000);
        var sending = Task.Run(async () =>
        {
            for (int at = 0; at < Math.Min(sent.Length, piece * 1_000); at += piece)
                await Client.SendAsync(sent.AsMemory(at, Math.Min(piece, sent.Length - at)));
            Client.Shutdown(SocketShutdown.Send);
        });

        byte[] received = await ReadToEndAsync();

        await sending;
        Assert.That(received, Is.EqualTo(sent[..received.Length]));
        Assert.That(received, Has.Length.EqualTo(Math.Min(sent.Length, piece * 1_000)));
    }

    [Test]
    public async Task Octets_that_are_not_consumed_stay_in_one_piece_with_those_that_follow([Values(10, 100_000, 1_000_000)] int length)
    {
        byte[] sent = RandomNumbers(length);
        var sending = Task.Run(async () => await Client.SendAsync(sent));

        var result = await Input.ReadAsync();
        while (result.Buffer.Length < length)
        {
            Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await Input.ReadAsync();
        }

        await sending;
        Assert.That(result.Buffer.IsSingleSegment);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo(sent));
    }

    [Test]
    public async Task Octets_that_are_not_examined_are_returned_at_once_by_the_next_read()
    {
        await Client.SendAsync("abc"u8.ToArray());
        var first = await Input.ReadAsync();
        Input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.GetPosition(1));

        var second = Input.ReadAsync();

        Assert.That(second.IsCompletedSuccessfully);
        Assert.That((await second).Buffer.ToArray(), Is.EqualTo("bc"u8.ToArray()));
    }

    [Test]
    public async Task A_connection_that_waits_for_octets_has_no_buffer()
    {
        await Client.SendAsync("abc"u8.ToArray());
        var result = await Input.ReadAsync();
        Assert.That(Server.Blocks.FreeBlocks, Is.Zero);

        Input.AdvanceTo(result.Buffer.End);
        var waiting = Input.ReadAsync();

        Assert.That(waiting.IsCompleted, Is.False);
        Assert.That(Server.Blocks.FreeBlocks, Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancelled_read_returns_at_once_and_the_next_read_gets_the_octets()
    {
        var waiting = Input.ReadAsync();
        Input.CancelPendingRead();
        Assert.That((await waiting).IsCanceled);

        await Client.SendAsync("abc"u8.ToArray());

        var result = await Input.ReadAsync();
        Assert.That(result.IsCanceled, Is.False);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abc"u8.ToArray()));
    }

    [Test]
    public async Task A_read_ends_when_its_token_is_cancelled_and_the_next_read_gets_the_octets()
    {
        using var limit = new CancellationTokenSource();
        var waiting = Input.ReadAsync(limit.Token);
        await limit.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());

        await Client.SendAsync("abc"u8.ToArray());

        Assert.That((await Input.ReadAsync()).Buffer.ToArray(), Is.EqualTo("abc"u8.ToArray()));
    }

    [Test]
    public async Task When_the_client_resets_the_connection_the_read_fails_and_the_connection_counts_as_closed()
    {
        var waiting = Input.ReadAsync();

        Client.LingerState = new LingerOption(enable: true, seconds: 0);
        Client.Close();

        Assert.That(async () => await waiting, Throws.InstanceOf<ConnectionResetException>());
        await ClosedAsync();
    }

    [Test]
    public async Task A_client_that_closes_its_side_while_nobody_reads_is_noticed_and_its_last_octets_are_read_later()
    {
        await Client.SendAsync("abc"u8.ToArray());
        Client.Shutdown(SocketShutdown.Send);

        await ClosedAsync();

        Assert.That(await ReadToEndAsync(), Is.EqualTo("abc"u8.ToArray()));
    }

    [Test]
    public async Task A_client_that_resets_the_connection_while_nobody_reads_is_noticed()
    {
        Client.LingerState = new LingerOption(enable: true, seconds: 0);
        Client.Close();

        await ClosedAsync();

        Assert.That(async () => await Input.ReadAsync(), Throws.InstanceOf<ConnectionResetException>());
    }

    [Test]
    public async Task An_abort_ends_the_read_and_the_client_sees_the_end()
    {
        var waiting = Input.ReadAsync();

        Connection.Abort();

        Assert.That(async () => await waiting, Throws.InstanceOf<ConnectionAbortedException>());
        Assert.That(await Client.ReceiveAsync(new byte[1]), Is.Zero);
        await ClosedAsync();
    }

    [Test]
    public async Task A_closed_connection_is_forgotten_and_leaves_no_buffer()
    {
        await Client.SendAsync("abc"u8.ToArray());
        var result = await Input.ReadAsync();
        Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);

        await Connection.DisposeAsync();

        Assert.That(Server.Loops.Connections.All, Is.Empty);
        Assert.That(Server.Blocks.FreeBlocks, Is.EqualTo(1));
    }

    private async Task ClosedAsync()
    {
        var closed = new TaskCompletionSource();
        await using var registration = Connection.ConnectionClosed.Register(closed.SetResult);
        await closed.Task;
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        var received = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await Input.ReadAsync();
            foreach (var piece in result.Buffer)
                received.Write(piece.Span);
            Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return received.WrittenSpan.ToArray();
        }
    }

    private static byte[] RandomNumbers(int length)
    {
        byte[] octets = new byte[length];
        new Random(1).NextBytes(octets);
        return octets;
    }
}
