using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// A client that sends hostile requests. The broker may close its channels and its connection. A task of the client reads all the time.
/// </summary>
internal sealed class HostileClient : IDisposable
{
    public const int FrameMax = 131_072;

    /// <summary>
    /// Maximum size in bytes of a received content header. This is more than the maximum frame size, because the broker adds headers to
    /// dead letters and to traced messages.
    /// </summary>
    private const int LargestHeader = 1 << 20;

    private readonly FuzzRun _run;
    private readonly AmqpSocket _socket;
    private readonly ConcurrentDictionary<ushort, HostileChannel> _channels = [];
    private volatile bool _isClosed;

    private HostileClient(FuzzRun run, AmqpSocket socket) => (_run, _socket) = (run, socket);

    public bool IsOpen => !_isClosed;

    /// <summary>Connects and logs in. Returns null if the broker refuses the connection.</summary>
    public static async Task<HostileClient?> OpenAsync(FuzzRun run, string virtualHost, string user, string password)
    {
        AmqpSocket? socket = null;
        try
        {
            socket = await AmqpSocket.DialAsync(run.Broker.Port, LargestHeader);
            await socket.SendAsync(ProtocolHeader.Amqp091.ToArray());
            await socket.ReceiveAsync();
            await socket.SendAsync(
                0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", Encoding.UTF8.GetBytes($"\0{user}\0{password}"), "en_US"));
            if ((await socket.ReceiveAsync()).Method == ConnectionTune.Id)
            {
                await socket.SendAsync(0, new ConnectionTuneOk(100, FrameMax, 0));
                await socket.SendAsync(0, new ConnectionOpen(virtualHost));
                if ((await socket.ReceiveAsync()).Method == ConnectionOpenOk.Id)
                {
                    var client = new HostileClient(run, socket);
                    _ = Task.Run(client.ReadAsync);
                    return client;
                }
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
        }
        socket?.Dispose();
        return null;
    }

    /// <summary>Opens a channel. Returns null if the connection has ended.</summary>
    public async Task<HostileChannel?> OpenChannelAsync(ushort number)
    {
        if (_channels.TryGetValue(number, out var old) && old.MustConfirmClose)
            await SendAsync(Encoded.Frame(number, new ChannelCloseOk()));
        var channel = new HostileChannel(_run, this, number);
        _channels[number] = channel;
        return await channel.AskAsync(new ChannelOpen()) is { IsOk: true } ? channel : null;
    }

    /// <summary>Sends frames. If the connection has ended, discards the frames without an error.</summary>
    public async Task SendAsync(byte[] frames)
    {
        if (_isClosed)
            return;
        using var limit = new CancellationTokenSource(FuzzRun.PatienceOfWorkers);
        try
        {
            await _socket.SendAsync(frames, limit.Token);
        }
        catch (OperationCanceledException)
        {
            _run.Fail("the broker does not read from a connection");
            _isClosed = true;
        }
        catch (Exception error) when (IsEnd(error))
        {
            _isClosed = true;
        }
    }

    /// <summary>Closes the socket without sending connection.close.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _socket.Dispose();
    }

    private static bool IsEnd(Exception error) =>
        error is EndOfStreamException or SocketException or ObjectDisposedException or OperationCanceledException;

    private async Task ReadAsync()
    {
        try
        {
            while (!_isClosed)
            {
                var frame = await NextAsync();
                if (frame is null || frame.Type != FrameType.Method)
                    continue;
                if (frame.Channel != 0)
                    _channels.GetValueOrDefault(frame.Channel)?.Take(frame);
                else if (frame.Method == ConnectionClose.Id)
                    TakeClose(CodeOf(frame), frame);
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
        }
        catch (Exception error)
        {
            _run.Fail($"what the broker sent cannot be read: {error}");
        }
        finally
        {
            _isClosed = true;
            foreach (var channel in _channels.Values)
                channel.TakeEnd();
        }
    }

    /// <summary>Returns the next frame that the broker sends. Returns null if none comes for a while.</summary>
    private async Task<RawFrame?> NextAsync()
    {
        try
        {
            return await _socket.ReceiveAsync();
        }
        catch (OperationCanceledException) when (!_isClosed)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the reply code of a close method. Does not decode the reply text, because the text may contain names that are not valid
    /// UTF-8.
    /// </summary>
    public static ushort CodeOf(RawFrame close) => BinaryPrimitives.ReadUInt16BigEndian(close.Arguments);

    /// <summary>Returns the code and the text of a close method, for the report of a failure.</summary>
    public static string Describe(RawFrame close) =>
        $"{CodeOf(close)} {Encoding.UTF8.GetString(close.Arguments.Slice(3, close.Arguments[2]))}";

    private void TakeClose(ushort code, RawFrame close)
    {
        _isClosed = true;
        _run.NoteAnswer($"connection {code}");
        // these codes are failures of the broker, because the client sends only well-formed frames
        if ((ReplyCode)code is ReplyCode.InternalError or ReplyCode.SyntaxError)
            _run.Fail($"a connection was closed: {Describe(close)}");
    }
}
