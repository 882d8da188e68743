using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles the settlements of deliveries: basic.ack, nack, reject and recover.</summary>
internal static class BasicSettlementHandlers
{
    /// <exception cref="AmqpException">The acknowledgement is refused. The exception names basic.ack as the failing method.</exception>
    public static void Acknowledge(AmqpChannel channel, in BasicAck method)
    {
        try
        {
            channel.Session.Settle(method.DeliveryTag, method.Multiple, Settlement.Acknowledge);
        }
        catch (BrokerException error)
        {
            throw error.ToAmqp(BasicAck.Id);
        }
    }

    public static void Nack(AmqpChannel channel, BasicNack method) =>
        channel.Session.Settle(method.DeliveryTag, method.Multiple, method.Requeue ? Settlement.Requeue : Settlement.Reject);

    public static void Reject(AmqpChannel channel, BasicReject method) =>
        channel.Session.Settle(method.DeliveryTag, isMultiple: false, method.Requeue ? Settlement.Requeue : Settlement.Reject);

    public static void Recover(AmqpChannel channel, BasicRecover method)
    {
        Recover(channel, method.Requeue);
        channel.Send(new BasicRecoverOk());
    }

    public static void RecoverAsync(AmqpChannel channel, BasicRecoverAsync method) => Recover(channel, method.Requeue);

    private static void Recover(AmqpChannel channel, bool requeue)
    {
        if (!requeue)
            throw new AmqpException(ReplyCode.NotImplemented, "requeue=false");
        channel.Session.RequeueAll();
    }
}
