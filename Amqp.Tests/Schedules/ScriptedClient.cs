using System.Buffers;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Channels;
using Amqp.Server.Channels.Handlers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Schedules;

/// <summary>A client's connection with one channel. Each call does the work of one pass of the broker's read loop.</summary>
/// <remarks>One thread calls the client. When all threads have ended, the test reads the frames that the client has received.</remarks>
internal sealed class ScriptedClient
{
    private readonly MemorySink _sink;
    private readonly DispatchRound _round = new();
    private readonly OpenedConnection _opened;
    private readonly AmqpChannel _channel;

    public ScriptedClient(SchedulesBroker broker, MemorySink? sink = null, long highWatermark = long.MaxValue, string virtualHost = "/")
    {
        _sink = sink ?? new MemorySink();
        var client = new BrokerClient(broker.Broker.Sessions, _round)
        {
            User = broker.Broker.Users.Find("guest")!,
            VirtualHost = broker.Broker.VirtualHosts.Find(virtualHost)!,
            Origin = new SessionOrigin("scripted", "", 0, "", 0, "", [], 0),
        };
        _opened = new OpenedConnection(client, new Outbox(_sink, MemoryPool<byte>.Shared, highWatermark), NullLogger.Instance)
        {
            Capabilities = default,
            FrameMax = 131_072,
            ChannelMax = 1,
            Heartbeat = 0,
        };
        _channel = new AmqpChannel(1, _opened);
    }

    public Outbox Outbox => _opened.Outbox;

    public IReadOnlyList<string> Bodies =>
        [.. _sink.Frames.Where(frame => frame.Type == FrameType.Body).Select(frame => Encoding.ASCII.GetString(frame.Payload))];

    /// <summary>The delivery tags that the client has received, in order.</summary>
    public IReadOnlyList<ulong> Tags => [.. Methods<BasicDeliver>().Select(deliver => deliver.DeliveryTag)];

    /// <summary>True if the outbox contains no unsent octets.</summary>
    public bool IsAllSent => Outbox.Waiting == 0 && !Outbox.IsSending;

    /// <summary>Returns the methods of one type that the client has received, in order.</summary>
    public IReadOnlyList<TMethod> Methods<TMethod>()
        where TMethod : struct, IMethod<TMethod> =>
        [.. _sink.Frames.Where(frame => frame.Type == FrameType.Method && frame.Id == TMethod.Id)
            .Select(frame => MethodArguments.Read<TMethod>(frame.Payload.AsSpan(4)))];

    public void Say<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        Handle(method);
        EndRound();
    }

    /// <summary>Publishes messages in one call, as if one read from the socket had contained them all.</summary>
    public void Publish(string exchange, string routingKey, bool persistent, params IEnumerable<string> bodies)
    {
        byte[] properties = persistent ? [0x10, 0, 2] : [0, 0];
        foreach (string body in bodies)
        {
            Handle(new BasicPublish(exchange, routingKey, false, false));
            var header = new ArrayBufferWriter<byte>();
            var writer = new WireWriter(header);
            writer.WriteUInt16(BasicPublish.Id.Class);
            writer.WriteUInt16(0);
            writer.WriteUInt64((ulong)body.Length);
            header.Write(properties);
            ChannelFrames.Handle(_channel, new Frame(FrameType.Header, 1, header.WrittenSpan));
            ChannelFrames.Handle(_channel, new Frame(FrameType.Body, 1, Encoding.ASCII.GetBytes(body)));
        }
        EndRound();
    }

    /// <summary>Ends the connection without sending connection.close.</summary>
    public void End()
    {
        _channel.LeaveAll();
        _channel.Release();
        _opened.Client.Release();
        _round.Complete();
        _ = Outbox.CloseAsync();
    }

    private void Handle<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var encoded = new ArrayBufferWriter<byte>();
        new FrameWriter(encoded).WriteMethod(1, method);
        ChannelFrames.Handle(_channel, new Frame(FrameType.Method, 1, encoded.WrittenSpan[Frame.HeaderSize..^1]));
    }

    private void EndRound() => _opened.Client.EndRound();
}
