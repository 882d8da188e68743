using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The channel.* methods, but for open and close, which are the connection's; and AMQP 0-8's access.request.</summary>
internal static class ChannelHandlers
{
    public static MethodTable<AmqpChannel> OnChannelMethods(this MethodTable<AmqpChannel> table) => table
        .On<ChannelOpen>((_, _) => throw SecondOpen())
        .On<ChannelFlow>(Flow)
        .On<AccessRequest>((channel, _) => channel.Send(new AccessRequestOk(Ticket: 1)));

    /// <summary>What a channel.open on a channel that is open is answered with.</summary>
    public static AmqpException SecondOpen() => new(ReplyCode.ChannelError, "second 'channel.open' seen", ChannelOpen.Id);

    private static void Flow(AmqpChannel channel, ChannelFlow method)
    {
        if (!method.Active)
            throw new AmqpException(ReplyCode.NotImplemented, "active=false");
        channel.Send(new ChannelFlowOk(Active: true));
    }
}
