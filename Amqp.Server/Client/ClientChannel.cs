using System.Threading.Channels;
using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>A channel at a broker, for requests, publishes and the deliveries of consumers.</summary>
/// <remarks>
/// Thread-safe, except that one task at a time publishes. The connection's read loop calls <see cref="Receive"/>. The lock guards the
/// pending requests, the count of publishes and the end of the channel.
/// </remarks>
internal sealed class ClientChannel
{
    /// <summary>Deliveries that may wait for their reader. If more arrive, the connection reads no further.</summary>
    private const int MaxWaiting = 10_000;

    private readonly ClientConnection _connection;
    private readonly ClientContent _content;
    private readonly Lock _lock = new();
    private readonly Queue<PendingCall> _calls = [];
    private readonly Channel<ClientMessage> _deliveries =
        Channel.CreateBounded<ClientMessage>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });

    private readonly List<ClientMessage> _excess = []; // deliveries beyond the limit; used only by the read loop
    private Exception? _ended;
    private ulong _published;

    public ClientChannel(ClientConnection connection, ushort number)
    {
        (_connection, Number) = (connection, number);
        _content = new ClientContent(Deliver, message => OnReturned?.Invoke(message));
    }

    public ushort Number { get; }

    /// <summary>
    /// The messages that consumers of the channel receive. Ends with an exception when the channel ends or the broker cancels a consumer.
    /// </summary>
    public ChannelReader<ClientMessage> Deliveries => _deliveries.Reader;

    /// <summary>Called by the read loop for each answer to publishes.</summary>
    public Action<ClientConfirm>? OnConfirm { get; set; }

    /// <summary>Called by the read loop for each message that the broker returns as unroutable, before its confirm.</summary>
    public Action<ClientMessage>? OnReturned { get; set; }

    /// <summary>Called once, when the channel has ended. The argument is the reason.</summary>
    public Action<Exception>? OnEnded { get; set; }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <exception cref="ClientException">The broker refused the request, or the connection failed.</exception>
    public async Task<TReply> CallAsync<TMethod, TReply>(TMethod method, CancellationToken cancellation)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply>
    {
        var call = new PendingCall<TReply>();
        lock (_lock)
        {
            ThrowIfEnded();
            _calls.Enqueue(call);
            _connection.Send(Number, method);
        }
        return await call.Replied.WaitAsync(cancellation);
    }

    /// <summary>Sends a method that has no reply, such as basic.ack.</summary>
    public void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => _connection.Send(Number, method);

    /// <summary>Publishes a message. Waits only while the broker is behind.</summary>
    /// <returns>Number of the publish, as <see cref="ClientConfirm"/> names it, if the channel confirms.</returns>
    /// <exception cref="ClientException">The channel has ended.</exception>
    public async ValueTask<ulong> PublishAsync(
        string exchange, string routingKey, ReadOnlyMemory<byte> properties, ReadOnlyMemory<byte> body, bool isMandatory,
        CancellationToken cancellation)
    {
        await _connection.Output.WaitForRoomAsync(cancellation);
        ulong number;
        lock (_lock)
        {
            ThrowIfEnded();
            number = ++_published;
        }
        _connection.Publish(Number, new BasicPublish(exchange, routingKey, isMandatory, Immediate: false), properties, body);
        return number;
    }

    /// <summary>Handles a frame of the channel. Called by the read loop.</summary>
    /// <exception cref="AmqpException">The frame is malformed.</exception>
    public void Receive(in Frame frame)
    {
        if (frame.Type != FrameType.Method)
        {
            _content.Add(frame);
            return;
        }
        var id = MethodId.FromValue(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));
        var arguments = frame.Payload[4..];
        if (id == BasicDeliver.Id)
            _content.Begin(MethodArguments.Read<BasicDeliver>(arguments));
        else if (id == BasicReturn.Id)
            _content.Begin(MethodArguments.Read<BasicReturn>(arguments));
        else if (id == BasicAck.Id && MethodArguments.Read<BasicAck>(arguments) is var ack)
            OnConfirm?.Invoke(new ClientConfirm(ack.DeliveryTag, ack.Multiple, IsAccepted: true));
        else if (id == BasicNack.Id && MethodArguments.Read<BasicNack>(arguments) is var nack)
            OnConfirm?.Invoke(new ClientConfirm(nack.DeliveryTag, nack.Multiple, IsAccepted: false));
        else if (id == BasicCancel.Id)
            End(new ClientException("the broker has cancelled the consumer"));
        else if (id == ChannelClose.Id)
            EndBy(MethodArguments.Read<ChannelClose>(arguments));
        else if (id == ChannelFlow.Id)
            Send(new ChannelFlowOk(MethodArguments.Read<ChannelFlow>(arguments).Active));
        else
            Answer(id, arguments);
    }

    /// <summary>Waits until the reader has room for all deliveries that were received. Called by the read loop.</summary>
    /// <returns>True if it had to wait.</returns>
    public async ValueTask<bool> WaitForReaderAsync(CancellationToken cancellation)
    {
        if (_excess.Count == 0)
            return false;
        foreach (var message in _excess)
        {
            // The channel may have ended; its deliveries then return to their queue.
            Task room = _deliveries.Writer.WaitToWriteAsync(cancellation).AsTask();
            await room.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!room.IsCompletedSuccessfully || !_deliveries.Writer.TryWrite(message))
                break;
        }
        _excess.Clear();
        return true;
    }

    /// <summary>Ends the channel: all requests and deliveries fail. A second call does nothing.</summary>
    public void End(Exception reason)
    {
        PendingCall[] calls;
        lock (_lock)
        {
            if (_ended is not null)
                return;
            _ended = reason;
            calls = [.. _calls];
            _calls.Clear();
        }
        foreach (var call in calls)
            call.Fail(reason);
        _deliveries.Writer.TryComplete(reason);
        OnEnded?.Invoke(reason);
    }

    private void Deliver(ClientMessage message)
    {
        if (_excess.Count > 0 || !_deliveries.Writer.TryWrite(message))
            _excess.Add(message);
    }

    private void EndBy(in ChannelClose close)
    {
        Send(default(ChannelCloseOk));
        _connection.Forget(this);
        End(new ClientException(close.ReplyText, (ReplyCode)close.ReplyCode));
    }

    private void Answer(MethodId id, ReadOnlySpan<byte> arguments)
    {
        PendingCall? call;
        lock (_lock)
        {
            // A reply to a call that was given up is still taken from the queue: calls stay in order.
            if (!_calls.TryPeek(out call) || call.Reply != id)
                return;
            _calls.Dequeue();
        }
        call.Complete(arguments);
    }

    private void ThrowIfEnded()
    {
        if (_ended is { } reason)
            throw new ClientException(reason.Message, (reason as ClientException)?.Code, reason);
    }
}
