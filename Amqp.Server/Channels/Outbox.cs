using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>The output of a connection: any thread writes frames under the gate, and each round of work flushes them once.</summary>
/// <remarks>
/// <see cref="Gate"/> guards the frames that were written, and all state that must change in step with them: the delivery tags, prefetch
/// counts and unacknowledged deliveries of the connection's channels. A queue's lock may be held when the gate is taken;
/// no queue's lock may be taken under the gate. <see cref="OutputRoom"/> bounds the pending octets, <see cref="OutputSender"/> sends them.
/// </remarks>
internal sealed class Outbox : IOutput
{
    /// <summary>
    /// Number of pending octets from which a round flushes before its end, so that the socket sends while the round goes on.
    /// </summary>
    private const int EarlyFlush = 64 * 1024;

    private readonly OutputBuffer _buffer; // under the gate, like the next three fields
    private readonly FrameWriter _frames;
    private readonly OutputRoom _room;
    private readonly OutputSender _sender;
    private readonly Action<Exception> _failed;

    /// <param name="sink">Destination of the octets.</param>
    /// <param name="memory">Source of the blocks that hold pending octets.</param>
    /// <param name="highWatermark">Pending octets from which deliveries and requests are held back.</param>
    /// <param name="failed">Cuts the connection off after an unexpected exception. Called on any thread, which may hold any lock.</param>
    public Outbox(OutputSink sink, MemoryPool<byte> memory, long highWatermark, Action<Exception>? failed = null)
    {
        _failed = failed ?? (static _ => { });
        _buffer = new OutputBuffer(memory);
        _frames = new FrameWriter(_buffer);
        _room = new OutputRoom(highWatermark);
        _sender = new OutputSender(sink, _buffer, _room, Counts, Gate, _failed);
    }

    /// <summary>Octets and frames that the connection has received and sent.</summary>
    public ConnectionCounts Counts { get; } = new();

    /// <summary>Number of octets that were written and are not sent yet. Any thread may ask.</summary>
    public long Waiting => _room.Pending;

    /// <summary>Bytes of the blocks that hold the pending octets. Any thread may ask.</summary>
    public long MemoryInUse => _buffer.MemoryOf(_room.Pending);

    /// <summary>The lock of the output and of its connection's sessions.</summary>
    public Lock Gate { get; } = new();

    /// <inheritdoc/>
    public DispatchRound? NotedBy { get; set; }

    /// <summary>Time of the latest flush, as <see cref="Environment.TickCount64"/>. Any thread may ask.</summary>
    public long LastSent => _sender.LastSent;

    /// <summary>
    /// True while the pending octets reach the high watermark. Meanwhile requests wait, because each may add to the output. Any thread may
    /// ask.
    /// </summary>
    public bool IsFull => _room.IsFull;

    /// <summary>True until all flushed octets are sent. Takes the gate.</summary>
    public bool IsSending
    {
        get
        {
            lock (Gate)
                return _sender.IsSending;
        }
    }

    /// <summary>
    /// True if enough octets are pending for a flush before the round ends, and no send is running. Under <see cref="Gate"/>.
    /// </summary>
    public bool IsFlushDue => _room.Pending >= EarlyFlush && !_sender.IsSending;

    /// <inheritdoc cref="OutputRoom.HasRoomBelow"/>
    /// <remarks>Under <see cref="Gate"/>.</remarks>
    public bool HasRoomBelow(long mark) => _room.HasRoomBelow(mark);

    /// <summary>True if a consumer must wait with its deliveries. The consumer is resumed when the output has room again.</summary>
    /// <remarks>Under <see cref="Gate"/>.</remarks>
    public bool Refuses(SessionConsumer consumer) => _room.Refuses(consumer);

    /// <summary>Ends the deliveries, because the connection is being closed. Under <see cref="Gate"/>.</summary>
    public void EndDeliveries() => _room.EndDeliveries();

    /// <summary>Writes a method. The round flushes the output at its end.</summary>
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
        if (!_room.IsClosed)
            _room.Add(_frames.WriteMethod(channel, method));
    }

    /// <summary>Switches to the methods of AMQP 0-8. Call before the first write.</summary>
    public void SpeakAmqp08() => _frames.IsAmqp08 = true;

    /// <summary>Writes and flushes octets as they are: a protocol header, or a frame encoded before.</summary>
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

    /// <summary>Writes the content frames of a message, after its method. Under <see cref="Gate"/>.</summary>
    public void WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (!_room.IsClosed)
            _room.Add(_frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Writes a delivery: basic.deliver and the content frames. Under <see cref="Gate"/>.</summary>
    public void WriteDelivery(
        ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered,
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (_room.IsClosed)
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
            _room.Add(size);
            return;
        }
        DeliverFrame.Write(_buffer.GetSpan(methodSize), channel, consumerTag, deliveryTag, redelivered, address);
        _buffer.Advance(methodSize);
        _room.Add(methodSize + _frames.WriteContent(channel, properties, body, frameMax));
    }

    /// <summary>Ends all writes and deliveries, because an exception in the middle of a write has left a broken frame behind.</summary>
    /// <remarks>Under <see cref="Gate"/>.</remarks>
    public void Fail(Exception error)
    {
        _room.Close();
        _failed(error);
    }

    /// <inheritdoc/>
    public void Flush() => _sender.Flush();

    /// <summary>Flushes, ends all writes, and ends a wait of the read loop for room.</summary>
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

    /// <summary>Completes when the output is below the high watermark or closed. Takes the gate.</summary>
    public Task WaitForRoomAsync()
    {
        lock (Gate)
            return _room.WaitAsync();
    }
}
