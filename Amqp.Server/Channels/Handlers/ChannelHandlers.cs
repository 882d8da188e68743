using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles channel.flow, a second channel.open, and AMQP 0-8's access.request.</summary>
internal static class ChannelHandlers
{
    public static MethodTable<AmqpChannel> OnChannelMethods(this MethodTable<AmqpChannel> table) => table
        .On<ChannelOpen>((_, _) => throw SecondOpen())
        .On<ChannelFlow>(Flow)
        .On<AccessRequest>((channel, _) => channel.Send(new AccessRequestOk(Ticket: 1)));

    /// <summary>Error for a channel.open on an open channel.</summary>
    public static AmqpException SecondOpen() => new(ReplyCode.ChannelError, "second 'channel.open' seen", ChannelOpen.Id);

    private static void Flow(AmqpChannel channel, ChannelFlow method)
    {
        if (!method.Active)
            throw new AmqpException(ReplyCode.NotImplemented, "active=false");
        channel.Send(new ChannelFlowOk(Active: true));
    }
}
