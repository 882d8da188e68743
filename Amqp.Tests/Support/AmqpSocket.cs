using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>
/// A client on a plain socket, for any broker. The test decides when the client reads. One task may send while another receives. Every wait
/// has a timeout.
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

    /// <summary>Connects the socket, and does not send anything.</summary>
    /// <param name="port">Port of the broker.</param>
    /// <param name="largestFrame">Size in bytes of the largest frame to be received.</param>
    public static async Task<AmqpSocket> DialAsync(int port, int largestFrame = 131_072)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = KernelBuffer,
            SendBufferSize = KernelBuffer
        };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(_patience);
        return new AmqpSocket(socket, largestFrame);
    }

    /// <summary>Connects, logs in as guest and opens channel 1.</summary>
    /// <param name="port">Port of the broker.</param>
    /// <param name="heartbeat">Value of heartbeat in tune-ok, in seconds; 0 for none.</param>
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

    /// <summary>Returns the frames of a publish on channel 1: method, header and body.</summary>
    public static byte[] Publish(string exchange, string routingKey, ReadOnlySpan<byte> body, bool persistent)
    {
        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        var writer = new FrameWriter(output);
        writer.WriteMethod(1, new BasicPublish(exchange, routingKey, false, false));
        writer.WriteContent(1, Encoded.Properties(new BasicProperties { DeliveryMode = (byte)(persistent ? 2 : 1) }), body, 131_072);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Sends the given bytes. Waits while the broker does not read.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
    }

    public Task SendAsync<TMethod>(ushort channel, TMethod method)
        where TMethod : struct, IMethod<TMethod> => SendAsync(Encoded.Frame(channel, method));

    /// <summary>
    /// Sends the same bytes again and again until the broker stops reading: until the socket accepts nothing for 2 seconds.
    /// </summary>
    /// <param name="bytes">One or more whole frames.</param>
    /// <param name="most">Number of bytes after which sending stops even if the broker still reads.</param>
    /// <returns>Number of bytes sent.</returns>
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

    /// <summary>Receives the next frame that is not a heartbeat.</summary>
    /// <exception cref="EndOfStreamException">The broker has closed the socket.</exception>
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

    /// <summary>Receives the next frame that is not a heartbeat. Fails unless it is a <typeparamref name="TMethod"/>.</summary>
    public async Task<TMethod> ExpectAsync<TMethod>()
        where TMethod : struct, IMethod<TMethod>
    {
        var frame = await ReceiveAsync();
        Assert.That(frame.Method, Is.EqualTo(TMethod.Id), $"expected {typeof(TMethod).Name}, got {frame}");
        return MethodArguments.Read<TMethod>(frame.Arguments);
    }

    /// <summary>Receives the next delivery and returns its body.</summary>
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

    /// <summary>Skips all frames until the broker closes the socket.</summary>
    /// <returns>Time from the call until the socket was closed.</returns>
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

    /// <summary>Closes the socket without sending connection.close.</summary>
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
