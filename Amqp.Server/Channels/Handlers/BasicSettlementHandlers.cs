using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>What a client says of its deliveries: basic.ack, nack, reject and recover.</summary>
internal static class BasicSettlementHandlers
{
    public static void Acknowledge(AmqpChannel channel, BasicAck method) =>
        Settle(channel, method.DeliveryTag, method.Multiple, Settlement.Acknowledge, BasicAck.Id);

    public static void Nack(AmqpChannel channel, BasicNack method) =>
        Settle(channel, method.DeliveryTag, method.Multiple, method.Requeue ? Settlement.Requeue : Settlement.Reject, BasicNack.Id);

    public static void Reject(AmqpChannel channel, BasicReject method) =>
        Settle(channel, method.DeliveryTag, multiple: false, method.Requeue ? Settlement.Requeue : Settlement.Reject, BasicReject.Id);

    public static void Recover(AmqpChannel channel, BasicRecover method)
    {
        Recover(channel, method.Requeue);
        channel.Send(new BasicRecoverOk());
    }

    public static void RecoverAsync(AmqpChannel channel, BasicRecoverAsync method) => Recover(channel, method.Requeue);

    /// <summary>Does to a delivery what was said of it.</summary>
    public static void Apply(AmqpChannel channel, in Delivery delivery, Settlement settlement)
    {
        if (settlement == Settlement.Requeue)
        {
            channel.Requeue(delivery);
            return;
        }
        if (settlement == Settlement.Acknowledge)
            channel.Counts.Deliveries.Ack++;
        else if (delivery.Queue!.Settings.DeadLetterExchange is null)
            delivery.Queue.NoteDropped();
        if (settlement == Settlement.Reject && delivery.Queue!.Settings.DeadLetterExchange is not null)
            channel.Reject(delivery);
        else
            channel.Session.Round.Acknowledge(delivery.Queue!, delivery.Consumer?.Subscription, delivery.Message);
    }

    private static void Settle(AmqpChannel channel, ulong tag, bool multiple, Settlement settlement, MethodId id)
    {
        if (channel.Transaction is { } transaction)
        {
            Hold(channel, transaction, tag, multiple, settlement, id);
            return;
        }
        if (!multiple)
        {
            if (!channel.TryTake(tag, isHeld: false, out var delivery))
                throw UnknownTag(tag, id);
            channel.ResumeConsumers(); // before a requeue touches its queue: who waits has the first turn
            Apply(channel, delivery, settlement);
        }
        else
        {
            ulong upTo = DemandUpTo(channel, tag, id);
            while (channel.TryTakeFirst(upTo, isHeld: false, out var delivery))
            {
                channel.ResumeConsumers();
                Apply(channel, delivery, settlement);
                if (channel.Session.Round.IsFull)
                    channel.Session.Round.HandOver();
            }
        }
    }

    /// <summary>The last tag that a multiple settlement is for. 0 means all there are; any other must be there itself.</summary>
    private static ulong DemandUpTo(AmqpChannel channel, ulong tag, MethodId id)
    {
        if (tag != 0 && !channel.CanSettle(tag))
            throw UnknownTag(tag, id);
        return tag == 0 ? ulong.MaxValue : tag;
    }

    private static void Hold(AmqpChannel channel, Transaction transaction, ulong tag, bool multiple, Settlement settlement, MethodId id)
    {
        Delivery delivery;
        if (!multiple)
        {
            if (!channel.TryTake(tag, isHeld: true, out delivery))
                throw UnknownTag(tag, id);
            transaction.Add(delivery, settlement);
            return;
        }
        ulong upTo = DemandUpTo(channel, tag, id);
        while (channel.TryTakeFirst(upTo, isHeld: true, out delivery))
            transaction.Add(delivery, settlement);
    }

    private static void Recover(AmqpChannel channel, bool requeue)
    {
        if (!requeue)
            throw new AmqpException(ReplyCode.NotImplemented, "requeue=false");
        channel.RequeueAll(isReturned: true);
    }

    private static AmqpException UnknownTag(ulong tag, MethodId id) =>
        new(ReplyCode.PreconditionFailed, $"unknown delivery tag {tag}", id);
}
