using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Channels;
using Amqp.Server.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Connections;

/// <summary>One client's connection from its first octet to its last: handshake, frames, and an end that gives everything back.</summary>
/// <remarks>
/// Its read loop owns it. Other threads may <see cref="Close"/> or <see cref="Abort"/> it and look at its heartbeat;
/// what they touch is interlocked or under the outbox's lock.
/// </remarks>
internal sealed class AmqpConnection : IMemoryHolder
{
    /// <summary>How long a peer has to answer connection.close before its socket is closed.</summary>
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The same for one whose framing is broken or that has not logged in: it is likely no AMQP client at all.</summary>
    private static readonly TimeSpan _shortCloseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Milliseconds for which a connection that the store has held up is still said to be in flow; RabbitMQ's.</summary>
    private const long FlowMemory = 5_000;

    /// <summary>Milliseconds between two looks for deliveries that were never acknowledged; RabbitMQ looks as often.</summary>
    private const long LongestLateCheck = 60_000;

    private readonly ConnectionContext _context;
    private readonly MessageBroker _broker;
    private readonly ConnectionRegistry _connections;
    private readonly BrokerOptions _options;
    private readonly StartFrames _startFrames;
    private readonly ILogger _logger;
    private readonly DispatchRound _round = new();
    private readonly FrameReader _frames;
    private readonly ReadLoop _readLoop;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OpenedConnection? _opened;
    private long _lastReceived = Environment.TickCount64;
    private long _nextLateCheck; // the monitor's
    private int _isClosing;
    private TaskCompletionSource? _pause; // while it lasts
    private bool _isDeadlineMissed;
    private bool _isPaused; // we do not read, so its heartbeats cannot be heard
    private bool _isBlocked; // by an alarm
    private long _flowUntil; // in ticks of the environment
    private CancellationTokenSource? _deadline;

    public AmqpConnection(
        ConnectionContext context, MemoryPool<byte> memory, MessageBroker broker, ConnectionRegistry connections, BrokerOptions options, StartFrames startFrames)
    {
        (_context, _broker, _connections, _options, _startFrames) = (context, broker, connections, options, startFrames);
        Peer = new ConnectionPeer(context);
        _logger = connections.LoggerFor(Peer.Address);
        Outbox = new Outbox(OutputSink.Of(context), memory, options.OutboxHighWatermark, OnOutputFailed);
        _frames = new FrameReader { FrameMax = options.InitialFrameMax };
        _readLoop = new ReadLoop(this, context.Transport.Input, _frames, _round);
    }

    public ConnectionPeer Peer { get; }

    public Outbox Outbox { get; }

    /// <summary>What the handshake agreed on; null before that. Any thread may ask.</summary>
    public OpenedConnection? Opened => Volatile.Read(ref _opened);

    /// <summary>Say when publishers must wait.</summary>
    public ResourceAlarms Alarms => _broker.Alarms;

    /// <summary>The open channels. Any thread may ask.</summary>
    public IReadOnlyList<AmqpChannel> Channels => _readLoop.Channels;

    /// <summary>What is open on them. Any thread may ask.</summary>
    public IEnumerable<BrokerSession> Sessions => Channels.Select(channel => channel.Session);

    /// <summary>Most channels that the handshake agreed on; 0 before that. Any thread may ask.</summary>
    public int ChannelMax => Opened?.ChannelMax ?? 0;

    /// <summary>The largest frame that the handshake agreed on, its eight bytes of envelope included; 0 before that. Any thread may ask.</summary>
    public int FrameMax => Opened?.FrameMax ?? 0;

    /// <summary>The interval that the handshake agreed on, in seconds; 0: none, or not yet. Any thread may ask.</summary>
    public int Heartbeat => Opened?.Heartbeat ?? 0;

    /// <summary>Who has logged in; null before that. Any thread may ask.</summary>
    public BrokerClient? Client => Opened?.Client;

    /// <summary>How many channels are open. Any thread may ask.</summary>
    public int ChannelCount => _readLoop.ChannelCount;

    /// <inheritdoc/>
    public long MemoryInUse =>
        ObjectSize.Connection + Outbox.MemoryInUse + (long)ObjectSize.Channel * ChannelCount + (long)ObjectSize.Consumer * (Opened?.Client.ConsumerCount ?? 0);

    /// <summary>Completes when the connection holds nothing any more.</summary>
    public Task Closed => _closed.Task;

    /// <summary>True once connection.close has been sent.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing) != 0;

    /// <summary>What it does now, in RabbitMQ's words. An alarm makes it <c>blocking</c>, and <c>blocked</c> once it publishes; <c>flow</c> is one that publishes faster than the store takes it. Any thread may ask.</summary>
    public string State
    {
        get
        {
            if (IsClosing)
                return "closing";
            if (Volatile.Read(ref _isBlocked))
                return "blocked";
            if (_broker.Alarms.IsSet)
                return "blocking";
            return Environment.TickCount64 < Volatile.Read(ref _flowUntil) ? "flow" : "running";
        }
    }

    /// <summary>Carries the connection until it ends. Throws nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            await OpenAndReadAsync();
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            LogLost();
        }
        catch (Exception error)
        {
            NoteFault(error);
            Close(new AmqpException(ReplyCode.InternalError, "the broker failed"));
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>Sends connection.close once, and closes the socket if the peer does not answer. Any thread.</summary>
    public void Close(AmqpException error)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        bool isLoginRefused = _opened is null && error.Code == ReplyCode.AccessRefused; // of which the log has heard, or will in sum
        if (error.Code != ReplyCode.ConnectionForced && !isLoginRefused)
            _logger.ConnectionRefused(Peer.Name, error.ReplyText);
        SetDeadline(_opened is null || error.Code == ReplyCode.FrameError ? _shortCloseTimeout : _closeTimeout);
        lock (Outbox.Gate)
        {
            Outbox.Write(0, new ConnectionClose((ushort)error.Code, error.ReplyText, error.Cause.Class, error.Cause.Method));
            Outbox.EndDeliveries();
        }
        Outbox.Flush();
        GiveBackSoon();
    }

    /// <summary>Ends the consumers of queues that the user may no longer read. Any thread.</summary>
    public void EndForbiddenConsumers()
    {
        if (Opened is not { } opened)
            return;
        var round = new DispatchRound();
        bool mustClose = false;
        foreach (var channel in Channels)
            foreach (var consumer in channel.Session.Consumers.All)
                if (!_broker.Permissions.Allows(opened.VirtualHost.Name, opened.User.Name, AccessKind.Read, consumer.Queue.Name))
                    mustClose |= !channel.Session.Consumers.Revoke(consumer, round);
        round.Complete();
        if (mustClose)
            _readLoop.WakeUp();
    }

    /// <summary>Cuts the peer off. Any thread.</summary>
    public void Abort() => _context.Abort();

    /// <summary>Octets have come: the peer lives.</summary>
    public void NoteReceived() => Volatile.Write(ref _lastReceived, Environment.TickCount64);

    /// <summary>Sends a heartbeat if one is due; gives the peer up after two silent intervals. Called by <see cref="HeartbeatMonitor"/>.</summary>
    public void CheckHeartbeat(long now)
    {
        if (Volatile.Read(ref _opened) is not { Heartbeat: > 0 and var seconds })
            return;
        long interval = seconds * 1000L;
        if (now - Volatile.Read(ref _lastReceived) > 2 * interval + interval / 2 && !Volatile.Read(ref _isPaused))
        {
            _logger.HeartbeatMissed(Peer.Name, (int)((now - Volatile.Read(ref _lastReceived)) / 1000));
            Abort();
        }
        else if (now - Outbox.LastSent >= interval / 2)
        {
            Outbox.SendHeartbeat();
        }
    }

    /// <summary>Has late deliveries looked for, where there is a consumer timeout. Called by <see cref="HeartbeatMonitor"/>.</summary>
    public void CheckConsumerTimeout(long now)
    {
        if (Volatile.Read(ref _opened)?.Client.ConsumerTimeout is not { } timeout || now < _nextLateCheck)
            return;
        _nextLateCheck = now + Math.Min(timeout / 4, LongestLateCheck);
        _readLoop.WakeUp();
    }

    /// <summary>Waits while memory or disk is short: the client is told, where it understands it, and not read from.</summary>
    public async Task WaitWhileBlockedAsync(OpenedConnection opened, DispatchRound round)
    {
        if (_broker.Alarms.Reason is not { } reason || IsClosing)
            return;
        _logger.PublisherBlocked(Peer.Name, reason);
        Volatile.Write(ref _isBlocked, true);
        if (opened.Capabilities.ConnectionBlocked)
            Outbox.Send(0, new ConnectionBlocked(reason), round);
        round.Complete();
        await PauseAsync(_broker.Alarms.WaitUntilClearedAsync());
        Volatile.Write(ref _isBlocked, false);
        if (opened.Capabilities.ConnectionBlocked)
            Outbox.Send(0, new ConnectionUnblocked(), round);
        round.Complete();
    }

    /// <summary>
    /// Reads nothing until something else is done, but no longer than the socket is open and nobody has closed the connection: what was
    /// read so far is then handled to its end. What the client sends meanwhile is not heard, so it is not held against it.
    /// </summary>
    public async Task PauseAsync(Task waiting)
    {
        var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _pause, pause); // before the look at who closes, who looks for it after having said so
        if (IsClosing)
            return;
        Volatile.Write(ref _isPaused, true);
        Task ended = Task.WhenAny(waiting, pause.Task);
        await ended.WaitAsync(_context.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        NoteReceived();
        Volatile.Write(ref _isPaused, false);
    }

    /// <summary>Reads nothing while the store is behind.</summary>
    public async Task SlowDownAsync(Task room)
    {
        Volatile.Write(ref _flowUntil, long.MaxValue);
        await PauseAsync(room);
        Volatile.Write(ref _flowUntil, Environment.TickCount64 + FlowMemory);
    }

    public void LogClosed() => _logger.ConnectionClosed(Peer.Name);

    /// <summary>Has the read loop give back what the connection holds, though nothing comes from the client, or is waited for.</summary>
    private void GiveBackSoon()
    {
        if (Opened is null)
            return;
        Volatile.Read(ref _pause)?.TrySetResult();
        _readLoop.WakeUp();
    }

    private string Place => $"connection {Peer.Name}";

    private void NoteFault(Exception error) => _broker.Faults.Note(Compartment.Connection, Place, error);

    /// <summary>Its output cannot be used any more. Any thread, under any lock: so the socket is cut off on another one.</summary>
    private void OnOutputFailed(Exception error)
    {
        NoteFault(error);
        ThreadPool.UnsafeQueueUserWorkItem(
            static connection => connection._broker.Faults.Contain(Compartment.Connection, connection.Place, connection.Abort), this, preferLocal: false);
    }

    private async Task OpenAndReadAsync()
    {
        SetDeadline(_options.HandshakeTimeout);
        try
        {
            var handshake = new Handshake(Peer, _context.Transport.Input, _frames, Outbox, _round, _broker, _connections, _options, _startFrames, _logger);
            var opened = await handshake.RunAsync(_context.ConnectionClosed);
            ClearDeadline();
            PendingLogins.NoteOpened(_context);
            if (opened is null)
                return;
            opened.Abort = Abort;
            Volatile.Write(ref _opened, opened);
            opened.VirtualHost.Statistics.Open(Outbox.Counts);
            _broker.ClientMemory.Add(this);
            DemandNotDeleted(opened);
            if (!await _readLoop.RunAsync(opened))
                LogLost();
            else if (!IsClosing)
                await LingerAsync();
        }
        catch (AmqpException refused)
        {
            ClearDeadline();
            Close(refused);
            await _readLoop.AwaitCloseOkAsync();
        }
    }

    /// <summary>Whoever deletes a virtual host or a user closes the connections that are open; this one may just have missed that.</summary>
    private void DemandNotDeleted(OpenedConnection opened)
    {
        if (opened.VirtualHost.IsDeleted)
            throw NameErrors.Deleted(opened.VirtualHost.Name).ToAmqp();
        if (_broker.Users.Find(opened.User.Name) is null)
            throw ConnectionRegistry.UserDeleted(opened.User.Name);
    }

    /// <summary>The client has closed and been answered. It closes its socket first, as it should, or we do.</summary>
    private async Task LingerAsync()
    {
        NoteClosed();
        SetDeadline(_shortCloseTimeout);
        try
        {
            await _readLoop.DiscardRestAsync();
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException)
        {
            // However it ends, it has ended.
        }
    }

    private async Task EndAsync()
    {
        // Whatever one step throws, the others follow: nothing that the connection held may be left behind.
        _broker.Faults.Contain(Compartment.Connection, Place, _readLoop.Release);
        _round.Complete();
        _broker.Faults.Contain(Compartment.Connection, Place, NoteClosed);
        var sent = Outbox.CloseAsync();
        // The last octets may still wait for the peer to read them; it does not get for ever.
        if (!sent.IsCompleted)
            SetDeadline(_shortCloseTimeout);
        await sent;
        ClearDeadline();
    }

    /// <summary>The connection holds nothing any more. Twice does no harm.</summary>
    private void NoteClosed()
    {
        _connections.Remove(this);
        _broker.ClientMemory.Remove(this);
        _opened?.Client.Admission?.Dispose(); // the read loop never saw a session that was refused right after it was opened
        _opened?.VirtualHost.Statistics.Close(Outbox.Counts);
        if (_closed.TrySetResult() && _opened is { } opened)
            _broker.Events.ConnectionClosed(opened);
    }

    private void LogLost()
    {
        if (_opened is null)
        {
            if (Volatile.Read(ref _isDeadlineMissed))
                _logger.HandshakeTimedOut(Peer.Name, _options.HandshakeTimeout);
        }
        else if (!IsClosing)
        {
            _logger.ConnectionLost(Peer.Name);
        }
    }

    /// <summary>The socket is closed when this much time passes first.</summary>
    private void SetDeadline(TimeSpan time)
    {
        var deadline = new CancellationTokenSource(time);
        deadline.Token.UnsafeRegister(
            static state =>
            {
                var connection = (AmqpConnection)state!;
                Volatile.Write(ref connection._isDeadlineMissed, true);
                connection._broker.Faults.Contain(Compartment.Connection, connection.Place, connection.Abort); // this is a timer's thread
            },
            this);
        Interlocked.Exchange(ref _deadline, deadline)?.Dispose();
    }

    private void ClearDeadline() => Interlocked.Exchange(ref _deadline, null)?.Dispose();
}
