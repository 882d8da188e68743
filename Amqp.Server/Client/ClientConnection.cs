using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>A connection of this process to a broker, as a client.</summary>
/// <remarks>
/// Thread-safe. A read loop receives frames and calls the channels; <see cref="ClientOutput"/> sends. The lock guards the table of
/// channels and the end of the connection.
/// </remarks>
internal sealed class ClientConnection : IAsyncDisposable
{
    /// <summary>Longest time to wait for connection.close-ok.</summary>
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(5);

    private readonly ClientTransport _transport;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, ClientChannel> _channels = [];
    private readonly FrameReader _frames = new() { FrameMax = ClientHandshake.FrameMax };
    private readonly TaskCompletionSource _closeOk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientHeartbeat? _heartbeat;
    private Exception? _ended;
    private Task _running = Task.CompletedTask;
    private int _frameMax = ClientHandshake.FrameMax;

    private ClientConnection(ClientTransport transport)
    {
        _transport = transport;
        Output = new ClientOutput(transport.Output);
    }

    public ClientOutput Output { get; }

    /// <summary>The properties of the other broker, from connection.start.</summary>
    public FieldTable ServerProperties { get; private set; } = FieldTable.Empty;

    /// <inheritdoc cref="ClientTransport.LocalName"/>
    public string? LocalName => _transport.LocalName;

    /// <summary>The reason of connection.blocked; null while the other broker takes messages. Any thread may read it.</summary>
    public string? BlockedBy { get; private set; }

    /// <summary>Connects, logs in and opens the virtual host.</summary>
    /// <param name="transport">A fresh connection, which this object then owns.</param>
    /// <param name="login">User, virtual host and other parameters.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="ClientException">The login was refused, or the connection failed.</exception>
    public static async Task<ClientConnection> OpenAsync(ClientTransport transport, ClientLogin login, CancellationToken cancellation)
    {
        var connection = new ClientConnection(transport);
        var sending = connection.Output.RunAsync(connection._stopped.Token);
        try
        {
            var handshake = new ClientHandshake(transport.Input, connection._frames, connection.Output, login);
            var tuned = await handshake.RunAsync(cancellation);
            connection.ServerProperties = handshake.ServerProperties;
            connection._frameMax = connection._frames.FrameMax = (int)tuned.FrameMax;
            connection._heartbeat = ClientHeartbeat.Start(tuned.Heartbeat, connection.Output, connection.End);
            connection._running = connection.RunAsync(sending);
            return connection;
        }
        catch (Exception error)
        {
            connection.End(error);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw error switch
            {
                AmqpException broken => new ClientException(broken.ReplyText, broken.Code, broken),
                _ => error,
            };
        }
    }

    /// <summary>Opens a channel.</summary>
    /// <exception cref="ClientException">The connection has ended.</exception>
    public async Task<ClientChannel> OpenChannelAsync(CancellationToken cancellation)
    {
        ClientChannel channel;
        lock (_lock)
        {
            if (_ended is { } reason)
                throw new ClientException(reason.Message, (reason as ClientException)?.Code, reason);
            ushort number = 1;
            while (_channels.ContainsKey(number))
                number++;
            channel = new ClientChannel(this, number);
            _channels.Add(channel.Number, channel);
        }
        await channel.CallAsync<ChannelOpen, ChannelOpenOk>(default, cancellation);
        return channel;
    }

    /// <summary>Sends a method.</summary>
    public void Send<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod> =>
        Output.Write((channel, method), static (writer, state) => writer.WriteMethod(state.channel, state.method));

    /// <summary>Sends a message.</summary>
    public void Publish(ushort channel, in BasicPublish method, ReadOnlyMemory<byte> properties, ReadOnlyMemory<byte> body) =>
        Output.Write((channel, method, properties, body, _frameMax), static (writer, state) =>
        {
            writer.WriteMethod(state.channel, state.method);
            writer.WriteContent(state.channel, state.properties.Span, state.body.Span, state._frameMax);
        });

    /// <summary>Removes a channel that the broker has closed.</summary>
    public void Forget(ClientChannel channel)
    {
        lock (_lock)
            _channels.Remove(channel.Number);
    }

    /// <summary>Ends the connection at once. All channels end with this reason. A second call does nothing.</summary>
    public void End(Exception reason)
    {
        ClientChannel[] channels;
        lock (_lock)
        {
            if (_ended is not null)
                return;
            _ended = reason;
            channels = [.. _channels.Values];
            _channels.Clear();
        }
        _stopped.Cancel();
        Output.End();
        _heartbeat?.Dispose();
        _transport.End();
        _closeOk.TrySetResult();
        foreach (var channel in channels)
            channel.End(reason);
    }

    /// <summary>Closes the connection. Waits a few seconds for the other broker to agree.</summary>
    public async ValueTask DisposeAsync()
    {
        Send(0, new ConnectionClose((ushort)ReplyCode.Success, "Goodbye", 0, 0));
        bool isOpen;
        lock (_lock)
            isOpen = _ended is null;
        if (isOpen)
            await _closeOk.Task.WaitAsync(_closeTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(new ClientException("the connection is closed"));
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.Dispose();
    }

    private async Task RunAsync(Task sending)
    {
        var reading = ReadAsync();
        try
        {
            await await Task.WhenAny(reading, sending);
            End(new ClientException("the broker closed the connection without a reason"));
        }
        catch (AmqpException broken)
        {
            End(new ClientException(broken.ReplyText, broken.Code, broken));
        }
        catch (Exception error)
        {
            End(error as ClientException ?? new ClientException(error.Message, cause: error));
        }
        // The other task ends too, and fails by the same cause.
        await Task.WhenAll(reading, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var result = await _transport.Input.ReadAsync(_stopped.Token);
            _heartbeat?.NoteReceived();
            var buffer = result.Buffer;
            while (_frames.TryRead(ref buffer, out var frame))
                Receive(frame);
            _transport.Input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return;
            await WaitForReadersAsync();
        }
    }

    /// <summary>Waits for readers that are behind, so that a consumer without acknowledgements does not fill the memory.</summary>
    private async ValueTask WaitForReadersAsync()
    {
        ClientChannel[] channels;
        lock (_lock)
            channels = [.. _channels.Values];
        _heartbeat?.Pause(); // nothing is read now, so nothing can be missing
        foreach (var channel in channels)
            await channel.WaitForReaderAsync(_stopped.Token);
        _heartbeat?.NoteReceived();
    }

    private void Receive(in Frame frame)
    {
        if (frame.Channel == 0)
        {
            if (frame.Type == FrameType.Method)
                ReceiveMethod(frame.Payload);
            return;
        }
        ClientChannel? channel;
        lock (_lock)
            channel = _channels.GetValueOrDefault(frame.Channel);
        channel?.Receive(frame);
    }

    private void ReceiveMethod(ReadOnlySpan<byte> payload)
    {
        var id = MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(payload));
        if (id == ConnectionClose.Id)
        {
            var close = MethodArguments.Read<ConnectionClose>(payload[4..]);
            Send(0, default(ConnectionCloseOk));
            throw new ClientException(close.ReplyText, (ReplyCode)close.ReplyCode);
        }
        if (id == ConnectionCloseOk.Id)
            _closeOk.TrySetResult();
        else if (id == ConnectionBlocked.Id)
            BlockedBy = MethodArguments.Read<ConnectionBlocked>(payload[4..]).Reason;
        else if (id == ConnectionUnblocked.Id)
            BlockedBy = null;
    }
}
