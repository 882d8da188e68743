using System.Net;
using System.Net.Sockets;
using Amqp.Protocol;
using Amqp.Server.Bench;
using Amqp.Tests.Support;

namespace Amqp.Tests.Bench;

/// <summary>The bench's end of a connection, against a socket that speaks from a script.</summary>
public sealed class LoadConnectionTests
{
    [Test]
    public async Task What_the_socket_does_not_take_at_once_goes_out_later_and_whole()
    {
        byte[] much = new byte[32 * 1024 * 1024]; // more than both sockets' buffers hold
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
            await ReadFramesAsync(stream, 1); // basic.qos
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
            await ReadFramesAsync(stream, 1); // basic.qos
            await stream.WriteAsync(Encoded.Frame(0, new ConnectionBlocked("low on memory")).Concat(Encoded.Frame(1, new BasicQosOk())).ToArray());
            await ReadFramesAsync(stream, 1); // confirm.select
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

    private static TcpListener Listen(out BrokerAddress address)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address = new BrokerAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, "guest", "guest", "/");
        return listener;
    }

    /// <summary>Plays a broker up to channel.open-ok, and then what the test wants.</summary>
    private static async Task<T> ServeAsync<T>(TcpListener listener, Func<NetworkStream, Task<T>> then)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[ProtocolHeader.Size]);
        await stream.WriteAsync(Encoded.Frame(0, new ConnectionStart(0, 9, FieldTable.Empty, "PLAIN"u8.ToArray(), "en_US"u8.ToArray())));
        await ReadFramesAsync(stream, 1); // start-ok
        await stream.WriteAsync(Encoded.Frame(0, new ConnectionTune(2047, 131_072, 60)));
        await ReadFramesAsync(stream, 2); // tune-ok, open
        await stream.WriteAsync(Encoded.Frame(0, new ConnectionOpenOk()));
        await ReadFramesAsync(stream, 1); // channel.open
        await stream.WriteAsync(Encoded.Frame(1, new ChannelOpenOk()));
        return await then(stream);
    }

    private static async Task ReadFramesAsync(NetworkStream stream, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] header = new byte[Frame.HeaderSize];
            await stream.ReadExactlyAsync(header);
            await stream.ReadExactlyAsync(new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(3)) + 1]);
        }
    }
}
