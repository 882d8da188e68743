using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Transport;

/// <summary>The octets that a connection receives. The loop receives only while a read is pending, and then continues the reader.</summary>
/// <remarks>The connection's gate guards the fields, but between reads, the reader owns the buffer.</remarks>
internal sealed class LoopInput(LoopConnection connection, SafeSocketHandle socket, MemoryPool<byte> blocks)
    : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly Lock _gate = connection.Gate;
    private readonly ReceiveBuffer _buffer = new(blocks);
    private ManualResetValueTaskSourceCore<ReadResult> _read;
    private CancellationTokenRegistration _cancellation;
    private bool _isCancelRequested;
    private bool _isEnded; // nothing more can be received
    private Exception? _failure;

    /// <summary>True while a read is pending. The caller holds the gate.</summary>
    public bool IsReading { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ConnectionResetException">The connection is lost.</exception>
    /// <exception cref="ConnectionAbortedException">The broker has closed the connection.</exception>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((LoopInput)state!).Cancel(token), this);
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!connection.IsPolled && !HasResult)
                Receive(); // both sides are closed, so this does not wait
            if (HasResult)
                return new ValueTask<ReadResult>(TakeResult());
            _read.Reset();
            IsReading = true;
            connection.Want(PollEvents.Input);
            return new ValueTask<ReadResult>(this, _read.Version);
        }
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        lock (_gate)
        {
            result = HasResult ? TakeResult() : default;
            return !result.Buffer.IsEmpty || result.IsCanceled || result.IsCompleted;
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => _buffer.Consume(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _buffer.Consume(consumed, examined);

    /// <inheritdoc/>
    /// <remarks>The reader continues on the thread pool, because the caller may hold locks.</remarks>
    public override void CancelPendingRead()
    {
        lock (_gate)
        {
            _isCancelRequested = true;
            if (!TryEndRead())
                return;
        }
        ContinueOnPool();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            _isEnded = true;
            _buffer.Release();
        }
    }

    /// <summary>Receives what has arrived, if a read is pending. The caller holds the gate, and is the loop.</summary>
    /// <returns>True if the caller must call <see cref="Continue"/> after it has released the gate.</returns>
    public bool OnReadable()
    {
        if (IsReading)
        {
            Receive();
            return HasResult && TryEndRead();
        }
        connection.Ignore(PollEvents.Input);
        return false;
    }

    /// <summary>Ends the input, because the connection was closed or aborted. The caller holds the gate.</summary>
    /// <inheritdoc cref="OnReadable"/>
    public bool End(Exception failure)
    {
        if (!_isEnded)
            (_isEnded, _failure) = (true, failure);
        return TryEndRead();
    }

    /// <summary>Runs the code that awaits the read, on this thread.</summary>
    public void Continue()
    {
        _cancellation.Dispose();
        _cancellation = default;
        ReadResult result;
        try
        {
            lock (_gate)
                result = TakeResult();
        }
        catch (Exception failure) when (failure is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            _read.SetException(failure);
            return;
        }
        _read.SetResult(result);
    }

    /// <inheritdoc cref="Continue"/>
    public void ContinueOnPool() => ThreadPool.UnsafeQueueUserWorkItem(static input => input.Continue(), this, preferLocal: false);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private bool HasResult => _isCancelRequested || _buffer.HasNews || _isEnded;

    private bool TryEndRead()
    {
        bool wasReading = IsReading;
        IsReading = false;
        return wasReading;
    }

    private ReadResult TakeResult()
    {
        bool isCanceled = _isCancelRequested;
        _isCancelRequested = false;
        if (_failure is not null && !isCanceled && !_buffer.HasNews)
            throw _failure;
        return new ReadResult(_buffer.Octets, isCanceled, isCompleted: _isEnded && _failure is null);
    }

    private void Receive()
    {
        int received = SocketCalls.Receive(socket, _buffer.Space());
        int error = received < 0 ? SocketCalls.LastError : 0;
        _buffer.Add(Math.Max(received, 0));
        if (received > 0 || error is SocketCalls.WouldWait or SocketCalls.Interrupted)
            return;
        _isEnded = true;
        if (received < 0)
            _failure = new ConnectionResetException("The connection was lost.", SocketCalls.Error("recv", error));
        connection.OnInputEnded();
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!TryEndRead())
                return;
        }
        _read.SetException(new OperationCanceledException(token));
    }
}
