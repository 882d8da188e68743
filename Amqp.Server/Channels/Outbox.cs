using System.Buffers;
using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>The output of a connection. Any thread that holds <see cref="Gate"/> may write frames.</summary>
/// <remarks>
/// <see cref="Gate"/> also guards the channels' delivery tags, prefetch counts and unacknowledged deliveries. A thread that holds
/// <see cref="Gate"/> must not take a queue's lock.
/// </remarks>
internal sealed class Outbox : IOutput
{
    /// <summary>Number of pending octets at which a round of work flushes the output before the round ends.</summary>
    private const int EarlyFlush = 64 * 1024;

    private readonly OutputBuffer _buffer; // Gate guards this field and the next three
    private readonly FrameWriter _frames;
    private readonly OutputRoom _room;
    private readonly OutputSender _sender;
    private readonly OutputSink _sink;
    private readonly Action<Exception> _failed;

    /// <param name="sink">Destination of the octets.</param>
    /// <param name="memory">Source of the blocks that hold pending octets.</param>
    /// <param name="highWatermark">Number of pending octets at which deliveries and requests begin to wait.</param>
    /// <param name="failed">
    /// Closes the connection after an unexpected exception. Called on any thread, and possibly with locks held.
    /// </param>
    public Outbox(OutputSink sink, MemoryPool<byte> memory, long highWatermark, Action<Exception>? failed = null)
    {
        _failed = failed ?? (static _ => { });
        _sink = sink;
        _buffer = new OutputBuffer(memory);
        _frames = new FrameWriter(_buffer);
        _room = new OutputRoom(highWatermark);
        _sender = new OutputSender(sink, _buffer, _room, Counts, Gate, _failed);
    }

    /// <summary>Octets and frames that the connection has received and sent.</summary>
    public ConnectionCounts Counts { get; } = new();

    /// <summary>Number of octets that were written and are not sent yet. Any thread may read this number.</summary>
    public long Waiting => _room.Pending;

    /// <summary>Size in bytes of the memory blocks that hold the pending octets. Any thread may read this number.</summary>
    public long MemoryInUse => _buffer.MemoryOf(_room.Pending);

    /// <summary>The lock of the output and of its connection's sessions.</summary>
    public Lock Gate { get; } = new();

    /// <inheritdoc/>
    public DispatchRound? NotedBy { get; set; }

    /// <summary>Time of the latest flush, as <see cref="Environment.TickCount64"/>. Any thread may read this time.</summary>
    public long LastSent => _sender.LastSent;

    /// <summary>True while the pending octets reach the high watermark. Requests then wait. Any thread may read the property.</summary>
    public bool IsFull => _room.IsFull;

    /// <summary>True until all flushed octets are sent. Takes <see cref="Gate"/>.</summary>
    public bool IsSending
    {
        get
        {
            lock (Gate)
                return _sender.IsSending;
        }
    }

    /// <summary>
    /// True if enough octets for an early flush are pending, and no send is running. The caller holds <see cref="Gate"/>.
    /// </summary>
    public bool IsFlushDue => _room.Pending >= EarlyFlush && !_sender.IsSending;

    /// <inheritdoc cref="OutputRoom.HasRoomBelow"/>
    /// <remarks>The caller holds <see cref="Gate"/>.</remarks>
    public bool HasRoomBelow(long mark) => _room.HasRoomBelow(mark);

    /// <summary>True if the consumer must not get a delivery now. The caller holds <see cref="Gate"/>.</summary>
    /// <remarks>If the output is full, the consumer is resumed when there is room again.</remarks>
    public bool Refuses(SessionConsumer consumer) => _room.Refuses(consumer);

    /// <summary>Ends the deliveries, because the connection is being closed. The caller holds <see cref="Gate"/>.</summary>
    public void EndDeliveries() => _room.EndDeliveries();

    /// <summary>Writes a method. The output is flushed at the end of <paramref name="round"/>.</summary>
    public void Send<TMethod>(ushort channel, in TMethod method, DispatchRound round)
        where TMethod : struct, IMethod<TMethod>
    {
        lock (Gate)
            Write(channel, method);
        round.Touch(this);
    }

    /// <summary>Writes a method. The caller holds <see cref="Gate"/>.</summary>
    public void Write<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        if (!_room.IsClosed)
            _room.Add(_frames.WriteMethod(channel, method));
    }

    /// <summary>Switches to AMQP 0-8's encoding of methods. Call before the first write.</summary>
    public void SpeakAmqp08() => _frames.IsAmqp08 = true;

    /// <summary>Writes and flushes octets without change: a protocol header, or a frame that is already encoded.</summary>
    public void SendRaw(ReadOnlySpan<byte> octets)
    {
        lock (Gate)
        {
            if (_room.IsClosed)
                return;
            _buffer.Write(octets);
            _room.Add(octets.Length);
        }
        Flush();
    }

    /// <summary>Writes and flushes a heartbeat.</summary>
    public void SendHeartbeat()
    {
        lock (Gate)
        {
            if (_room.IsClosed)
                return;
            _frames.WriteHeartbeat();
            _room.Add(Frame.Overhead);
        }
        Flush();
    }

    /// <summary>Writes the content frames of a message. Call after writing the method. The caller holds <see cref="Gate"/>.</summary>
    public void WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (!_room.IsClosed)
            _room.Add(_frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Writes a delivery: basic.deliver and the content frames. The caller holds <see cref="Gate"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the four spans would pass through memory twice for each delivery
    public void WriteDelivery(
        ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered,
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (_room.IsClosed)
            return;
        int methodSize = DeliverFrame.SizeOf(consumerTag.Length, address.Length);
        if (body.Length <= FrameWriter.OnePiece && body.Length <= frameMax - Frame.Overhead)
        {
            // All frames of the delivery are written into one span of the buffer.
            int size = methodSize + ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
            var span = _buffer.GetSpan(size);
            DeliverFrame.Write(span, channel, consumerTag, deliveryTag, redelivered, address);
            ContentFrames.Write(span[methodSize..], channel, properties, body, frameMax);
            _buffer.Advance(size);
            _room.Add(size);
        }
        else
        {
            WriteLargeDelivery(channel, consumerTag, deliveryTag, redelivered, address, properties, body, frameMax);
        }
    }

    private void WriteLargeDelivery(
        ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered,
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        int methodSize = DeliverFrame.SizeOf(consumerTag.Length, address.Length);
        DeliverFrame.Write(_buffer.GetSpan(methodSize), channel, consumerTag, deliveryTag, redelivered, address);
        _buffer.Advance(methodSize);
        _room.Add(methodSize + _frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Makes the transport receive acknowledgements at once. The caller holds <see cref="Gate"/>.</summary>
    public void AwaitAcknowledgements() => _sink.ReceiveAtOnce();

    /// <summary>
    /// Ends all writes and deliveries, because an exception left an incomplete frame. The caller holds <see cref="Gate"/>.
    /// </summary>
    public void Fail(Exception error)
    {
        _room.Close();
        _failed(error);
    }

    /// <inheritdoc/>
    public void Flush() => _sender.Flush();

    /// <summary>Flushes the output. Later writes are ignored.</summary>
    /// <returns>Completes when everything that was written is sent, or the peer has gone.</returns>
    public Task CloseAsync()
    {
        Flush();
        lock (Gate)
        {
            _room.Close();
            return _sender.WhenSentAsync();
        }
    }

    /// <summary>Completes when the output is below the high watermark or closed. Takes <see cref="Gate"/>.</summary>
    public Task WaitForRoomAsync()
    {
        lock (Gate)
            return _room.WaitAsync();
    }
}
