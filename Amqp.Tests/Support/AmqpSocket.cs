using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>
/// A client on a plain socket of any broker, whose reading and writing a test holds in its hands: what it does not read stays
/// in the kernel's buffers, which are kept small, and then with the broker.
/// One task may send while another receives. No wait lasts for ever.
/// </summary>
internal sealed class AmqpSocket : IDisposable
{
    private const int KernelBuffer = 64 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly FrameReader _frames;
    private readonly byte[] _received;
    private int _start;
    private int _end;

    private AmqpSocket(Socket socket, int largestFrame)
    {
        _socket = socket;
        _frames = new FrameReader { FrameMax = largestFrame };
        _received = new byte[2 * largestFrame];
    }

    /// <summary>Connects and says nothing.</summary>
    /// <param name="port">The broker's.</param>
    /// <param name="largestFrame">Bytes of the largest frame that may come.</param>
    public static async Task<AmqpSocket> DialAsync(int port, int largestFrame = 131_072)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = KernelBuffer, SendBufferSize = KernelBuffer };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(_patience);
        return new AmqpSocket(socket, largestFrame);
    }

    /// <summary>Connects, logs in as guest and opens channel 1.</summary>
    /// <param name="port">The broker's.</param>
    /// <param name="heartbeat">In tune-ok, in seconds; 0 for none.</param>
    public static async Task<AmqpSocket> OpenAsync(int port, ushort heartbeat = 0)
    {
        var client = await DialAsync(port);
        await client.SendAsync(ProtocolHeader.Amqp091.ToArray());
        await client.ExpectAsync<ConnectionStart>();
        await client.SendAsync(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", "\0guest\0guest"u8.ToArray(), "en_US"));
        await client.ExpectAsync<ConnectionTune>();
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, heartbeat));
        await client.SendAsync(0, new ConnectionOpen("/"));
        await client.ExpectAsync<ConnectionOpenOk>();
        await client.SendAsync(1, new ChannelOpen());
        await client.ExpectAsync<ChannelOpenOk>();
        return client;
    }

    /// <summary>A publish as bytes: method, header and body frames on channel 1.</summary>
    public static byte[] Publish(string exchange, string routingKey, ReadOnlySpan<byte> body, bool persistent)
    {
        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        var writer = new FrameWriter(output);
        writer.WriteMethod(1, new BasicPublish(exchange, routingKey, false, false));
        writer.WriteContent(1, Encoded.Properties(new BasicProperties { DeliveryMode = (byte)(persistent ? 2 : 1) }), body, 131_072);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Sends any bytes; waits as long as the broker does not read.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
    }

    /// <summary>Sends a method.</summary>
    public Task SendAsync<TMethod>(ushort channel, TMethod method)
        where TMethod : struct, IMethod<TMethod> => SendAsync(Encoded.Frame(channel, method));

    /// <summary>Sends the same bytes over and over until the broker has read nothing for a while.</summary>
    /// <param name="bytes">Whole frames.</param>
    /// <param name="most">Bytes after which to give up.</param>
    /// <returns>How many bytes went out.</returns>
    public long SendUntilBlocked(ReadOnlySpan<byte> bytes, long most)
    {
        long sent = 0;
        _socket.Blocking = false;
        while (sent < most && _socket.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectWrite))
        {
            int some = _socket.Send(bytes[(int)(sent % bytes.Length)..], SocketFlags.None, out var error);
            if (error is SocketError.Success)
                sent += some;
            else if (error is not SocketError.WouldBlock)
                throw new SocketException((int)error);
        }
        return sent;
    }

    /// <summary>The next frame but for heartbeats.</summary>
    /// <exception cref="EndOfStreamException">The broker has ended the connection.</exception>
    public async Task<RawFrame> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(_patience);
        while (true)
        {
            if (TryTake() is { } frame)
            {
                if (frame.Type != FrameType.Heartbeat)
                    return frame;
                continue;
            }
            MakeRoom();
            int count = await _socket.ReceiveAsync(_received.AsMemory(_end), limit.Token);
            if (count == 0)
                throw new EndOfStreamException("The broker ended the connection.");
            _end += count;
        }
    }

    /// <summary>The next frame, which must be that method.</summary>
    public async Task<TMethod> ExpectAsync<TMethod>()
        where TMethod : struct, IMethod<TMethod>
    {
        var frame = await ReceiveAsync();
        Assert.That(frame.Method, Is.EqualTo(TMethod.Id), $"expected {typeof(TMethod).Name}, got {frame}");
        return MethodArguments.Read<TMethod>(frame.Arguments);
    }

    /// <summary>The next delivery's body.</summary>
    public async Task<byte[]> ExpectDeliveryAsync()
    {
        await ExpectAsync<BasicDeliver>();
        var header = await ReceiveAsync();
        byte[] body = new byte[ContentHeader.Read(header.Payload).BodySize];
        for (int at = 0; at < body.Length;)
        {
            var frame = await ReceiveAsync();
            frame.Payload.CopyTo(body, at);
            at += frame.Payload.Length;
        }
        return body;
    }

    /// <summary>The broker drops the connection, with or without a word.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> ExpectEndAsync()
    {
        var watch = Stopwatch.StartNew();
        try
        {
            while (true)
                await ReceiveAsync();
        }
        catch (Exception error) when (error is EndOfStreamException or SocketException)
        {
            return watch.Elapsed;
        }
    }

    /// <summary>Ends the connection without a goodbye.</summary>
    public void Dispose() => _socket.Dispose();

    private RawFrame? TryTake()
    {
        var buffer = new ReadOnlySequence<byte>(_received, _start, _end - _start);
        if (!_frames.TryRead(ref buffer, out var frame))
            return null;
        _start = _end - (int)buffer.Length;
        return new RawFrame(frame.Type, frame.Channel, frame.Payload.ToArray());
    }

    private void MakeRoom()
    {
        if (_start == 0)
            return;
        _received.AsSpan(_start, _end - _start).CopyTo(_received);
        (_start, _end) = (0, _end - _start);
    }
}
