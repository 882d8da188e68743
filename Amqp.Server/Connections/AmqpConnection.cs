using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Channels;
using Amqp.Server.Configuration;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Connections;

/// <summary>A client's connection: runs the handshake, reads frames, and releases everything at the end.</summary>
/// <remarks>
/// The read loop owns the connection. Any thread may read the properties, and call <see cref="Close"/>, <see cref="Abort"/>,
/// <see cref="WakeUp"/> and <see cref="Check"/>.
/// </remarks>
internal sealed class AmqpConnection : IMemoryHolder
{
    private readonly ConnectionContext _context;
    private readonly MessageBroker _broker;
    private readonly ConnectionRegistry _connections;
    private readonly BrokerOptions _options;
    private readonly StartFrames _startFrames;
    private readonly ILogger _logger;
    private readonly DispatchRound _round = new();
    private readonly FrameReader _frames;
    private readonly ReadLoop _readLoop;
    private readonly ConnectionFaults _faults;
    private readonly ConnectionDeadline _deadline;
    private readonly ConnectionHeartbeat _heartbeat;
    private readonly ConnectionPause _pause;
    private readonly LateDeliveryCheck _lateDeliveries = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OpenedConnection? _opened;
    private int _isClosing;

    public AmqpConnection(
        ConnectionContext context,
        MemoryPool<byte> memory,
        MessageBroker broker,
        ConnectionRegistry connections,
        BrokerOptions options,
        StartFrames startFrames)
    {
        (_context, _broker, _connections, _options, _startFrames) = (context, broker, connections, options, startFrames);
        Peer = new ConnectionPeer(context);
        _logger = connections.LoggerFor(Peer.Address);
        _faults = new ConnectionFaults(broker.Faults, Peer.Name);
        Outbox = new Outbox(OutputSink.Of(context), memory, options.Connections.OutboxHighWatermark, OnOutputFailed);
        _frames = new FrameReader { FrameMax = options.Connections.InitialFrameMax };
        _deadline = new ConnectionDeadline(() => _faults.Contain(Abort));
        _heartbeat = new ConnectionHeartbeat(Outbox, seconds =>
        {
            _logger.HeartbeatMissed(Peer.Name, seconds);
            Abort();
        });
        _pause = new ConnectionPause(_heartbeat, context.ConnectionClosed);
        var socket = context.Features.Get<LoopConnection>();
        _readLoop = new ReadLoop(
            this, context.Transport.Input, _frames, _round, new PatientAcknowledgements(socket, Outbox), new ServingThread(socket),
            _heartbeat, _pause, _logger);
    }

    public ConnectionPeer Peer { get; }

    public Outbox Outbox { get; }

    /// <summary>Result of the handshake; null before the handshake has ended.</summary>
    public OpenedConnection? Opened => Volatile.Read(ref _opened);

    public ConnectionCounts Traffic => Outbox.Counts;

    /// <summary>Number of octets that wait in the outbox to be sent.</summary>
    public long PendingOutput => Outbox.Waiting;

    /// <summary>The open channels, in order of their numbers.</summary>
    public IReadOnlyList<AmqpChannel> Channels => _readLoop.Channels;

    public IEnumerable<BrokerSession> Sessions => Channels.Select(channel => channel.Session);

    /// <inheritdoc cref="ChannelTable.Load"/>
    public (int Channels, long Unacknowledged) Load => _readLoop.Load;

    /// <summary>Negotiated maximum number of open channels; 0 before the handshake has ended.</summary>
    public int ChannelMax => Opened?.ChannelMax ?? 0;

    /// <summary>
    /// Negotiated size in bytes of the largest frame, including the 8 bytes around its payload; 0 before the handshake has ended.
    /// </summary>
    public int FrameMax => Opened?.FrameMax ?? 0;

    /// <summary>Heartbeat interval in seconds; 0 if the handshake agreed on no heartbeats, or has not ended.</summary>
    public int Heartbeat => Opened?.Heartbeat ?? 0;

    /// <summary>The logged-in client; null before the handshake has ended.</summary>
    public BrokerClient? Client => Opened?.Client;

    /// <inheritdoc/>
    public long MemoryInUse =>
        ObjectSize.Connection
            + Outbox.MemoryInUse
            + (long)ObjectSize.Channel * _readLoop.ChannelCount
            + (long)ObjectSize.Consumer * (Client?.ConsumerCount ?? 0);

    /// <summary>Completes when the connection has released everything that it held.</summary>
    public Task Closed => _closed.Task;

    /// <summary>True once the broker has sent connection.close.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing) != 0;

    /// <summary>RabbitMQ's name for the connection's state: <c>closing</c>, or a value of <see cref="PublisherBrake.State"/>.</summary>
    public string State => IsClosing ? "closing" : Client?.Brake.State ?? "running";

    /// <summary>Runs the connection until it ends. Throws nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            await OpenAndReadAsync();
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            if (_opened is not null && !IsClosing)
                _logger.ConnectionLost(Peer.Name);
            else if (_opened is null && _deadline.IsMissed)
                _logger.HandshakeTimedOut(Peer.Name, _options.Connections.HandshakeTimeout);
        }
        catch (Exception error)
        {
            _faults.Note(error);
            Close(new AmqpException(ReplyCode.InternalError, "the broker failed"));
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>Sends connection.close. Closes the socket if the peer does not answer in time. A second call does nothing.</summary>
    public void Close(AmqpException error)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        bool isLoginRefused = _opened is null && error.Code == ReplyCode.AccessRefused; // already logged by FailedLogins
        if (error.Code != ReplyCode.ConnectionForced && !isLoginRefused)
            _logger.ConnectionRefused(Peer.Name, error.ReplyText);
        _deadline.Set(_opened is null || error.Code == ReplyCode.FrameError ? ConnectionDeadline.ShortClose : ConnectionDeadline.Close);
        lock (Outbox.Gate)
        {
            Outbox.Write(0, new ConnectionClose((ushort)error.Code, error.ReplyText, error.Cause.Class, error.Cause.Method));
            Outbox.EndDeliveries();
        }
        Outbox.Flush();
        // Wakes the read loop, which releases everything that the connection holds.
        _pause.End();
        if (Opened is not null)
            _readLoop.WakeUp();
    }

    public void Abort() => _context.Abort();

    /// <inheritdoc cref="ReadLoop.WakeUp"/>
    public void WakeUp() => _readLoop.WakeUp();

    /// <summary>Checks heartbeats and, if due, the consumer timeout.</summary>
    /// <param name="now">The current <see cref="Environment.TickCount64"/>.</param>
    public void Check(long now)
    {
        if (Opened is not { } opened)
            return;
        _heartbeat.Check(now, opened.Heartbeat);
        if (_lateDeliveries.IsDue(now, opened.Client.ConsumerTimeout))
            _readLoop.WakeUp();
    }

    /// <summary>Closes the socket on another thread, because this thread may hold a lock.</summary>
    private void OnOutputFailed(Exception error)
    {
        _faults.Note(error);
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection._faults.Contain(connection.Abort), this, preferLocal: false);
    }

    private async Task OpenAndReadAsync()
    {
        _deadline.Set(_options.Connections.HandshakeTimeout);
        try
        {
            var handshake = new Handshake(
                Peer, _context.Transport.Input, _frames, Outbox, _round, _broker, _connections, _options, _startFrames, _logger);
            var opened = await handshake.RunAsync(_context.ConnectionClosed);
            _deadline.Clear();
            PendingLogins.NoteOpened(_context);
            if (opened is null)
                return;
            opened.Abort = Abort;
            Volatile.Write(ref _opened, opened);
            opened.VirtualHost.Statistics.Open(Outbox.Counts);
            _broker.Memory.Clients.Add(this);
            AccessChanges.DemandNotDeleted(_broker, opened);
            if (!await _readLoop.RunAsync(opened))
            {
                if (!IsClosing)
                    _logger.ConnectionLost(Peer.Name);
            }
            else if (!IsClosing)
            {
                // After close-ok the client should close its socket. The deadline closes a socket that the client leaves open.
                NoteClosed();
                _deadline.Set(ConnectionDeadline.ShortClose);
                await _readLoop.DiscardRestAsync();
            }
        }
        catch (AmqpException refused)
        {
            _deadline.Clear();
            Close(refused);
            await _readLoop.AwaitCloseOkAsync();
        }
    }

    private async Task EndAsync()
    {
        // An exception in one step must not prevent the next steps.
        _faults.Contain(_readLoop.Release);
        _round.Complete();
        _faults.Contain(NoteClosed);
        var sent = Outbox.CloseAsync();
        if (!sent.IsCompleted)
            _deadline.Set(ConnectionDeadline.ShortClose); // limits the wait for a peer that does not read the last octets
        await sent;
        _deadline.Clear();
    }

    /// <summary>Removes the connection from the registry, the statistics and the limits. A second call does nothing.</summary>
    private void NoteClosed()
    {
        _connections.Remove(this);
        _broker.Memory.Clients.Remove(this);
        // Usually the read loop has done this already. But if the client was refused after the handshake, the read loop has not run.
        _opened?.Client.Admission?.Dispose();
        _opened?.VirtualHost.Statistics.Close(Outbox.Counts);
        if (_closed.TrySetResult() && _opened is { } opened)
            _broker.Events.ConnectionClosed(opened);
    }
}
