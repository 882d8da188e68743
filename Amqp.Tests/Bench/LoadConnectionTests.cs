using System.Net;
using System.Net.Sockets;
using Amqp.Protocol;
using Amqp.Server.Bench;
using Amqp.Tests.Support;

namespace Amqp.Tests.Bench;

/// <summary>The load tool's connection to a broker. In these tests, a scripted server answers instead of a broker.</summary>
public sealed class LoadConnectionTests
{
    [Test]
    public async Task What_the_socket_does_not_take_at_once_goes_out_later_and_whole()
    {
        byte[] much = new byte[32 * 1024 * 1024]; // 32 MiB are more than the buffers of both sockets hold
        Random.Shared.NextBytes(much);
        using var listener = Listen(out BrokerAddress address);
        Task<byte[]> received = ServeAsync(listener, async stream =>
        {
            byte[] whole = new byte[much.Length];
            await stream.ReadExactlyAsync(whole);
            return whole;
        });

        using LoadConnection connection = LoadConnection.Open(address);
        connection.Send(much);

        Assert.That((await received).AsSpan().SequenceEqual(much), Is.True);
    }

    [Test]
    public async Task A_close_of_the_broker_is_told_with_its_text()
    {
        using var listener = Listen(out BrokerAddress address);
        Task served = ServeAsync(listener, async stream =>
        {
            await ReadFramesAsync(stream, 1); // the frame is basic.qos
            await stream.WriteAsync(Encoded.Frame(0, new ConnectionClose(320, "CONNECTION_FORCED - going home", 0, 0)));
            return true;
        });

        using LoadConnection connection = LoadConnection.Open(address);

        Assert.That(() => connection.Call<BasicQos, BasicQosOk>(default), Throws.TypeOf<LoadException>().With.Message.EqualTo(
            "the broker closed the connection: 320 CONNECTION_FORCED - going home"));
        await served;
    }

    [Test]
    public async Task Blocked_is_known_until_unblocked()
    {
        using var listener = Listen(out BrokerAddress address);
        Task served = ServeAsync(listener, async stream =>
        {
            await ReadFramesAsync(stream, 1); // the frame is basic.qos
            await stream.WriteAsync(
                Encoded.Frame(0, new ConnectionBlocked("low on memory")).Concat(Encoded.Frame(1, new BasicQosOk())).ToArray());
            await ReadFramesAsync(stream, 1); // the frame is confirm.select
            await stream.WriteAsync(Encoded.Frame(0, new ConnectionUnblocked()).Concat(Encoded.Frame(1, new ConfirmSelectOk())).ToArray());
            return true;
        });

        using LoadConnection connection = LoadConnection.Open(address);

        connection.Call<BasicQos, BasicQosOk>(default);
        Assert.That(connection.BlockedBy, Is.EqualTo("low on memory"));
        connection.Call<ConfirmSelect, ConfirmSelectOk>(default);
        Assert.That(connection.BlockedBy, Is.Null);
        await served;
    }

    [TestCase(0u, LoadConnection.DefaultFrameMax)]
    [TestCase(8_192u, 8_192)]
    [TestCase(1_048_576u, LoadConnection.DefaultFrameMax)]
    public async Task A_frame_is_as_long_as_both_ends_take_and_0_is_no_bound(uint frameMax, int agreed)
    {
        using var listener = Listen(out BrokerAddress address);
        byte[] tuneOk = [];
        Task served = ServeAsync(listener, _ => Task.FromResult(true), frameMax, onTuneOk: payload => tuneOk = payload);

        using LoadConnection connection = LoadConnection.Open(address);

        Assert.That(connection.FrameMax, Is.EqualTo(agreed));
        await served;
        var tune = MethodArguments.Read<ConnectionTuneOk>(tuneOk.AsSpan(4));
        Assert.That(
            (tune.ChannelMax, tune.FrameMax, tune.Heartbeat),
            Is.EqualTo(((ushort)2_047, (uint)agreed, (ushort)0)),
            "the load tool sends no heartbeats");
    }

    [TestCase("Broker", "1.2", "Broker 1.2")]
    [TestCase("Broker", null, "Broker")]
    [TestCase(null, null, "")]
    public async Task A_broker_is_called_what_it_calls_itself(string? product, string? version, string expected)
    {
        using var listener = Listen(out BrokerAddress address);
        FieldTable server = FieldTable.Empty;
        if (product is not null)
            server = server.With("product", FieldValue.FromString(product));
        if (version is not null)
            server = server.With("version", FieldValue.FromString(version));
        Task served = ServeAsync(listener, _ => Task.FromResult(true), server: server);

        using LoadConnection connection = LoadConnection.Open(address);

        Assert.That(connection.Product, Is.EqualTo(expected));
        await served;
    }

    [Test]
    public async Task A_channel_that_is_closed_or_a_socket_that_ends_is_told_as_what_it_is([Values] bool isChannel)
    {
        using var listener = Listen(out BrokerAddress address);
        Task served = ServeAsync(listener, async stream =>
        {
            await ReadFramesAsync(stream, 1); // the frame is basic.qos
            if (isChannel)
                await stream.WriteAsync(Encoded.Frame(1, new ChannelClose(404, "NOT_FOUND - no queue", 0, 0)));
            return true;
        });

        using LoadConnection connection = LoadConnection.Open(address);

        Assert.That(() => connection.Call<BasicQos, BasicQosOk>(default), Throws.TypeOf<LoadException>().With.Message.EqualTo(
            isChannel ? "the broker closed the channel: 404 NOT_FOUND - no queue" : $"{address} closed the connection without a reason"));
        await served;
    }

    [Test]
    public async Task A_producer_counts_what_was_confirmed_and_of_that_what_was_rejected()
    {
        using var listener = Listen(out BrokerAddress address);
        Task served = ServeAsync(listener, async stream =>
        {
            await ReadFramesAsync(stream, 1); // the frame is confirm.select
            await stream.WriteAsync(Encoded.Frame(1, new ConfirmSelectOk()));
            await ReadFramesAsync(stream, 7 * 3); // seven publishes, each of which has a method frame, a header frame and a body frame
            byte[][] replies =
            [
                Encoded.Frame(1, new BasicAck(2, Multiple: true)), Encoded.Frame(1, new BasicNack(5, Multiple: true, Requeue: false)),
                Encoded.Frame(1, new BasicNack(7, Multiple: false, Requeue: false)), Encoded.Frame(1, new BasicAck(6, Multiple: false)),
            ];
            await stream.WriteAsync(replies.SelectMany(reply => reply).ToArray());
            await ReadFramesAsync(stream, 1); // the frame is channel.close
            await stream.WriteAsync(Encoded.Frame(1, new ChannelCloseOk()));
            await ReadFramesAsync(stream, 1); // the frame is connection.close
            await stream.WriteAsync(Encoded.Frame(0, new ConnectionCloseOk()));
            return true;
        });
        var load = new Workload { Broker = address, Count = 15, Producers = 2, ConfirmWindow = 10 };
        var control = new LoadControl(TimeSpan.Zero);
        control.Begin();
        using var producer = new Producer(load, new LoadTopology(load), control, index: 1);
        Assert.That(producer.FinishedAt, Is.Zero);

        producer.Run();

        await served;
        Assert.That((producer.Published, producer.Confirmed, producer.Rejected), Is.EqualTo((7, 7, 4)), "7 of 15");
        Assert.That((producer.ConfirmLatencies.Count, producer.FinishedAt > 0), Is.EqualTo((7, true)));
    }

    private static TcpListener Listen(out BrokerAddress address)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address = new BrokerAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, "guest", "guest", "/");
        return listener;
    }

    /// <summary>Acts as a broker until the client has opened a channel. Then calls <paramref name="then"/>.</summary>
    private static async Task<T> ServeAsync<T>(
        TcpListener listener,
        Func<NetworkStream, Task<T>> then,
        uint frameMax = 131_072,
        FieldTable? server = null,
        Action<byte[]>? onTuneOk = null)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[ProtocolHeader.Size]);
        await stream.WriteAsync(
            Encoded.Frame(0, new ConnectionStart(0, 9, server ?? FieldTable.Empty, "PLAIN"u8.ToArray(), "en_US"u8.ToArray())));
        await ReadFramesAsync(stream, 1); // the frame is connection.start-ok
        await stream.WriteAsync(Encoded.Frame(0, new ConnectionTune(2047, frameMax, 60)));
        byte[] tuneOk = await ReadFrameAsync(stream);
        onTuneOk?.Invoke(tuneOk);
        await ReadFramesAsync(stream, 1); // the frame is connection.open
        await stream.WriteAsync(Encoded.Frame(0, new ConnectionOpenOk()));
        await ReadFramesAsync(stream, 1); // the frame is channel.open
        await stream.WriteAsync(Encoded.Frame(1, new ChannelOpenOk()));
        return await then(stream);
    }

    private static async Task ReadFramesAsync(NetworkStream stream, int count)
    {
        for (int i = 0; i < count; i++)
            await ReadFrameAsync(stream);
    }

    /// <summary>Reads a frame and returns its payload.</summary>
    private static async Task<byte[]> ReadFrameAsync(NetworkStream stream)
    {
        byte[] header = new byte[Frame.HeaderSize];
        await stream.ReadExactlyAsync(header);
        byte[] payload = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(3)) + 1];
        await stream.ReadExactlyAsync(payload);
        return payload[..^1];
    }
}
