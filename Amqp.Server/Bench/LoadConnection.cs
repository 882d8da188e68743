using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>
/// A connection with one channel, on a non-blocking socket. One thread uses it; other threads may read <see cref="BlockedBy"/>.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    /// <summary>Frame-max in bytes of a connection that carries messages. The value is RabbitMQ's default.</summary>
    public const int DefaultFrameMax = 131_072;

    private const long AnswerLimit = 30_000_000; // longest time to wait for a reply, in microseconds
    private const int WriteWait = 100_000;

    private readonly Socket _socket;
    private readonly BrokerAddress _address;
    private readonly FrameBuffer _frames;
    private readonly ArrayBufferWriter<byte> _output = new(256);
    private readonly FrameWriter _writer;
    private volatile string? _blockedBy;

    private LoadConnection(Socket socket, BrokerAddress address, int frameMax)
    {
        _socket = socket;
        _address = address;
        _frames = new FrameBuffer(frameMax);
        _writer = new FrameWriter(_output);
        FrameMax = frameMax;
    }

    /// <summary>Product and version of the broker, from connection.start.</summary>
    public string Product { get; private set; } = "";

    /// <summary>Maximum size of a frame in bytes, as negotiated with the broker.</summary>
    public int FrameMax { get; private set; }

    /// <summary>Reason that the broker gave in connection.blocked; null if the connection is not blocked.</summary>
    public string? BlockedBy => _blockedBy;

    /// <summary>Time of the last read that returned bytes, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long ReadAt { get; private set; }

    /// <summary>Connects, logs in and opens the channel.</summary>
    /// <exception cref="LoadException">The broker cannot be reached, or refused the login.</exception>
    public static LoadConnection Open(BrokerAddress address) => Open(address, DefaultFrameMax, 1)[0];

    /// <summary>Opens several connections. Sends each request on all connections before it reads the replies.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="frameMax">Largest frame to negotiate, in bytes. The read buffer has twice this size.</param>
    /// <param name="count">Number of connections.</param>
    /// <exception cref="LoadException">The broker cannot be reached, or refused a login.</exception>
    public static LoadConnection[] Open(BrokerAddress address, int frameMax, int count)
    {
        var connections = new LoadConnection[count];
        for (int i = 0; i < count; i++)
            connections[i] = new LoadConnection(new Socket(SocketType.Stream, ProtocolType.Tcp), address, frameMax);
        try
        {
            Array.ForEach(connections, connection => connection.Dial());
            Array.ForEach(connections, connection => connection.AnswerStart());
            Array.ForEach(connections, connection => connection.AnswerTune());
            Array.ForEach(connections, connection => connection.OpenChannel());
            Array.ForEach(connections, connection => connection.Expect<ChannelOpenOk>());
            return connections;
        }
        catch
        {
            Array.ForEach(connections, connection => connection.Dispose());
            throw;
        }
    }

    /// <summary>Sends a method and waits for the reply. Discards other frames that arrive before the reply.</summary>
    /// <exception cref="LoadException">The broker closed the channel or the connection, or did not reply.</exception>
    public TReply Call<TMethod, TReply>(in TMethod method, ushort channel = 1)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply>
    {
        Post(method, channel);
        return Expect<TReply>();
    }

    /// <summary>Sends a method that has no reply.</summary>
    public void Post<TMethod>(in TMethod method, ushort channel = 1)
        where TMethod : struct, IMethod<TMethod>
    {
        Hold(method, channel);
        Send(_output.WrittenSpan);
        _output.ResetWrittenCount();
    }

    /// <summary>Sends all bytes, however long it takes.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[SendSome(bytes)..];
    }

    /// <summary>Sends as many bytes as the socket accepts. If the socket accepts none, waits at most 0.1 s and returns 0.</summary>
    /// <returns>Number of bytes sent.</returns>
    /// <exception cref="LoadException">The connection is broken.</exception>
    public int SendSome(ReadOnlySpan<byte> bytes)
    {
        int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
            _socket.Poll(WriteWait, SelectMode.SelectWrite);
        else if (error != SocketError.Success)
            throw Broken(error);
        return sent;
    }

    /// <summary>Reads the bytes that have arrived.</summary>
    /// <param name="waitMicroseconds">Longest time to wait for bytes.</param>
    /// <returns>True if bytes were read. <see cref="TryTake"/> then returns their frames.</returns>
    /// <exception cref="LoadException">The connection is broken.</exception>
    public bool Read(long waitMicroseconds)
    {
        int count = _socket.Receive(_frames.Room, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            if (waitMicroseconds <= 0 || !ReadyWait.ForInput(_socket, waitMicroseconds))
                return false;
            count = _socket.Receive(_frames.Room, SocketFlags.None, out error);
            if (error == SocketError.WouldBlock)
                return false;
        }
        if (error != SocketError.Success)
            throw new LoadException($"the connection to {_address} broke: {Text(error)}");
        if (count == 0)
            throw new LoadException($"{_address} closed the connection without a reason");
        ReadAt = Stopwatch.GetTimestamp();
        _frames.Filled(count);
        return true;
    }

    /// <summary>Takes the next whole frame. Methods that close or block the connection are handled here, and not returned.</summary>
    /// <exception cref="LoadException">The broker closed the channel or the connection, with the reason in the message.</exception>
    public bool TryTake(out Frame frame)
    {
        while (_frames.TryTake(out frame))
        {
            if (frame.Type != FrameType.Method)
                return true;
            uint id = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload);
            if (id >> 16 == BasicDeliver.Id.Class || !IsAboutConnection(id, frame.Payload[4..]))
                return true;
        }
        return false;
    }

    /// <summary>Closes the channel and then the connection. Returns after the broker has processed all frames of the channel.</summary>
    public void Close()
    {
        Call<ChannelClose, ChannelCloseOk>(new ChannelClose((ushort)ReplyCode.Success, "done", 0, 0));
        CloseConnection();
    }

    /// <summary>Closes the connection without closing the channel first.</summary>
    public void CloseConnection()
    {
        BeginClose();
        EndClose();
    }

    /// <summary>Sends connection.close. Does not wait for the reply.</summary>
    public void BeginClose() => Post(new ConnectionClose((ushort)ReplyCode.Success, "done", 0, 0), channel: 0);

    /// <summary>Waits for connection.close-ok, and then closes the socket.</summary>
    public void EndClose()
    {
        Expect<ConnectionCloseOk>();
        Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private void Dial()
    {
        try
        {
            _socket.Connect(_address.Host, _address.Port);
        }
        catch (SocketException cause)
        {
            throw new LoadException($"cannot connect to {_address}: {Text(cause.SocketErrorCode)}", cause);
        }
        _socket.NoDelay = true;
        _socket.Blocking = false;
        Send(ProtocolHeader.Amqp091);
    }

    private void AnswerStart()
    {
        var start = Expect<ConnectionStart>();
        Product = $"{Text(start.ServerProperties["product"])} {Text(start.ServerProperties["version"])}".Trim();
        byte[] response =
            [0, .. System.Text.Encoding.UTF8.GetBytes(_address.User), 0, .. System.Text.Encoding.UTF8.GetBytes(_address.Password)];
        Post(new ConnectionStartOk(ClientProperties, "PLAIN", response, "en_US"), channel: 0);
    }

    private void AnswerTune()
    {
        var tune = Expect<ConnectionTune>();
        FrameMax = tune.FrameMax == 0 ? FrameMax : (int)Math.Min(FrameMax, tune.FrameMax);
        Hold(new ConnectionTuneOk(tune.ChannelMax, (uint)FrameMax, Heartbeat: 0), channel: 0);
        Post(new ConnectionOpen(_address.VirtualHost), channel: 0);
    }

    private void OpenChannel()
    {
        Expect<ConnectionOpenOk>();
        Post(default(ChannelOpen));
    }

    private static FieldTable ClientProperties { get; } = FieldTable.Empty
        .With("product", FieldValue.FromString("amqpbroker bench"))
        .With("capabilities", FieldValue.FromTable(FieldTable.Empty
            // Makes the broker send connection.close if it refuses the login.
            .With("authentication_failure_close", FieldValue.FromBoolean(true))
            .With("connection.blocked", FieldValue.FromBoolean(true))
            .With("consumer_cancel_notify", FieldValue.FromBoolean(true))
            .With("basic.nack", FieldValue.FromBoolean(true))
            .With("publisher_confirms", FieldValue.FromBoolean(true))));

    /// <summary>Returns the operating system's text for a socket error, without the address that .NET's exceptions add.</summary>
    private static string Text(SocketError error) => new SocketException((int)error).Message;

    private static string Text(FieldValue? value) => value is { Type: FieldType.LongString } text ? text.AsString() : "";

    /// <summary>Buffers a method. It is sent together with the next method.</summary>
    private void Hold<TMethod>(in TMethod method, ushort channel)
        where TMethod : struct, IMethod<TMethod> => _writer.WriteMethod(channel, method);

    private TReply Expect<TReply>()
        where TReply : struct, IMethod<TReply>
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            while (TryTake(out Frame frame))
                if (frame.Type == FrameType.Method && BinaryPrimitives.ReadUInt32BigEndian(frame.Payload) == TReply.Id.Value)
                    return MethodArguments.Read<TReply>(frame.Payload[4..]);
            long left = AnswerLimit - (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            if (left <= 0)
                throw new LoadException($"{_address} does not reply");
            Read(left);
        }
    }

    private bool IsAboutConnection(uint id, ReadOnlySpan<byte> arguments)
    {
        if (id == ConnectionClose.Id.Value)
        {
            var close = MethodArguments.Read<ConnectionClose>(arguments);
            throw new LoadException($"the broker closed the connection: {close.ReplyCode} {close.ReplyText}");
        }
        if (id == ChannelClose.Id.Value)
        {
            var close = MethodArguments.Read<ChannelClose>(arguments);
            throw new LoadException($"the broker closed the channel: {close.ReplyCode} {close.ReplyText}");
        }
        if (id == ConnectionBlocked.Id.Value)
            _blockedBy = MethodArguments.Read<ConnectionBlocked>(arguments).Reason;
        else if (id == ConnectionUnblocked.Id.Value)
            _blockedBy = null;
        else
            return false;
        return true;
    }

    /// <summary>
    /// Returns the exception for a failed write. If the broker sent a close method, the exception contains its reply text. Otherwise the
    /// exception describes the socket error.
    /// </summary>
    private LoadException Broken(SocketError error)
    {
        try
        {
            while (Read(0))
                while (TryTake(out _))
                {
                }
        }
        catch (LoadException said)
        {
            return said;
        }
        return new LoadException($"the connection to {_address} broke: {Text(error)}");
    }
}
