using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Dispatch;

namespace Amqp.Server.Channels;

/// <summary>Everything that a connection sends: written under one lock by any thread, flushed once a round of work.</summary>
/// <remarks>
/// <see cref="Gate"/> owns the output and, with it, what must change in step with it: the delivery tags, prefetch
/// counts and unacknowledged deliveries of the connection's channels. A queue's lock may be held when it is taken;
/// no queue's lock may be taken under it.
/// A peer that reads slowly leaves a flush pending; what is written meanwhile gathers here, deliveries stop at the
/// high watermark and requests are not read above it, so memory has a bound.
/// </remarks>
internal sealed class Outbox : IOutput
{
    /// <summary>Bytes after which a round need not end for a flush: the socket sends while the round goes on.</summary>
    private const int EarlyFlush = 64 * 1024;

    private readonly PipeWriter _output;
    private readonly FrameWriter _frames;
    private readonly long _highWatermark;
    private readonly Action _onFlushed;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _pendingFlush;
    private bool _isFlushPending;
    private bool _isClosed;
    private List<ChannelConsumer> _refused = []; // who was told to wait and must hear of the drain
    private long _unflushed;
    private bool _isFull; // read without the lock
    private long _lastSent = Environment.TickCount64;
    private TaskCompletionSource? _drained;

    public Outbox(PipeWriter output, long highWatermark)
    {
        (_output, _frames, _highWatermark) = (output, new FrameWriter(output), highWatermark);
        _onFlushed = OnFlushed;
    }

    /// <summary>The connection's lock.</summary>
    public Lock Gate { get; } = new();

    public DispatchRound? NotedBy { get; set; }

    /// <summary>When something was last sent, in <see cref="Environment.TickCount64"/>.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    /// <summary>True while so much waits to be sent that no request may add to it. A glance, without the lock.</summary>
    public bool IsFull => Volatile.Read(ref _isFull);

    /// <summary>True while a flush waits for the peer to read.</summary>
    public bool IsFlushPending
    {
        get
        {
            lock (Gate)
                return _isFlushPending;
        }
    }

    /// <summary>True when deliveries must wait; the consumer's queue then hears when they may go on. Under <see cref="Gate"/>.</summary>
    public bool Refuses(ChannelConsumer consumer)
    {
        if (_isClosed)
            return true; // nothing would go out, so nothing may be taken
        if (_unflushed >= _highWatermark)
            FlushUnderGate(); // only the end of a pending flush makes room known
        if (_unflushed < _highWatermark)
            return false;
        if (!consumer.IsRefused)
        {
            consumer.IsRefused = true;
            _refused.Add(consumer);
        }
        return true;
    }

    /// <summary>Writes a method and notes the output in the round, which flushes it.</summary>
    public void Send<TMethod>(ushort channel, in TMethod method, DispatchRound round)
        where TMethod : struct, IMethod<TMethod>
    {
        lock (Gate)
            Write(channel, method);
        round.Touch(this);
    }

    /// <summary>Writes a method. Under <see cref="Gate"/>.</summary>
    public void Write<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        if (_isClosed)
            return;
        Wrote(_frames.WriteMethod(channel, method));
    }

    /// <summary>Sends octets as they are: a protocol header, or a frame that was encoded before.</summary>
    public void SendRaw(ReadOnlySpan<byte> octets)
    {
        lock (Gate)
        {
            if (_isClosed)
                return;
            _output.Write(octets);
            _unflushed += octets.Length;
        }
        Flush();
    }

    /// <summary>Writes a heartbeat and sends it.</summary>
    public void SendHeartbeat()
    {
        lock (Gate)
        {
            if (_isClosed)
                return;
            _frames.WriteHeartbeat();
            Wrote(Frame.Overhead);
        }
        Flush();
    }

    /// <summary>Writes a message's content behind its method. Under <see cref="Gate"/>.</summary>
    public void WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (_isClosed)
            return;
        Wrote(_frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Writes a delivery. Under <see cref="Gate"/>.</summary>
    public void WriteDelivery(
        ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered,
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (_isClosed)
            return;
        int methodSize = DeliverFrame.SizeOf(consumerTag.Length, address.Length);
        if (body.Length <= frameMax - Frame.Overhead)
        {
            // One piece of output for all three frames.
            int size = methodSize + ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
            var span = _output.GetSpan(size);
            DeliverFrame.Write(span, channel, consumerTag, deliveryTag, redelivered, address);
            ContentFrames.Write(span[methodSize..], channel, properties, body, frameMax);
            _output.Advance(size);
            Wrote(size);
            return;
        }
        DeliverFrame.Write(_output.GetSpan(methodSize), channel, consumerTag, deliveryTag, redelivered, address);
        _output.Advance(methodSize);
        Wrote(methodSize + _frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (Gate)
            FlushUnderGate();
    }

    /// <summary>Nothing is written or sent any more; who waits is let go.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            _drained?.TrySetResult();
        }
    }

    /// <summary>Completes when no more waits to be sent than deliveries may add to: whoever reads requests waits for this first.</summary>
    public Task WaitForRoomAsync()
    {
        lock (Gate)
        {
            if (_isClosed || _unflushed < _highWatermark)
                return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    private void Wrote(int bytes)
    {
        _unflushed += bytes;
        if (_unflushed >= EarlyFlush && !_isFlushPending)
            FlushUnderGate();
        if (_unflushed >= _highWatermark)
            Volatile.Write(ref _isFull, true);
    }

    private void FlushUnderGate()
    {
        // A pending flush looks again when it is done.
        if (_unflushed == 0 || _isFlushPending || _isClosed)
            return;
        _unflushed = 0;
        Volatile.Write(ref _isFull, false);
        Volatile.Write(ref _lastSent, Environment.TickCount64);
        try
        {
            var flush = _output.FlushAsync();
            if (flush.IsCompleted)
            {
                _isClosed |= flush.GetAwaiter().GetResult().IsCompleted;
                return;
            }
            _isFlushPending = true;
            _pendingFlush = flush.ConfigureAwait(false).GetAwaiter();
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or OperationCanceledException)
        {
            _isClosed = true; // the socket is gone; the read loop ends for the same reason
            return;
        }
        _pendingFlush.UnsafeOnCompleted(_onFlushed);
    }

    private void OnFlushed()
    {
        List<ChannelConsumer>? resumed = null;
        lock (Gate)
        {
            _isFlushPending = false;
            try
            {
                _isClosed |= _pendingFlush.GetResult().IsCompleted;
            }
            catch (Exception error) when (error is InvalidOperationException or IOException or OperationCanceledException)
            {
                _isClosed = true;
            }
            FlushUnderGate();
            if (_isClosed || _unflushed < _highWatermark)
            {
                _drained?.TrySetResult();
                _drained = null;
                if (_refused.Count > 0)
                    (resumed, _refused) = (_refused, []);
            }
        }
        if (resumed is not null)
            ThreadPool.UnsafeQueueUserWorkItem(new DeliveryResumption(resumed), preferLocal: false);
    }
}
