using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>confirm.select.</summary>
internal static class ConfirmHandlers
{
    public static MethodTable<AmqpChannel> OnConfirmMethods(this MethodTable<AmqpChannel> table) => table
        .On<ConfirmSelect>(Select);

    private static void Select(AmqpChannel channel, ConfirmSelect method)
    {
        if (channel.Transaction is not null)
            throw new AmqpException(ReplyCode.PreconditionFailed, "cannot switch from tx to confirm mode");
        channel.Confirms ??= new ConfirmTracker(channel.Counts);
        if (!method.NoWait)
            channel.Send(new ConfirmSelectOk());
    }
}
