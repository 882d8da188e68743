using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles the frames of a channel: passes methods to their handlers, and complete contents to the publish handler.</summary>
internal static class ChannelFrames
{
    private static readonly MethodTable<AmqpChannel> _methods = new MethodTable<AmqpChannel>()
        .OnChannelMethods()
        .OnExchangeMethods()
        .OnQueueMethods()
        .OnBasicMethods()
        .OnConfirmMethods()
        .OnTxMethods();

    /// <summary>Handles a frame of an open channel.</summary>
    /// <exception cref="AmqpException">
    /// The frame is refused. The reply code determines whether the caller closes the channel or the connection.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each frame, see ReadLoop.Handle
    public static void Handle(AmqpChannel channel, in Frame frame)
    {
        channel.Content.DemandExpected(frame.Type);
        switch (frame.Type)
        {
            case FrameType.Method:
                HandleMethod(channel, frame);
                break;
            case FrameType.Header:
                HandleHeader(channel, ContentHeader.Read(frame.Payload));
                break;
            case FrameType.Body:
                if (channel.Content.TakeBody(frame.Payload, out var body))
                    BasicPublishHandler.Publish(channel, body);
                break;
        }
    }

    /// <summary>Discards a frame of a channel that is closing.</summary>
    /// <exception cref="AmqpException">
    /// 501: malformed arguments. 504: a second channel.open. 505: the frame is not allowed here.
    /// </exception>
    public static void Discard(AmqpChannel channel, in Frame frame)
    {
        channel.Content.DemandExpected(frame.Type);
        switch (frame.Type)
        {
            case FrameType.Method when MethodOf(frame) == BasicPublish.Id:
                PublishAddress.Read(frame.Payload[4..]);
                channel.Content.BeginDiscarded();
                break;
            case FrameType.Method when MethodOf(frame) == ChannelOpen.Id:
                throw ChannelHandlers.SecondOpen();
            case FrameType.Method:
                _methods.Check(MethodOf(frame), frame.Payload[4..], channel.Connection.Options.Limits.MaxTableDepth);
                break;
            case FrameType.Header:
                channel.Content.DiscardHeader(ContentHeader.Read(frame.Payload));
                break;
            case FrameType.Body:
                channel.Content.DiscardBody(frame.Payload.Length);
                break;
        }
    }

    public static MethodId MethodOf(in Frame frame) => MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));

    private static void HandleMethod(AmqpChannel channel, in Frame frame)
    {
        var id = MethodOf(frame);
        var arguments = frame.Payload[4..];
        // Nearly all methods are basic.publish or basic.ack. Both are handled without the method table, to be fast.
        if (id == BasicPublish.Id)
        {
            channel.Connection.Brake.HasPublished = true;
            channel.Content.Begin(PublishAddress.Read(arguments));
            return;
        }
        if (id == BasicAck.Id)
        {
            BasicSettlementHandlers.Acknowledge(channel, MethodArguments.Read<BasicAck>(arguments));
            return;
        }
        // Any other method must see the effects of earlier publishes, so the messages collected so far go to their queues first.
        channel.Connection.Round.Drain();
        using (BrokerEvents.ActAs(channel.Connection.User.Name))
            _methods.Dispatch(channel, id, arguments, channel.Connection.Options.Limits.MaxTableDepth);
    }

    private static void HandleHeader(AmqpChannel channel, in ContentHeader header)
    {
        ContentAssembler.DemandHeader(header);
        try
        {
            channel.Session.DemandSize(header.BodySize);
        }
        catch (BrokerException tooLarge)
        {
            channel.Content.DiscardHeader(header);
            throw tooLarge.ToAmqp(BasicPublish.Id);
        }
        if (channel.Content.TakeHeader(header))
            BasicPublishHandler.Publish(channel, default);
    }
}
