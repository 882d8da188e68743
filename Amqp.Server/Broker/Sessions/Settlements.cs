using Amqp.Server.Broker.Errors;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Acknowledges, rejects or requeues the deliveries of a session. Owned by the session's thread.</summary>
internal sealed class Settlements(BrokerSession session)
{
    private readonly BrokerClient _client = session.Client;
    private readonly SessionDeliveries _deliveries = session.Deliveries;

    /// <summary>Settles one delivery, or all deliveries up to a tag. In a transaction, the settlement waits for the commit.</summary>
    /// <param name="tag">The delivery tag. With <paramref name="isMultiple"/>, 0 means all deliveries.</param>
    /// <param name="isMultiple">True to settle all deliveries up to this one.</param>
    /// <param name="settlement">Acknowledge, reject or requeue.</param>
    /// <exception cref="BrokerException">406: no such delivery.</exception>
    public void Settle(ulong tag, bool isMultiple, Settlement settlement)
    {
        if (session.Transactions.Held is { } transaction)
        {
            Hold(transaction, tag, isMultiple, settlement);
            return;
        }
        if (!isMultiple)
        {
            if (!_deliveries.TryTake(tag, isHeld: false, out var delivery))
                throw UnknownTag(tag);
            session.Consumers.ResumeWaiting(); // called before a requeue, so that the consumers that have waited longest get the message
            Apply(delivery, settlement);
            return;
        }
        ulong upTo = DemandUpTo(tag);
        while (_deliveries.TryTakeFirst(upTo, isHeld: false, out var delivery))
        {
            session.Consumers.ResumeWaiting();
            Apply(delivery, settlement);
            if (_client.Round.IsFull)
                _client.Round.HandOver();
        }
    }

    public void Apply(in Delivery delivery, Settlement settlement)
    {
        var queue = delivery.Queue!;
        if (session.Trace.IsFollowing)
            session.Trace.NoteSettlement(delivery, settlement);
        if (settlement == Settlement.Requeue)
        {
            Requeue(delivery);
            return;
        }
        if (settlement == Settlement.Acknowledge)
            session.Counts.Deliveries.Ack++;
        else if (queue.Settings.DeadLetterExchange is null)
            queue.DeadLetters.NoteDropped();
        if (settlement == Settlement.Reject && queue.Settings.DeadLetterExchange is not null)
        {
            queue.Reject(delivery.Message, delivery.Consumer?.Subscription);
            _client.Round.Touch(queue);
        }
        else
        {
            _client.Round.Acknowledge(queue, delivery.Consumer?.Subscription, delivery.Message);
        }
    }

    /// <summary>Requeues every delivery. Requeues all messages of one queue in one call, to keep their order.</summary>
    /// <param name="isReturned">True if the client requested the requeue; false if the session ends.</param>
    public void RequeueAll(bool isReturned)
    {
        var deliveries = new List<Delivery>();
        while (_deliveries.TryTakeFirst(ulong.MaxValue, isHeld: false, out var delivery))
            deliveries.Add(delivery);
        session.Consumers.ResumeWaiting(); // called before the requeue, so that the consumers that have waited longest get the messages
        foreach (var ofQueue in deliveries.GroupBy(delivery => delivery.Queue!))
        {
            ofQueue.Key.Requeue([.. ofQueue.Select(delivery => delivery.Message)], isReturned);
            foreach (var consumer in ofQueue.Select(delivery => delivery.Consumer).OfType<SessionConsumer>().Distinct())
                ofQueue.Key.Use.Resume(consumer.Subscription!);
            _client.Round.Touch(ofQueue.Key);
        }
    }

    private void Requeue(in Delivery delivery)
    {
        var message = delivery.Message;
        delivery.Queue!.Requeue(new ReadOnlySpan<StoredMessage>(in message), isReturned: true);
        if (delivery.Consumer?.Subscription is { } subscription)
            delivery.Queue.Use.Resume(subscription);
        _client.Round.Touch(delivery.Queue);
    }

    private void Hold(Transaction transaction, ulong tag, bool isMultiple, Settlement settlement)
    {
        Delivery delivery;
        if (!isMultiple)
        {
            if (!_deliveries.TryTake(tag, isHeld: true, out delivery))
                throw UnknownTag(tag);
            transaction.Add(delivery, settlement);
            return;
        }
        ulong upTo = DemandUpTo(tag);
        while (_deliveries.TryTakeFirst(upTo, isHeld: true, out delivery))
            transaction.Add(delivery, settlement);
    }

    /// <summary>Returns the highest tag to settle. Throws if a tag other than 0 has no unacknowledged delivery.</summary>
    private ulong DemandUpTo(ulong tag)
    {
        if (tag != 0 && !_deliveries.Has(tag))
            throw UnknownTag(tag);
        return tag == 0 ? ulong.MaxValue : tag;
    }

    private static BrokerException UnknownTag(ulong tag) => new(BrokerError.Precondition, $"unknown delivery tag {tag}");
}
