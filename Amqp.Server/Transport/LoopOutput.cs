using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Transport;

/// <summary>Sends octets to a socket on the thread of the caller. If the socket's buffer is full, the loop sends them later.</summary>
/// <remarks>Only one send runs at a time. The connection's gate guards the fields.</remarks>
internal sealed class LoopOutput(LoopConnection connection, SafeSocketHandle socket) : IValueTaskSource<int>
{
    private readonly Lock _gate = connection.Gate;
    private ManualResetValueTaskSourceCore<int> _send;
    private ReadOnlyMemory<byte> _octets; // octets of the pending send
    private bool _isSending;
    private int _sent;
    private Exception? _failure;

    /// <summary>Sends octets.</summary>
    /// <returns>Number of octets that were sent, at least one.</returns>
    /// <exception cref="IOException">The peer has gone.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets)
    {
        int sent = Send(octets); // without the gate, so that a send does not delay the loop
        if (sent > 0)
            return new ValueTask<int>(sent);
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            if (!connection.IsPolled)
                throw new ConnectionAbortedException();
            _send.Reset();
            (_octets, _isSending) = (octets, true);
            connection.Want(PollEvents.Output);
            return new ValueTask<int>(this, _send.Version);
        }
    }

    /// <summary>Continues the pending send. The caller holds the gate, and is the loop.</summary>
    /// <returns>True if the caller must call <see cref="Continue"/> after it has released the gate.</returns>
    public bool OnWritable()
    {
        if (_isSending)
        {
            try
            {
                _sent = Send(_octets);
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException)
            {
                _failure ??= failure;
            }
            if (_sent == 0 && _failure is null)
                return false;
        }
        connection.Ignore(PollEvents.Output);
        bool wasSending = _isSending;
        _isSending = false;
        return wasSending;
    }

    /// <summary>Ends the output, because the connection was closed or aborted. The caller holds the gate.</summary>
    /// <inheritdoc cref="OnWritable"/>
    public bool End(Exception failure)
    {
        _failure ??= failure;
        bool wasSending = _isSending;
        _isSending = false;
        return wasSending;
    }

    /// <summary>Runs the code that awaits the send, on this thread.</summary>
    public void Continue()
    {
        int sent;
        lock (_gate)
            (sent, _sent, _octets) = (_sent, 0, default);
        if (sent > 0)
            _send.SetResult(sent);
        else
            _send.SetException(_failure!);
    }

    /// <inheritdoc cref="Continue"/>
    public void ContinueOnPool() => ThreadPool.UnsafeQueueUserWorkItem(static output => output.Continue(), this, preferLocal: false);

    int IValueTaskSource<int>.GetResult(short token) => _send.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _send.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _send.OnCompleted(continuation, state, token, flags);

    /// <summary>Returns the number of octets sent; 0 if the socket's buffer is full.</summary>
    private int Send(ReadOnlyMemory<byte> octets)
    {
        while (true)
        {
            int sent = SocketCalls.Send(socket, octets.Span);
            if (sent >= 0)
                return sent;
            int error = SocketCalls.LastError;
            if (error == SocketCalls.WouldWait)
                return 0;
            if (error != SocketCalls.Interrupted)
                throw new ConnectionResetException("The peer has gone.", SocketCalls.Error("send", error));
        }
    }
}
