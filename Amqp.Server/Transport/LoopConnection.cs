using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Transport;

/// <summary>A connection whose socket is polled by a <see cref="SocketLoop"/>.</summary>
/// <remarks><see cref="Gate"/> guards the state. The code that awaits a read or a send runs without the gate.</remarks>
internal sealed class LoopConnection : ConnectionContext, IDuplexPipe
{
    private readonly Socket _socket;
    private readonly LoopConnections _all;
    private readonly LoopInput _input;
    private readonly CancellationTokenSource _closed = new();
    private SocketLoop? _loop; // null if the socket is not in a poll set
    private PollEvents _polled; // the events for which the socket is in the poll set
    private bool _isPatient; // the socket is in the loop's patient set
    private bool _isPeerClosed; // the peer has closed its side, and the loop knows it
    private bool _isClosed;

    /// <param name="socket">A connected socket. The connection owns it.</param>
    /// <param name="all">Receives the connection.</param>
    /// <param name="blocks">Source of the memory for received octets.</param>
    public LoopConnection(Socket socket, LoopConnections all, MemoryPool<byte> blocks)
    {
        (_socket, _all) = (socket, all);
        _input = new LoopInput(this, socket.SafeHandle, blocks);
        DirectOutput = new LoopOutput(this, socket.SafeHandle);
        Features.Set(this);
        (LocalEndPoint, RemoteEndPoint, ConnectionClosed) = (socket.LocalEndPoint, socket.RemoteEndPoint, _closed.Token);
        Transport = this;
        Key = all.Add(this, (int)socket.SafeHandle.DangerousGetHandle());
    }

    /// <summary>The lock of the connection. No system call that waits is made while it is held.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Identifies the connection in <see cref="LoopConnections"/> and in poll sets.</summary>
    public long Key { get; }

    /// <summary>Sends octets to the socket, without a copy to a pipe.</summary>
    public LoopOutput DirectOutput { get; }

    /// <summary>
    /// The loop's time for this connection in <see cref="LoadWindow"/>, in ticks of <see cref="System.Diagnostics.Stopwatch"/>. Used by the
    /// loop only.
    /// </summary>
    public long Load { get; set; }

    /// <summary>Number of the window of time to which <see cref="Load"/> belongs. Used by the loop only.</summary>
    public long LoadWindow { get; set; }

    /// <summary>True while received octets may wait. The caller holds the gate, or is the loop.</summary>
    public bool IsPatient => Volatile.Read(ref _isPatient);

    /// <summary>The loop that polls the socket; null if none does. Any thread may read the property.</summary>
    public SocketLoop? Loop => Volatile.Read(ref _loop);

    /// <summary>True while the socket is in a poll set. The caller holds the gate.</summary>
    public bool IsPolled => _loop is not null;

    /// <inheritdoc/>
    public override string ConnectionId { get => field ??= $"{Key:x}"; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => field ??= PipeWriter.Create(new NetworkStream(_socket, ownsSocket: false));

    /// <summary>Starts the polling.</summary>
    /// <exception cref="IOException">The system has no resources for another polled socket.</exception>
    public void Begin(SocketLoop loop)
    {
        lock (Gate)
        {
            _polled = PollEvents.PeerHangUp;
            loop.Sockets.Add(_socket.SafeHandle, _polled, Key);
            _loop = loop;
        }
    }

    /// <summary>Lets another loop poll the socket. Does nothing if the connection is closed.</summary>
    public void MoveTo(SocketLoop loop)
    {
        lock (Gate)
        {
            if (_loop is null || _loop == loop)
                return;
            StopPolling();
            loop.Sockets.Add(_socket.SafeHandle, _polled, Key);
            _loop = loop;
        }
    }

    /// <summary>
    /// Lets received octets wait until the loop wakes up for another reason, at most <see cref="SocketLoop.Patience"/> ms. Used for
    /// acknowledgements that no delivery waits for: a thread that does not sleep and wake up for each of them does half of the work.
    /// </summary>
    public void BeginPatience()
    {
        lock (Gate)
        {
            if (_loop is null || _isPatient || (_polled & PollEvents.Output) != 0)
                return;
            _loop.Sockets.Remove(_socket.SafeHandle);
            _loop.BeginPatience(_socket.SafeHandle, _polled, Key);
            Volatile.Write(ref _isPatient, true);
        }
    }

    /// <summary>Ends the patience: received octets wake the loop. Callers may hold locks.</summary>
    public void EndPatience()
    {
        lock (Gate)
        {
            if (_loop is null || !_isPatient)
                return;
            _loop.EndPatience(_socket.SafeHandle);
            Volatile.Write(ref _isPatient, false);
            _loop.Sockets.Add(_socket.SafeHandle, _polled, Key);
        }
    }

    /// <summary>Adds an event to those for which the socket is polled. The caller holds the gate.</summary>
    public void Want(PollEvents events) => Poll(_polled | events);

    /// <summary>Removes an event from those for which the socket is polled. The caller holds the gate.</summary>
    public void Ignore(PollEvents events) => Poll(_polled & ~events);

    /// <summary>Handles events of the socket. Called by a loop.</summary>
    public void OnReady(SocketLoop loop, PollEvents events)
    {
        bool isRead = false, isSent = false;
        lock (Gate)
        {
            if (_loop != loop)
                return; // the connection was closed or moved after the loop had got the event
            bool isLost = (events & (PollEvents.HangUp | PollEvents.Error)) != 0;
            if (isLost || (events & PollEvents.Output) != 0)
                isSent = DirectOutput.OnWritable();
            if (isLost || (events & PollEvents.Input) != 0)
                isRead = _input.OnReadable();
            if ((events & PollEvents.PeerHangUp) != 0 && !isRead)
                OnPeerHangUp();
            if (isLost && !isRead && !_input.IsReading)
                StopPolling(); // otherwise the loop would get these events again and again
        }
        if (isSent)
            DirectOutput.Continue();
        if (isRead)
            _input.Continue();
    }

    /// <summary>Called when nothing more can be received. The caller holds the gate.</summary>
    public void OnInputEnded()
    {
        Ignore(PollEvents.Input | PollEvents.PeerHangUp);
        OnPeerHangUp();
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        lock (Gate)
        {
            if (_isClosed)
                return;
            try
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The peer has closed the connection already.
            }
            End(abortReason);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        lock (Gate)
        {
            if (_isClosed)
                return base.DisposeAsync();
            _isClosed = true;
            End(new ConnectionAbortedException());
            _input.Complete();
            _all.Remove(Key);
        }
        _socket.Dispose();
        return base.DisposeAsync();
    }

    private void End(ConnectionAbortedException reason)
    {
        StopPolling();
        if (DirectOutput.End(reason))
            DirectOutput.ContinueOnPool(); // not on this thread, because the caller may hold locks
        if (_input.End(reason))
            _input.ContinueOnPool();
        OnPeerHangUp();
    }

    private void OnPeerHangUp()
    {
        if (_isPeerClosed)
            return;
        _isPeerClosed = true;
        Ignore(PollEvents.PeerHangUp);
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }

    private void Poll(PollEvents events)
    {
        if (events == _polled)
            return;
        if ((events & PollEvents.Output) != 0)
            EndPatience();
        _polled = events;
        if (_isPatient)
            _loop?.Patient.Change(_socket.SafeHandle, events, Key);
        else
            _loop?.Sockets.Change(_socket.SafeHandle, events, Key);
    }

    private void StopPolling()
    {
        if (_isPatient)
            _loop?.EndPatience(_socket.SafeHandle);
        else
            _loop?.Sockets.Remove(_socket.SafeHandle);
        _loop = null;
        Volatile.Write(ref _isPatient, false);
    }
}
