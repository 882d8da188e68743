using System.Buffers;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Channels;
using Amqp.Server.Channels.Handlers;
using Amqp.Server.Configuration;

namespace Amqp.Server.Management.Http;

/// <summary>
/// A channel without a connection: what is asked over HTTP goes the way of a client's requests, so permissions, checks and
/// error texts are those of AMQP.
/// </summary>
/// <remarks>Owned by one request. Disposing gives back what it holds: messages that were not acknowledged return to their queues.</remarks>
internal sealed class LocalChannel : IDisposable
{
    private const ushort Number = 1;

    /// <summary>A body goes in one frame, however large.</summary>
    private const int FrameMax = int.MaxValue - 65_536;

    private readonly Pipe _replies = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly FrameReader _frames = new() { FrameMax = FrameMax };
    private readonly DispatchRound _round = new();
    private readonly Session _session;
    private readonly AmqpChannel _channel;

    public LocalChannel(MessageBroker broker, BrokerOptions options, User user, VirtualHost virtualHost, ILogger logger)
    {
        _session = new Session(broker, options, new Outbox(OutputSink.Into(_replies.Writer), MemoryPool<byte>.Shared, long.MaxValue), _round, logger)
        {
            User = user,
            VirtualHost = virtualHost,
            Capabilities = default,
            FrameMax = FrameMax,
            ChannelMax = Number,
            Heartbeat = 0,
            Origin = new SessionOrigin("HTTP API", "", 0, "", 0, "", [], 0),
        };
        _channel = new AmqpChannel(Number, _session);
    }

    /// <summary>Sends a method that is answered with another.</summary>
    /// <exception cref="AmqpException">Refused.</exception>
    public TReply Ask<TMethod, TReply>(in TMethod method)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply>
    {
        Tell(method);
        return TryRead(out var reply) ? reply.As<TReply>() : throw new InvalidOperationException($"{TMethod.Id} was not answered.");
    }

    /// <summary>Sends a method that is not answered.</summary>
    /// <exception cref="AmqpException">Refused.</exception>
    public void Tell<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        ChannelFrames.Handle(_channel, new Frame(FrameType.Method, Number, Encode(method)));
        EndRound();
    }

    /// <summary>Takes a message, to be acknowledged or rejected; null when the queue is empty.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="most">Octets of the body that are kept.</param>
    /// <exception cref="AmqpException">Refused.</exception>
    public LocalMessage? Get(string queue, int most)
    {
        Tell(new BasicGet(queue, NoAck: false));
        if (!TryRead(out var reply) || reply.Id != BasicGetOk.Id)
            return null;
        TryRead(out var header);
        var content = ContentHeader.Read(header.Payload);
        byte[] body = [];
        if (content.BodySize > 0 && TryRead(out var frame))
            body = frame.Payload.Length <= most ? frame.Payload : frame.Payload[..most];
        return new LocalMessage(reply.As<BasicGetOk>(), BasicProperties.Read(content.Properties), body, (long)content.BodySize, content.Properties.Length + body.Length);
    }

    /// <summary>Publishes a message and waits until the broker has taken charge of it.</summary>
    /// <returns>False when no queue takes it.</returns>
    /// <exception cref="AmqpException">Refused.</exception>
    public async Task<bool> PublishAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        Ask<ConfirmSelect, ConfirmSelectOk>(new ConfirmSelect(NoWait: false));
        Publish(exchange, routingKey, properties, body.Span);
        bool isRouted = true;
        while (true)
        {
            if (!TryRead(out var frame))
            {
                var result = await _replies.Reader.ReadAsync(cancellation);
                _replies.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.Start); // TryRead takes it
                continue;
            }
            if (frame.Type != FrameType.Method)
                continue;
            if (frame.Id == BasicReturn.Id)
                isRouted = false;
            else if (frame.Id == BasicAck.Id)
                return isRouted;
            else if (frame.Id == BasicNack.Id)
                return false;
        }
    }

    /// <summary>Publishes a message, to be returned when no queue takes it, and waits for nothing.</summary>
    /// <exception cref="AmqpException">Refused.</exception>
    public void Publish(string exchange, string routingKey, BasicProperties properties, ReadOnlySpan<byte> body)
    {
        var method = new ArrayBufferWriter<byte>();
        new FrameWriter(method).WriteMethod(Number, new BasicPublish(exchange, routingKey, Mandatory: true, Immediate: false));
        ChannelFrames.Handle(_channel, new Frame(FrameType.Method, Number, method.WrittenSpan[Frame.HeaderSize..^1]));
        var encoded = new ArrayBufferWriter<byte>();
        try
        {
            properties.Write(encoded);
        }
        catch (ArgumentException tooLong)
        {
            throw ApiException.BadRequest(tooLong.Message);
        }
        var header = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(header);
        writer.WriteUInt16(BasicPublish.Id.Class);
        writer.WriteUInt16(0);
        writer.WriteUInt64((ulong)body.Length);
        header.Write(encoded.WrittenSpan);
        ChannelFrames.Handle(_channel, new Frame(FrameType.Header, Number, header.WrittenSpan));
        if (!body.IsEmpty)
            ChannelFrames.Handle(_channel, new Frame(FrameType.Body, Number, body));
        EndRound();
    }

    public void Dispose()
    {
        _channel.Release();
        foreach (var queue in _session.ExclusiveQueues)
            _session.VirtualHost.Topology.DeleteAbandoned(queue, _round);
        _round.Complete();
        _ = _session.Outbox.CloseAsync(); // nothing holds a pipe up
        _replies.Reader.Complete();
    }

    /// <summary>What a connection's read loop does when it has handled all that came.</summary>
    private void EndRound()
    {
        if (_session.Confirming.Count > 0)
        {
            _round.HandOver();
            foreach (var channel in _session.Confirming)
                channel.SealConfirms();
            _session.Confirming.Clear();
        }
        _round.Complete();
        // A long reply ends on another thread.
        SpinWait.SpinUntil(() => !_session.Outbox.IsSending);
    }

    /// <exception cref="ApiException">400: a text is longer than AMQP can have it.</exception>
    private static ReadOnlySpan<byte> Encode<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var payload = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(payload);
        writer.WriteUInt16(TMethod.Id.Class);
        writer.WriteUInt16(TMethod.Id.Method);
        try
        {
            method.Write(writer);
        }
        catch (ArgumentException tooLong)
        {
            throw ApiException.BadRequest(tooLong.Message);
        }
        return payload.WrittenSpan;
    }

    private bool TryRead(out LocalFrame frame)
    {
        frame = default;
        if (!_replies.Reader.TryRead(out var result))
            return false;
        var buffer = result.Buffer;
        bool isThere = _frames.TryRead(ref buffer, out var read);
        if (isThere)
            frame = new LocalFrame(read.Type, read.Payload.ToArray());
        _replies.Reader.AdvanceTo(buffer.Start, isThere ? buffer.Start : buffer.End);
        return isThere;
    }

    /// <summary>A frame that outlives its buffer.</summary>
    private readonly record struct LocalFrame(FrameType Type, byte[] Payload)
    {
        public MethodId Id => Type == FrameType.Method ? MethodId.FromValue(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Payload)) : default;

        public TMethod As<TMethod>()
            where TMethod : struct, IMethod<TMethod> => MethodArguments.Read<TMethod>(Payload.AsSpan(4));
    }
}

/// <summary>A message that was taken from a queue.</summary>
/// <param name="Method">Where it came from.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Body">The beginning of its body.</param>
/// <param name="BodyLength">Octets of the whole body.</param>
/// <param name="Size">Octets of it that are kept here, properties and body.</param>
internal sealed record LocalMessage(BasicGetOk Method, BasicProperties Properties, ReadOnlyMemory<byte> Body, long BodyLength, long Size);
