using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Channels.Publishing;
using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Channels;

/// <summary>One channel of a connection: what the client has said on it, and what it is owed.</summary>
/// <remarks>
/// The connection's read loop owns the channel. What deliveries from other threads touch as well (delivery tags,
/// prefetch, unacknowledged deliveries, consumers, confirms that wait) is under the outbox's lock, called the gate.
/// </remarks>
internal sealed class AmqpChannel(ushort number, Session session) : ICommitWaiter
{
    private readonly UnacknowledgedDeliveries _unacknowledged = new(session.Broker.HeldMemory); // under the gate
    private readonly Dictionary<string, ChannelConsumer> _consumers = []; // under the gate
    private readonly ChannelPrefetch _prefetch = new(); // under the gate
    private ulong _lastDeliveryTag; // under the gate
    private bool _isReleased; // under the gate
    private bool _isAwaitingCommit; // under the gate: it is with the commit notifier
    private AcknowledgementWatch? _watch; // under the gate
    private AmqpException? _revoked; // written under the gate
    private Publisher? _publisher;

    public ushort Number { get; } = number;

    public Session Session { get; } = session;

    /// <summary>What the user may do.</summary>
    public ChannelAccess Access { get; } = new(session);

    /// <summary>What it counts of its messages.</summary>
    public ChannelCounts Counts { get; } = session.VirtualHost.Statistics.OpenChannel();

    /// <summary>The content now arriving.</summary>
    public ContentAssembler Content { get; } = new(session.HeldMemory);

    /// <summary>Most channels of most programs only consume: what publishing needs is made when it is needed.</summary>
    public Publisher Publisher => _publisher ??= new Publisher(this);

    /// <summary>True from our channel.close to the client's close-ok: everything else is dropped.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The queue that an empty name stands for.</summary>
    public string LastQueue { get; set; } = "";

    /// <summary>basic.qos with global=false: for consumers to come. 0: no limit.</summary>
    public ushort ConsumerPrefetch { get; set; }

    /// <summary>Who takes the replies to the channel's requests, once it has asked for them. Written under the gate.</summary>
    public ReplyConsumer? ReplyConsumer { get; set; }

    /// <summary>RabbitMQ's name for the channel: its connection's, and its number.</summary>
    public string Name => $"{Session.Origin.ConnectionName} ({Number})";

    /// <summary>The channel as the firehose tells of it.</summary>
    public TracedBy TracedBy => new(Session.Origin.ConnectionName, Number, Session.User.Name);

    /// <summary>Why the channel must be closed: a consumer was ended whose client does not understand a basic.cancel. Any thread may ask.</summary>
    public AmqpException? Revoked => Volatile.Read(ref _revoked);

    /// <summary>Set by confirm.select.</summary>
    public ConfirmTracker? Confirms { get; set; }

    /// <summary>Set by tx.select.</summary>
    public Transaction? Transaction { get; set; }

    /// <summary>basic.qos with global=true: for all consumers of the channel together. 0: no limit. Written under the gate.</summary>
    public ushort PrefetchLimit
    {
        get => _prefetch.Limit;
        set => _prefetch.Limit = value;
    }

    /// <summary>Consumers on the channel. Under the gate.</summary>
    public int ConsumerCount => _consumers.Count;

    /// <summary>Counts a delivery that needs no acknowledgement. Under the gate.</summary>
    public ulong NextDeliveryTag() => ++_lastDeliveryTag;

    /// <summary>Counts a delivery and remembers it until it is acknowledged. Under the gate.</summary>
    public ulong Track(in StoredMessage message, Queue queue, ChannelConsumer? consumer)
    {
        _unacknowledged.Add(Delivery.Of(++_lastDeliveryTag, message, queue, consumer));
        if (consumer is not null)
        {
            consumer.Unacknowledged++;
            consumer.LastDelivery = _lastDeliveryTag;
            _prefetch.Note(1);
        }
        return _lastDeliveryTag;
    }

    /// <summary>Whether the channel's own prefetch lets a consumer deliver; if not, it is resumed when it does. Under the gate.</summary>
    public bool HasPrefetchRoom(ChannelConsumer consumer) => _prefetch.HasRoom(consumer);

    /// <summary>A delivery that was to go out could not be written after all. Under the gate.</summary>
    public void Untrack(ulong tag)
    {
        if (_unacknowledged.TryTake(tag, out var delivery))
            MakeRoom(delivery);
    }

    /// <summary>The consumer with this tag. Under the gate.</summary>
    public ChannelConsumer? FindConsumer(string tag) => _consumers.GetValueOrDefault(tag);

    /// <summary>Adds a consumer. Under the gate.</summary>
    public void Add(ChannelConsumer consumer)
    {
        _consumers.Add(consumer.Tag, consumer);
        Session.ConsumerCount++;
    }

    /// <summary>Removes a consumer; false when it was not there (any more). Under the gate.</summary>
    public bool Forget(ChannelConsumer consumer)
    {
        if (!ReferenceEquals(FindConsumer(consumer.Tag), consumer))
            return false;
        _prefetch.Forget(consumer);
        Session.ConsumerCount--;
        return _consumers.Remove(consumer.Tag);
    }

    /// <summary>The consumers now. Takes the gate.</summary>
    public ChannelConsumer[] Consumers()
    {
        lock (Session.Outbox.Gate)
            return [.. _consumers.Values];
    }

    /// <summary>How many consumers there are. Takes the gate.</summary>
    public int CountConsumers()
    {
        lock (Session.Outbox.Gate)
            return _consumers.Count;
    }

    /// <summary>Publishes that wait for their confirm. Takes the gate.</summary>
    public long CountUnconfirmed()
    {
        lock (Session.Outbox.Gate)
            return Confirms?.WaitingCount ?? 0;
    }

    /// <summary>Deliveries that are with the client. Takes the gate.</summary>
    public int CountUnacknowledged()
    {
        lock (Session.Outbox.Gate)
            return _unacknowledged.Count;
    }

    /// <summary>Whether a delivery tag is there to be settled. Takes the gate.</summary>
    public bool CanSettle(ulong tag)
    {
        lock (Session.Outbox.Gate)
            return _unacknowledged.Has(tag);
    }

    /// <summary>Takes one delivery out of the unacknowledged. Takes the gate.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="isHeld">It waits for tx.commit, and until <see cref="NoteSettled"/> takes the room in its consumer's prefetch.</param>
    /// <param name="delivery">The delivery.</param>
    public bool TryTake(ulong tag, bool isHeld, out Delivery delivery)
    {
        lock (Session.Outbox.Gate)
        {
            if (!_unacknowledged.TryTake(tag, out delivery))
                return false;
            if (!isHeld)
                MakeRoom(delivery);
            return true;
        }
    }

    /// <summary>Takes the first delivery out if its tag is no higher than this. Takes the gate.</summary>
    /// <inheritdoc cref="TryTake"/>
    public bool TryTakeFirst(ulong upTo, bool isHeld, out Delivery delivery)
    {
        lock (Session.Outbox.Gate)
        {
            if (!_unacknowledged.TryTakeFirst(upTo, out delivery))
                return false;
            if (!isHeld)
                MakeRoom(delivery);
            return true;
        }
    }

    /// <summary>A delivery that was held for tx.commit is settled now. Takes the gate.</summary>
    public void NoteSettled(in Delivery delivery)
    {
        lock (Session.Outbox.Gate)
            MakeRoom(delivery);
    }

    /// <summary>Makes the deliveries that are held for tx.commit unacknowledged again. Takes the gate.</summary>
    public void GiveHeldBack()
    {
        if (Transaction is not { Settlements.Count: > 0 } transaction)
            return;
        lock (Session.Outbox.Gate)
            _unacknowledged.Restore(transaction.Settlements.Select(held => held.Delivery));
    }

    /// <summary>Looks for a delivery that has been unacknowledged for longer than its queue allows. Takes the gate.</summary>
    /// <param name="now">In milliseconds; now and then is often enough.</param>
    /// <param name="late">The delivery, if so.</param>
    public bool IsLate(long now, out Delivery late)
    {
        lock (Session.Outbox.Gate)
        {
            late = default;
            if (_unacknowledged.Count == 0 || Session.ConsumerTimeout is not { } shortest)
                return false;
            var watch = _watch ??= new AcknowledgementWatch();
            watch.Note(_lastDeliveryTag, now);
            // Queues have timeouts of their own: a younger delivery may be late where the oldest is not.
            return _unacknowledged.TryFindFirst(
                watch.OutFor(now, shortest),
                delivery => Session.ConsumerTimeoutOf(delivery.Queue!) is { } timeout && delivery.Tag <= watch.OutFor(now, timeout),
                out late);
        }
    }

    /// <summary>The channel's prefetch may have room again: the consumers that wait for it go on, the one first that was served longest ago. Takes the gate.</summary>
    public void ResumeConsumers()
    {
        if (!_prefetch.IsUsed)
            return;
        List<ChannelConsumer> consumers;
        lock (Session.Outbox.Gate)
            consumers = _prefetch.TakeWaiting();
        foreach (var consumer in consumers)
        {
            consumer.Queue.Resume(consumer.Subscription!);
            Session.Round.Touch(consumer.Queue);
        }
        consumers.Clear();
    }

    /// <summary>Writes a method and sends it when the round ends.</summary>
    public void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => Session.Outbox.Send(Number, method, Session.Round);

    /// <summary>Ends the round's confirms: sends what is safe and waits for the rest.</summary>
    public void SealConfirms()
    {
        var store = Session.VirtualHost.Store;
        long position;
        bool isWaiting, isNews;
        lock (Session.Outbox.Gate)
        {
            if (_isReleased)
                return;
            position = Confirms!.Seal();
            isWaiting = Answer(store);
            isNews = isWaiting && !_isAwaitingCommit;
            _isAwaitingCommit |= isWaiting;
        }
        Session.Round.Touch(Session.Outbox);
        if (isWaiting)
            store.RequestCommit(position);
        if (isNews)
            Session.Broker.Commits.Add(this, position);
    }

    /// <inheritdoc/>
    public bool OnCommitted(IMessageStore store, DispatchRound round)
    {
        round.Touch(Session.Outbox);
        lock (Session.Outbox.Gate)
            return _isAwaitingCommit = !_isReleased && Answer(store);
    }

    /// <inheritdoc/>
    public void OnNotifyingFailed() => Session.Abort();

    /// <summary>
    /// Gives back everything that the channel holds: consumers leave their queues, deliveries return to theirs. Twice does no harm.
    /// Throws nothing: each step is taken whatever became of the others.
    /// </summary>
    public void Release()
    {
        Contain(LeaveAll);
        Contain(Content.Close);
        Contain(GiveHeldBack);
        Contain(() => Transaction?.Clear());
        Contain(() => RequeueAll(isReturned: false));
        Contain(CloseUnacknowledged);
        Session.Round.Drain();
        Session.VirtualHost.Statistics.Close(Counts);
    }

    /// <summary>Takes every consumer off its queue. Nothing is delivered or confirmed on the channel any more.</summary>
    public void LeaveAll()
    {
        ChannelConsumer[] consumers;
        lock (Session.Outbox.Gate)
        {
            _isReleased = true; // confirms of a closed channel never arrive
            consumers = [.. _consumers.Values];
            Session.ConsumerCount -= _consumers.Count;
            _consumers.Clear();
            ReplyConsumer?.Cancel();
        }
        Session.Round.HandOver();
        foreach (var consumer in consumers)
            Contain(() => Leave(consumer));
    }

    /// <summary>Takes a consumer off its queue, which goes too if it was auto-delete and this its last one.</summary>
    public void Leave(ChannelConsumer consumer)
    {
        if (Leave(consumer, Session.Round))
            Session.ExclusiveQueues.Remove(consumer.Queue);
    }

    /// <summary>Ends a consumer that may no longer read its queue, as if the queue were deleted. Any thread; takes the gate.</summary>
    /// <returns>False when the client does not understand basic.cancel: the read loop must then close the channel.</returns>
    public bool Revoke(ChannelConsumer consumer, DispatchRound round)
    {
        lock (Session.Outbox.Gate)
        {
            if (!Forget(consumer))
                return true; // cancelled at the same time
        }
        Leave(consumer, round); // first: nothing is delivered behind the cancel
        bool isTold = Session.Capabilities.ConsumerCancelNotify;
        lock (Session.Outbox.Gate)
        {
            if (isTold)
                Session.Outbox.Write(Number, new BasicCancel(consumer.Tag, NoWait: true));
            else
                Volatile.Write(ref _revoked, Access.RefusedToRead(consumer.Queue.Name));
        }
        round.Touch(Session.Outbox);
        return isTold;
    }

    /// <returns>Whether the queue went, too.</returns>
    private bool Leave(ChannelConsumer consumer, DispatchRound round)
    {
        Session.Broker.Events.ConsumerDeleted(consumer);
        if (!consumer.Queue.Unsubscribe(consumer.Subscription!))
            return false;
        Session.VirtualHost.DeleteAbandoned(consumer.Queue, round);
        return true;
    }

    /// <summary>Returns every delivery to its queue, all of a queue's at once: none overtakes another.</summary>
    /// <param name="isReturned">The client said so; else the channel is gone.</param>
    public void RequeueAll(bool isReturned)
    {
        var deliveries = new List<Delivery>();
        while (TryTakeFirst(ulong.MaxValue, isHeld: false, out var delivery))
            deliveries.Add(delivery);
        ResumeConsumers(); // before the requeues touch their queues: who waits has the first turn
        foreach (var ofQueue in deliveries.GroupBy(delivery => delivery.Queue!))
        {
            ofQueue.Key.Requeue([.. ofQueue.Select(delivery => delivery.Message)], isReturned);
            foreach (var consumer in ofQueue.Select(delivery => delivery.Consumer).OfType<ChannelConsumer>().Distinct())
                ofQueue.Key.Resume(consumer.Subscription!);
            Session.Round.Touch(ofQueue.Key);
        }
    }

    /// <summary>Returns one delivery to its queue, as the client said.</summary>
    public void Requeue(in Delivery delivery)
    {
        var message = delivery.Message;
        delivery.Queue!.Requeue(new ReadOnlySpan<StoredMessage>(in message), isReturned: true);
        if (delivery.Consumer?.Subscription is { } subscription)
            delivery.Queue.Resume(subscription);
        Session.Round.Touch(delivery.Queue);
    }

    /// <summary>Has its queue dead-letter a delivery.</summary>
    public void Reject(in Delivery delivery)
    {
        delivery.Queue!.Reject(delivery.Message, delivery.Consumer?.Subscription);
        Session.Round.Touch(delivery.Queue);
    }

    /// <summary>As the log names it.</summary>
    public override string ToString() => $"channel {Name}";

    private void Contain(Action step) => Session.Broker.Faults.Contain(Compartment.Connection, $"the end of {this}", step);

    /// <summary>Gives the memory back of the deliveries that were here. Takes the gate.</summary>
    private void CloseUnacknowledged()
    {
        lock (Session.Outbox.Gate)
            _unacknowledged.Close();
    }

    private void MakeRoom(in Delivery delivery)
    {
        if (delivery.Consumer is not { } consumer)
            return;
        consumer.Unacknowledged--;
        _prefetch.Note(-1);
    }

    /// <summary>Confirms what is safe, refuses what never will be. True when some still waits. Under the gate.</summary>
    private bool Answer(IMessageStore store)
    {
        Confirms!.Confirm(store.DurablePosition, Session.Outbox, Number);
        if (store.Failure is not null)
            Confirms.Refuse(Session.Outbox, Number);
        return Confirms.IsWaiting;
    }
}
