using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>A queue: messages that are ready, the consumers that take them, and the rules between the two.</summary>
/// <remarks>
/// <para>One lock owns all of its state; a drain holds it for a bounded number of messages at a time. Under it a consumer may
/// take its connection's lock and the store may take its own; never the other way round.</para>
/// <para>There is no loop of its own: the thread that publishes or acknowledges drains the queue (<see cref="Drain"/>),
/// one at a time, and past a bound the thread pool goes on with it.</para>
/// <para>What expires, is too much or dies is for its <see cref="QueueRules"/>. Deliveries, upkeep and counts have parts of the class of their own.</para>
/// </remarks>
internal sealed partial class Queue : IBindingDestination
{
    /// <summary>Messages that are stored anew while the lock is held in one go.</summary>
    private const int ReturnsPerLock = 64;

    private readonly Lock _gate = new();
    private readonly QueueServices _services;
    private readonly IQueueRegistry _registry;
    private readonly QueueReader _reader;
    private ConsumerRing _consumers; // another one after a crash
    private readonly QueueRules _rules;
    private readonly QueueReturns _returns;
    private long _unacknowledged;
    private bool _abandoned; // auto-delete, its last consumer has gone: no other may come
    private bool _deleted;

    public Queue(QueueDeclaration declaration, StoredQueue[] levels, QueueHost host, IQueueRegistry registry)
    {
        (Declaration, Host, _registry) = (declaration, host, registry);
        _services = host.Services;
        Messages = new QueueMessages(_services.Store, levels, _gate, hasReturns: (Flags & QueueFlags.Returns) != 0);
        _quarantined = new QuarantinedMessages(Messages, _services, Compartment.Queue, Place);
        _reader = new QueueReader(Name, Messages, _services.Store, this, _services.Logger);
        _returns = new QueueReturns(Messages, _services);
        _rules = new QueueRules(this, Messages, QueueSettings.Resolve(Arguments, EffectivePolicy.None), _services);
        _consumers = new ConsumerRing(Settings.SingleActiveConsumer);
        CountsDeliveries = Settings.CountsDeliveries;
        CreatedAt = _services.Timer.Now;
        IsUnused();
        if (_quarantined.IsFull)
            BeginCrashed();
    }

    /// <summary>What it was declared as.</summary>
    public QueueDeclaration Declaration { get; }

    public string Name => Declaration.Name;

    /// <summary>The name of the virtual host.</summary>
    public string VirtualHost => Host.VirtualHost;

    /// <summary>What the virtual host gives its queues to work with.</summary>
    public QueueHost Host { get; }

    public QueueFlags Flags => Declaration.Flags;

    public QueueArguments Arguments => Declaration.Arguments;

    /// <summary>The connection that an exclusive queue belongs to.</summary>
    public object? Owner => Declaration.Owner;

    /// <summary>What the policies say of this queue.</summary>
    public EffectivePolicy Policy { get; private set; } = EffectivePolicy.None;

    /// <summary>The messages that are ready. Only the store and the holder of this queue's lock may look inside.</summary>
    public QueueMessages Messages { get; }

    /// <summary>What applies to the queue now.</summary>
    public QueueSettings Settings => _rules.Settings;

    /// <summary>What clients return gets another place in the store.</summary>
    private bool StoresReturnsAnew => Settings.Type == QueueType.Quorum;

    /// <summary>True when there is nothing to look at before a message is stored for the queue, but whether it expires by itself.</summary>
    public bool IsPlain => Settings.IsPlain && !_isCrashed;

    /// <summary>True when consumers are told how often a message was requeued.</summary>
    public bool CountsDeliveries { get; private set; }

    /// <summary>True when something has died here that is to be dead-lettered now.</summary>
    public bool HasDeadLetters => _rules.Dead is { IsWaiting: true } && !IsHalted;

    /// <summary>True when messages may have to go without being delivered, or have gone so. Good for a look without the lock.</summary>
    public bool HasRules => _rules.AreActive || HasDeadLetters;

    public bool IsDurable => (Flags & QueueFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & QueueFlags.AutoDelete) != 0;

    public bool IsExclusive => Owner is not null;

    /// <summary>The round that noted this queue last; see <see cref="DispatchRound"/>.</summary>
    public DispatchRound? NotedBy { get; set; }

    /// <summary>How many messages are ready, how many are with consumers, and how many consumers there are.</summary>
    public (long Ready, long Unacknowledged, int Consumers) Counts
    {
        get
        {
            lock (_gate)
                return (Messages.Count, _unacknowledged, _consumers.Count);
        }
    }

    /// <summary>Adds messages behind those that are there. A queue that has been deleted meanwhile lets them go. Throws nothing.</summary>
    public void Enqueue(ReadOnlySpan<(Queue Queue, StoredMessage Message)> published)
    {
        int done = 0;
        try
        {
            lock (_gate)
            {
                _published += published.Length;
                bool keepsRoom = _rules.KeepsRoom;
                long persistent = Messages.PersistentCount;
                for (; done < published.Length && !_isCrashed; done++)
                {
                    ref readonly var message = ref published[done].Message;
                    if (keepsRoom)
                        _rules.Release(message);
                    if (_deleted)
                    {
                        Messages.Settle(new ReadOnlySpan<StoredMessage>(in message));
                        continue;
                    }
                    if (MessageNote.Expires(message.Note))
                        NoteExpiring();
                    Messages.Add(message);
                }
                _diskWrites += Messages.PersistentCount - persistent;
            }
        }
        catch (Exception error)
        {
            Crash(error);
        }
        for (; done < published.Length; done++)
            Strand(published[done].Message);
    }

    /// <summary>Takes one message for basic.get, which <paramref name="deliver"/> sends under this queue's lock.</summary>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="BrokerException">541: the message cannot be read from the disk just now.</exception>
    public bool TryGet<TState>(TState state, bool noAck, GetDelivery<TState> deliver)
    {
        try
        {
            lock (_gate)
            {
                _lease?.Renew();
                while (TryTakeFresh(int.MaxValue, out var message, out var payload))
                {
                    using (payload)
                    {
                        if (!TryGive(message, payload.Payload, state, deliver))
                            continue;
                    }
                    CountGot(message, noAck);
                    NoteOutgoing(new ReadOnlySpan<StoredMessage>(in message), noAck);
                    return true;
                }
                _deliveries.GetEmpty++;
                return false;
            }
        }
        catch (QueueUnreadableException)
        {
            throw new BrokerException(BrokerError.Unavailable, $"queue '{Name}' in vhost '{VirtualHost}' cannot be read from the disk now");
        }
        catch (Exception error) when (error is not OutputFailedException)
        {
            Crash(error);
            throw Crashed();
        }
    }

    /// <summary>A consumer is done with these: they leave the queue and the store, and it may have room again. Throws nothing.</summary>
    /// <param name="messages">In the order of their numbers where that can be.</param>
    /// <param name="subscription">The consumer's; null after basic.get.</param>
    /// <param name="isBound">They were acknowledged together with publishes: see <see cref="IMessageStore.Settle"/>.</param>
    public void Acknowledge(ReadOnlySpan<StoredMessage> messages, Subscription? subscription, bool isBound = false)
    {
        try
        {
            lock (_gate)
            {
                _unacknowledged -= messages.Length;
                CountSettled(messages);
                Messages.Settle(messages, isBound);
                if (subscription is not null)
                    _consumers.Resume(subscription);
            }
        }
        catch (Exception error)
        {
            Crash(error); // what is not settled comes again after the broker's next start, as after a crash of the broker
        }
    }

    /// <summary>A consumer will not have a message: it is dead-lettered, or dropped. Throws nothing.</summary>
    public void Reject(in StoredMessage message, Subscription? subscription)
    {
        try
        {
            lock (_gate)
            {
                _unacknowledged--;
                CountUnacknowledged(new ReadOnlySpan<StoredMessage>(in message), -1);
                Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.Rejected);
                if (subscription is not null)
                    _consumers.Resume(subscription);
            }
        }
        catch (Exception error)
        {
            Crash(error);
            Strand(message);
        }
    }

    /// <summary>Puts unacknowledged messages back, marked redelivered; those that have been requeued too often die. Throws nothing.</summary>
    /// <param name="messages">The messages, in the order in which they come back.</param>
    /// <param name="isReturned">A client said so, and a quorum queue lets others have their turn; else they go to their places.</param>
    public void Requeue(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        // Others have their turn in between where each is stored anew. Else it costs next to nothing, and nobody sees a part of them back.
        int most = isReturned && StoresReturnsAnew ? ReturnsPerLock : int.MaxValue;
        for (; messages.Length > most; messages = messages[most..])
            RequeueSome(messages[..most], isReturned);
        RequeueSome(messages, isReturned);
    }

    private void RequeueSome(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        int done = 0;
        try
        {
            lock (_gate)
            {
                _unacknowledged -= messages.Length;
                CountUnacknowledged(messages, -1);
                if (_deleted)
                {
                    Messages.Settle(messages);
                    return;
                }
                for (; done < messages.Length && !_isCrashed; done++)
                    ReturnOne(messages[done], isReturned);
            }
        }
        catch (Exception error)
        {
            Crash(error);
        }
        for (; done < messages.Length; done++)
            Strand(RedeliveredMark.Set(messages[done]));
    }

    /// <summary>A consumer that had no room may have some again. Throws nothing.</summary>
    public void Resume(Subscription subscription)
    {
        try
        {
            lock (_gate)
                _consumers.Resume(subscription);
        }
        catch (Exception error)
        {
            Crash(error);
        }
    }

    /// <summary>Removes what is ready; unacknowledged messages stay with their consumers.</summary>
    public int Purge()
    {
        lock (_gate)
            return Messages.Purge();
    }

    /// <summary>Adds a consumer, unless someone's exclusive use stands against it.</summary>
    /// <param name="consumer">Who takes messages from now on.</param>
    /// <param name="exclusive">No one else may.</param>
    /// <param name="onSubscribed">Called under the lock when it is certain, before the first delivery.</param>
    /// <exception cref="BrokerException">403: the queue is in exclusive use, or would have to be while it is in use.</exception>
    public void Subscribe(IConsumer consumer, bool exclusive, Action<Subscription> onSubscribed)
    {
        lock (_gate)
        {
            if (_deleted || _abandoned)
                throw NameErrors.NoQueue(Name, VirtualHost);
            DemandRunning();
            if (_consumers.HasExclusive || (exclusive && (_consumers.Count > 0 || Arguments.SingleActiveConsumer)))
                throw new BrokerException(BrokerError.Refused, $"queue '{Name}' in vhost '{VirtualHost}' in exclusive use");
            var subscription = new Subscription(consumer, exclusive);
            _consumers.Add(subscription);
            onSubscribed(subscription);
        }
    }

    /// <summary>Removes a consumer: nothing is delivered to it once this returns.</summary>
    /// <returns>True when the queue shall go with it: auto-delete, and this was the last.</returns>
    public bool Unsubscribe(Subscription subscription)
    {
        lock (_gate)
        {
            bool wasLast = _consumers.Remove(subscription) && _consumers.Count == 0;
            if (wasLast)
                RenewLease();
            _abandoned |= wasLast && IsAutoDelete && !_deleted;
            return _abandoned && !_deleted;
        }
    }

    /// <summary>Marks the queue deleted, if the conditions hold, and lets go of its messages.</summary>
    /// <exception cref="BrokerException">406: in use, or not empty.</exception>
    public DeletedQueue Delete(bool ifUnused, bool ifEmpty)
    {
        lock (_gate)
        {
            if (_deleted)
                return new DeletedQueue(0, []);
            if (ifEmpty && Messages.Count > 0)
                throw new BrokerException(BrokerError.Precondition, $"queue '{Name}' in vhost '{VirtualHost}' not empty");
            if (ifUnused && _consumers.Count > 0)
                throw new BrokerException(BrokerError.Precondition, $"queue '{Name}' in vhost '{VirtualHost}' in use");
            _deleted = true;
            _services.Statistics.Keep(Settings.Type, Deliveries);
            long ready = Messages.Count;
            Subscription[] consumers = [.. _consumers.All];
            _consumers.Clear();
            try
            {
                LetGo();
            }
            catch (Exception error)
            {
                _services.Faults.Note(Compartment.Queue, Place, error); // it is gone all the same
            }
            return new DeletedQueue(ready, consumers);
        }
    }

    /// <summary>A message has come that expires by itself.</summary>
    private void NoteExpiring() => _rules.ExpectExpiry(isFlowing: Messages.Count == 0 && _consumers.Next(out _) is not null);

    private void ReturnOne(in StoredMessage message, bool isReturned)
    {
        if (MessageNote.Expires(message.Note))
            NoteExpiring();
        if (CountsDeliveries)
            ReturnCounted(message, isReturned);
        else
            Messages.Return(message);
    }

    private void ReturnCounted(in StoredMessage message, bool isReturned)
    {
        var counted = RedeliveredMark.CountRequeue(message);
        if (MessageNote.Requeues(counted) > Settings.DeliveryLimit)
            Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.DeliveryLimit);
        else if (isReturned && StoresReturnsAnew && _returns.TryMove(message, MessageNote.Requeues(counted), Settings, out var moved))
            AddMoved(moved);
        else
            Messages.Return(counted);
    }

    /// <summary>Adds a message whose old place is no more, so that nobody else can keep it when that fails.</summary>
    private void AddMoved(in StoredMessage moved)
    {
        try
        {
            Messages.Add(moved);
        }
        catch (Exception error)
        {
            Crash(error);
            Strand(moved);
        }
    }

    private void Bury(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        if (_deleted)
            Messages.Settle(messages);
        else
            _rules.Bury(messages, reason);
    }
}

/// <summary>Sends what basic.get took. The queue's lock is held.</summary>
internal delegate void GetDelivery<TState>(TState state, in StoredMessage message, ReadOnlySpan<byte> payload, long left);
