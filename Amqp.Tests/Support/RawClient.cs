using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>A client that sends exactly the given frames and checks every answer. Not thread-safe. Every wait has a timeout.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    /// <summary>
    /// Timeout of each wait. Longer than RabbitMQ's delays: ten seconds for a login, and three seconds before the close of a refused
    /// socket.
    /// </summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly PipeReader _input;
    private readonly FrameReader _reader = new() { FrameMax = 16 * 1024 * 1024 };
    // Frames that arrived while a call waited for a frame of another channel.
    private readonly Dictionary<ushort, Queue<RawFrame>> _stashed = [];

    private RawClient(Socket socket)
    {
        _socket = socket;
        _input = PipeReader.Create(new NetworkStream(socket));
    }

    /// <summary>Connects to the broker under test, and does not send anything.</summary>
    public static async Task<RawClient> DialAsync() => await DialAsync(await BrokerTarget.UriAsync);

    /// <summary>Connects to the broker at the given URI, and does not send anything.</summary>
    public static async Task<RawClient> DialAsync(Uri uri)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(uri.Host, uri.Port).WaitAsync(_patience);
        return new RawClient(socket);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    public Task SendAsync<TMethod>(ushort channel, TMethod method)
        where TMethod : struct, IMethod<TMethod> => SendAsync(Encoded.Frame(channel, method));

    public Task SendFrameAsync(FrameType type, ushort channel, ReadOnlySpan<byte> payload) =>
        SendAsync(Encoded.Frame(type, channel, payload));

    public async Task<RawChannel> OpenChannelAsync(ushort number = 1)
    {
        await SendAsync(number, new ChannelOpen());
        await ExpectAsync<ChannelOpenOk>(number);
        return new RawChannel(this, number);
    }

    /// <summary>Receives the next frame, including heartbeats.</summary>
    /// <exception cref="EndOfStreamException">The broker has closed the socket.</exception>
    public async Task<RawFrame> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(_patience);
        while (true)
        {
            if (TryTakeFrame(out var frame))
                return frame;
            try
            {
                var result = await _input.ReadAsync(limit.Token);
                bool isOver = result.IsCompleted && result.Buffer.IsEmpty;
                _input.AdvanceTo(result.Buffer.Start); // consumes no byte, because TryTakeFrame takes the frames from the same bytes
                if (isOver)
                    throw new EndOfStreamException("The broker ended the connection.");
            }
            catch (IOException error) when (error is not EndOfStreamException)
            {
                throw new EndOfStreamException("The broker reset the connection.", error);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No frame came within {_patience.TotalSeconds} s.");
            }
        }
    }

    /// <summary>
    /// Receives the next frame of a channel, or connection.close. Keeps frames of other channels until a later call asks for them.
    /// </summary>
    public async Task<RawFrame> ReceiveAsync(ushort channel)
    {
        if (_stashed.TryGetValue(channel, out var waiting) && waiting.TryDequeue(out var stashed))
            return stashed;
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.Type == FrameType.Heartbeat)
                continue;
            if (frame.Channel == channel || frame.Method == ConnectionClose.Id)
                return frame;
            if (!_stashed.TryGetValue(frame.Channel, out var stash))
                _stashed.Add(frame.Channel, stash = []);
            stash.Enqueue(frame);
        }
    }

    /// <summary>Receives the next frame of a channel. Fails unless it is a <typeparamref name="TMethod"/>.</summary>
    public async Task<TMethod> ExpectAsync<TMethod>(ushort channel)
        where TMethod : struct, IMethod<TMethod>
    {
        var frame = await ReceiveAsync(channel);
        Assert.That(frame.Method, Is.EqualTo(TMethod.Id), $"expected {typeof(TMethod).Name}, got {frame}");
        return MethodArguments.Read<TMethod>(frame.Arguments);
    }

    /// <summary>Expects the broker to close the connection with exactly this code, text and method.</summary>
    /// <param name="code">The reply code.</param>
    /// <param name="text">The complete reply text.</param>
    /// <param name="cause">The method that connection.close names as the cause; none by default.</param>
    public async Task ExpectCloseAsync(ReplyCode code, string text, MethodId cause = default)
    {
        var close = await ExpectAsync<ConnectionClose>(0);
        Assert.That(close, Is.EqualTo(new ConnectionClose((ushort)code, text, cause.Class, cause.Method)));
    }

    /// <summary>Expects connection.close with one of these codes, or a closed socket. For input that makes RabbitMQ crash.</summary>
    public async Task ExpectCloseOrEndAsync(params ReplyCode[] codes)
    {
        try
        {
            var close = await ExpectAsync<ConnectionClose>(0);
            Assert.That((ReplyCode)close.ReplyCode, Is.AnyOf([.. codes.Cast<object>()]), close.ReplyText);
        }
        catch (EndOfStreamException)
        {
        }
    }

    /// <summary>Expects the broker to close the socket. Before that, the broker may send only heartbeats.</summary>
    /// <returns>Time from the call until the socket was closed.</returns>
    public async Task<TimeSpan> ExpectEndAsync()
    {
        var watch = Stopwatch.StartNew();
        try
        {
            RawFrame frame;
            do
                frame = await ReceiveAsync();
            while (frame.Type == FrameType.Heartbeat);
            Assert.Fail($"expected the end of the connection, got {frame}");
        }
        catch (EndOfStreamException)
        {
        }
        return watch.Elapsed;
    }

    /// <summary>Receives the given number of bytes, such as a protocol header, or fewer if the broker closes the socket.</summary>
    public async Task<byte[]> ReceiveBytesAsync(int count)
    {
        using var limit = new CancellationTokenSource(_patience);
        var result = await _input.ReadAtLeastAsync(count, limit.Token);
        byte[] bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length)));
        _input.AdvanceTo(result.Buffer.GetPosition(bytes.Length));
        return bytes;
    }

    /// <summary>Closes the socket without sending connection.close.</summary>
    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        _socket.Dispose();
    }

    private bool TryTakeFrame(out RawFrame taken)
    {
        taken = null!;
        if (!_input.TryRead(out var result))
            return false;
        var buffer = result.Buffer;
        bool isTaken = _reader.TryRead(ref buffer, out var frame);
        if (isTaken)
            taken = new RawFrame(frame.Type, frame.Channel, frame.Payload.ToArray());
        // If a frame was taken, the rest of the buffer may contain another frame. So the rest is marked as examined only if no whole frame
        // was found.
        _input.AdvanceTo(buffer.Start, isTaken ? buffer.Start : buffer.End);
        if (!isTaken && result.IsCompleted)
            throw new EndOfStreamException("The broker ended the connection.");
        return isTaken;
    }
}
