using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles confirm.select.</summary>
internal static class ConfirmHandlers
{
    public static MethodTable<AmqpChannel> OnConfirmMethods(this MethodTable<AmqpChannel> table) => table
        .On<ConfirmSelect>(Select);

    private static void Select(AmqpChannel channel, ConfirmSelect method)
    {
        channel.Session.Confirms.Select();
        if (!method.NoWait)
            channel.Send(new ConfirmSelectOk());
    }
}
