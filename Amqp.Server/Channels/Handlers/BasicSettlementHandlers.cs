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

    /// <summary>The channel's own prefetch, when it has one, has room for any of its consumers now.</summary>
    public static void ResumeIfLimited(AmqpChannel channel)
    {
        if (channel.ChannelPrefetch != 0)
            channel.ResumeConsumers(channel.Session.Round);
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
            if (!channel.TryTake(tag, out var delivery))
                throw UnknownTag(tag, id);
            Apply(channel, delivery, settlement);
        }
        else
        {
            // 0 means all there are; any other tag must be there itself.
            if (tag != 0 && !channel.CanSettle(tag))
                throw UnknownTag(tag, id);
            ulong upTo = tag == 0 ? ulong.MaxValue : tag;
            while (channel.TryTakeFirst(upTo, out var delivery))
            {
                Apply(channel, delivery, settlement);
                if (channel.Session.Round.IsFull)
                    channel.Session.Round.HandOver();
            }
        }
        ResumeIfLimited(channel);
    }

    private static void Hold(AmqpChannel channel, Transaction transaction, ulong tag, bool multiple, Settlement settlement, MethodId id)
    {
        if (tag != 0 || !multiple)
            if (!channel.CanSettle(tag))
                throw UnknownTag(tag, id);
        foreach (ulong held in multiple ? channel.TagsUpTo(tag == 0 ? ulong.MaxValue : tag) : [tag])
        {
            channel.MarkInTransaction(held, true);
            transaction.Add(held, settlement);
        }
    }

    private static void Recover(AmqpChannel channel, bool requeue)
    {
        if (!requeue)
            throw new AmqpException(ReplyCode.NotImplemented, "requeue=false");
        channel.RequeueAll();
        ResumeIfLimited(channel);
    }

    private static AmqpException UnknownTag(ulong tag, MethodId id) =>
        new(ReplyCode.PreconditionFailed, $"unknown delivery tag {tag}", id);
}
