using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>Everything that a connection sends: written under one lock by any thread, sent once a round of work.</summary>
/// <remarks>
/// <para><see cref="Gate"/> owns what was written and, with it, what must change in step with it: the delivery tags, prefetch
/// counts and unacknowledged deliveries of the connection's channels. A queue's lock may be held when it is taken;
/// no queue's lock may be taken under it.</para>
/// <para>Sending is without any lock: whoever finds that nobody is at it takes block after block and sends it, also what others
/// write meanwhile. To hold a lock for as long as a system call takes made those wait who acknowledge, and cost a fifth of the
/// CPU of a stream of 1 KiB messages with an ack each.</para>
/// <para>To a peer that reads slowly a send takes its time; what is written meanwhile gathers here, deliveries stop at the
/// high watermark and requests are not read above it, so memory has a bound.</para>
/// </remarks>
internal sealed class Outbox : IOutput, IThreadPoolWorkItem
{
    /// <summary>Bytes after which a round need not end for a flush: the socket sends while the round goes on.</summary>
    private const int EarlyFlush = 64 * 1024;

    /// <summary>Blocks after which a thread leaves to the thread pool what others go on writing.</summary>
    private const int BlocksPerSender = 32;

    /// <summary>Bytes of a block, where the pool does not say what it hands out.</summary>
    private const int LargestBlock = 64 * 1024;

    private readonly OutputSink _sink;
    private readonly OutputBuffer _buffer; // under the gate
    private readonly FrameWriter _frames; // under the gate
    private readonly long _highWatermark;
    private readonly int _blockSize;
    private readonly Action _onSent;
    private OutputBlock _sending; // owned by the sender, as is the next
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _pendingSend;
    private bool _isSending; // under the gate, as all that follows: somebody is the sender
    private bool _isClosed;
    private bool _isDeliveryOver; // with the end, and from the connection's close on
    private List<SessionConsumer> _refused = []; // who was told to wait and must hear of the drain
    private long _waiting; // octets written and not sent
    private bool _isFull; // read without the lock
    private long _lastSent = Environment.TickCount64;
    private TaskCompletionSource? _drained;
    private TaskCompletionSource? _sent;

    public Outbox(OutputSink sink, MemoryPool<byte> memory, long highWatermark)
    {
        (_sink, _buffer, _highWatermark, _blockSize) = (sink, new OutputBuffer(memory), highWatermark, Math.Min(memory.MaxBufferSize, LargestBlock));
        _frames = new FrameWriter(_buffer);
        _onSent = OnSent;
    }

    /// <summary>Cuts the connection off whose output something unexpected was thrown over. Set once, before anything is sent; called on any thread, under any lock.</summary>
    public Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary>What the connection has received and sent.</summary>
    public ConnectionCounts Counts { get; } = new();

    /// <summary>Octets that wait to be sent. Takes the lock.</summary>
    public long Waiting
    {
        get
        {
            lock (Gate)
                return _waiting;
        }
    }

    /// <summary>Bytes of the blocks that hold what waits to be sent. A glance, without the lock.</summary>
    public long MemoryInUse => (Volatile.Read(ref _waiting) + _blockSize - 1) / _blockSize * _blockSize;

    /// <summary>The connection's lock.</summary>
    public Lock Gate { get; } = new();

    public DispatchRound? NotedBy { get; set; }

    /// <summary>When something was last sent, in <see cref="Environment.TickCount64"/>.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    /// <summary>True while so much waits to be sent that no request may add to it. A glance, without the lock.</summary>
    public bool IsFull => Volatile.Read(ref _isFull);

    /// <summary>True while something that was flushed is not sent. Takes the lock.</summary>
    public bool IsSending
    {
        get
        {
            lock (Gate)
                return _isSending;
        }
    }

    /// <summary>True when enough waits to be sent before the round ends. Under <see cref="Gate"/>.</summary>
    public bool IsFlushDue => _waiting >= EarlyFlush && !_isSending;

    /// <summary>True while less than this many octets wait to be sent, and somebody is there to take them. Under <see cref="Gate"/>.</summary>
    public bool HasRoomBelow(long mark) => !_isDeliveryOver && _waiting < mark;

    /// <summary>True when deliveries must wait; the consumer's queue then hears when they may go on. Under <see cref="Gate"/>.</summary>
    public bool Refuses(SessionConsumer consumer)
    {
        if (_isDeliveryOver)
            return true; // nothing would go out, so nothing may be taken
        if (_waiting < _highWatermark)
            return false;
        if (!consumer.IsRefused)
        {
            consumer.IsRefused = true;
            _refused.Add(consumer);
        }
        return true;
    }

    /// <summary>No message goes out from now on: the connection is being closed. Under <see cref="Gate"/>.</summary>
    public void EndDeliveries() => _isDeliveryOver = true;

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

    /// <summary>Writes methods as AMQP 0-8 has them from now on. Before anything is written.</summary>
    public void SpeakAmqp08() => _frames.IsAmqp08 = true;

    /// <summary>Sends octets as they are: a protocol header, or a frame that was encoded before.</summary>
    public void SendRaw(ReadOnlySpan<byte> octets)
    {
        lock (Gate)
        {
            if (_isClosed)
                return;
            _buffer.Write(octets);
            Wrote(octets.Length);
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
        if (body.Length <= FrameWriter.OnePiece && body.Length <= frameMax - Frame.Overhead)
        {
            // One piece of output for all three frames.
            int size = methodSize + ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
            var span = _buffer.GetSpan(size);
            DeliverFrame.Write(span, channel, consumerTag, deliveryTag, redelivered, address);
            ContentFrames.Write(span[methodSize..], channel, properties, body, frameMax);
            _buffer.Advance(size);
            Wrote(size);
            return;
        }
        DeliverFrame.Write(_buffer.GetSpan(methodSize), channel, consumerTag, deliveryTag, redelivered, address);
        _buffer.Advance(methodSize);
        Wrote(methodSize + _frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Ends all writes and deliveries, because an exception in the middle of a write has left a broken frame behind. Under <see cref="Gate"/>.</summary>
    public void Fail(Exception error)
    {
        _isClosed = _isDeliveryOver = true;
        Failed(error);
    }

    /// <summary>Throws nothing.</summary>
    public void Flush()
    {
        lock (Gate)
        {
            if (_isSending || _waiting == 0)
                return; // the sender takes it with it
            _isSending = true;
            Volatile.Write(ref _lastSent, Environment.TickCount64);
        }
        SendBlocks();
    }

    /// <summary>Nothing is written any more; who waits for room is let go.</summary>
    /// <returns>Completes when all that was written is sent, or cannot be.</returns>
    public Task CloseAsync()
    {
        Flush();
        lock (Gate)
        {
            _isClosed = _isDeliveryOver = true;
            _drained?.TrySetResult();
            if (!_isSending)
                return Task.CompletedTask;
            _sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sent.Task;
        }
    }

    /// <summary>Completes when no more waits to be sent than deliveries may add to: whoever reads requests waits for this first.</summary>
    public Task WaitForRoomAsync()
    {
        lock (Gate)
        {
            if (_isClosed || _waiting < _highWatermark)
                return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Goes on sending where a thread had done its share.</summary>
    void IThreadPoolWorkItem.Execute() => SendBlocks();

    private void Wrote(int octets)
    {
        _waiting += octets;
        if (_waiting >= _highWatermark)
            Volatile.Write(ref _isFull, true);
    }

    /// <summary>Sends until nothing is left. By the sender; no lock is held.</summary>
    private void SendBlocks()
    {
        for (int blocks = 0; TryTake(); blocks++)
        {
            if (blocks == BlocksPerSender)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // the right to send goes with it, and the block
                return;
            }
            if (!TrySend())
                return;
        }
    }

    /// <summary>The next block to send; where there is none, nobody is the sender any more.</summary>
    private bool TryTake()
    {
        if (!_sending.Octets.IsEmpty)
            return true;
        lock (Gate)
        {
            if (_buffer.TryTake(out _sending))
                return true;
            _isSending = false;
            _sent?.TrySetResult();
            return false;
        }
    }

    /// <summary>Sends from the block until it is sent; false when that takes its time or the peer has gone.</summary>
    private bool TrySend()
    {
        while (!_sending.Octets.IsEmpty)
        {
            try
            {
                var send = _sink.SendAsync(_sending.Octets);
                if (!send.IsCompleted)
                {
                    _pendingSend = send.ConfigureAwait(false).GetAwaiter();
                    _pendingSend.UnsafeOnCompleted(_onSent);
                    return false;
                }
                NoteSent(send.GetAwaiter().GetResult());
            }
            catch (Exception error)
            {
                Abandon(error);
                return false;
            }
        }
        return true;
    }

    private void OnSent()
    {
        try
        {
            NoteSent(_pendingSend.GetResult());
        }
        catch (Exception error)
        {
            Abandon(error);
            return;
        }
        SendBlocks();
    }

    private void NoteSent(int octets)
    {
        var rest = _sending.Octets[octets..];
        if (rest.IsEmpty)
            _sending.Owner.Dispose();
        _sending = rest.IsEmpty ? default : _sending with { Octets = rest };
        List<SessionConsumer>? resumed = null;
        lock (Gate)
        {
            _waiting -= octets;
            Counts.NoteSent(octets);
            if (_waiting < _highWatermark)
            {
                Volatile.Write(ref _isFull, false);
                resumed = TakeRefused();
            }
        }
        Resume(resumed);
    }

    /// <summary>The peer has gone, and the read loop ends for the same reason; for any other, it is made to.</summary>
    private void Abandon(Exception error)
    {
        if (!IsLoss(error))
            Failed(error);
        List<SessionConsumer>? resumed;
        lock (Gate)
        {
            _isClosed = _isDeliveryOver = true;
            do
                _sending.Owner?.Dispose();
            while (_buffer.TryTake(out _sending));
            _sending = default;
            (_waiting, _isSending) = (0, false);
            Volatile.Write(ref _isFull, false);
            _sent?.TrySetResult();
            resumed = TakeRefused();
        }
        Resume(resumed);
    }

    /// <summary>Who waits for room. Under the gate.</summary>
    private List<SessionConsumer>? TakeRefused()
    {
        _drained?.TrySetResult();
        _drained = null;
        if (_refused.Count == 0)
            return null;
        var refused = _refused;
        _refused = [];
        return refused;
    }

    private static void Resume(List<SessionConsumer>? consumers)
    {
        if (consumers is not null)
            ThreadPool.UnsafeQueueUserWorkItem(new DeliveryResumption(consumers), preferLocal: false);
    }

    private static bool IsLoss(Exception error) =>
        error is SocketException or ObjectDisposedException or InvalidOperationException or IOException or OperationCanceledException;
}
