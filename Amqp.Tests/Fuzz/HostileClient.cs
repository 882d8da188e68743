using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// A client to which refusals are answers like any other: channels and connections that the broker closes are opened anew by whoever uses it.
/// One worker sends; what comes is read by a task of its own, so that the broker never has to wait for it.
/// </summary>
internal sealed class HostileClient : IDisposable
{
    public const int FrameMax = 131_072;

    private readonly FuzzRun _run;
    private readonly AmqpSocket _socket;
    private readonly ConcurrentDictionary<ushort, HostileChannel> _channels = [];
    private volatile bool _isClosed;

    private HostileClient(FuzzRun run, AmqpSocket socket) => (_run, _socket) = (run, socket);

    public bool IsOpen => !_isClosed;

    /// <summary>Connects and logs in; null when the broker refuses that.</summary>
    public static async Task<HostileClient?> OpenAsync(FuzzRun run, string virtualHost, string user, string password)
    {
        AmqpSocket? socket = null;
        try
        {
            socket = await AmqpSocket.DialAsync(run.Broker.Port);
            await socket.SendAsync(ProtocolHeader.Amqp091.ToArray());
            await socket.ReceiveAsync();
            await socket.SendAsync(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", Encoding.UTF8.GetBytes($"\0{user}\0{password}"), "en_US"));
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

    /// <summary>A channel that is open as far as its user knows; null when the connection is at its end.</summary>
    public async Task<HostileChannel?> OpenChannelAsync(ushort number)
    {
        if (_channels.TryGetValue(number, out var old) && old.MustConfirmClose)
            await SendAsync(Encoded.Frame(number, new ChannelCloseOk()));
        var channel = new HostileChannel(_run, this, number);
        _channels[number] = channel;
        return await channel.AskAsync(new ChannelOpen()) is { IsOk: true } ? channel : null;
    }

    /// <summary>Sends frames; what the broker does not take any more is lost.</summary>
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

    /// <summary>Ends the connection without a goodbye.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _socket.Dispose();
    }

    private static bool IsEnd(Exception error) => error is EndOfStreamException or SocketException or ObjectDisposedException or OperationCanceledException;

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
                    TakeClose(MethodArguments.Read<ConnectionClose>(frame.Arguments));
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
        }
        finally
        {
            _isClosed = true;
            foreach (var channel in _channels.Values)
                channel.TakeEnd();
        }
    }

    /// <summary>Null for a while in which nothing came.</summary>
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

    private void TakeClose(ConnectionClose close)
    {
        _isClosed = true;
        _run.NoteAnswer($"connection {close.ReplyCode}");
        if ((ReplyCode)close.ReplyCode is ReplyCode.InternalError or ReplyCode.SyntaxError) // what is sent is well-formed
            _run.Fail($"a connection was closed: {close}");
    }
}
