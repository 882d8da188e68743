using Amqp.Server.Broker.Deduplication;
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

/// <summary>A queue. This class enqueues, settles and requeues messages; its parts do everything else.</summary>
/// <remarks>One lock guards the state of the queue and of all its parts (<see cref="QueueState"/>).</remarks>
internal sealed class Queue : IBindingDestination
{
    private readonly QueueState _state;
    private readonly Requeue _requeue;

    public Queue(QueueDeclaration declaration, StoredQueue[] levels, QueueHost host, IQueueRegistry registry, StoredQueue? keys = null)
    {
        _state = new QueueState(this, declaration, levels, host, new QueueUpkeep(this, registry), keys);
        Status = new QueueStatus(_state);
        Faults = new QueueFaults(_state);
        Deliveries = new QueueDeliveries(_state, Faults);
        Room = new QueueRoom(_state, Faults, Deliveries);
        DeadLetters = new QueueDeadLetters(_state, Faults);
        _requeue = new Requeue(_state, Faults);
        Use = new QueueUse(_state, Faults);
        Use.Renew(); // last, because the timer may call the queue at once
    }

    /// <summary>Name, flags, arguments and owner of the queue, as declared.</summary>
    public QueueDeclaration Declaration => _state.Declaration;

    public string Name => _state.Declaration.Name;

    public string VirtualHost => _state.Host.VirtualHost;

    /// <summary>Services of the virtual host.</summary>
    public QueueHost Host => _state.Host;

    public bool IsDurable => _state.Declaration.IsDurable;

    /// <summary>Settings that result from the queue's arguments and policies.</summary>
    public QueueSettings Settings => _state.Rules.Settings;

    /// <summary>
    /// The ready messages. Callers hold the lock of the queue. Only a look-up of the message store's queues or of the keys needs no lock.
    /// </summary>
    public QueueMessages Messages => _state.Messages;

    public QueueDeliveries Deliveries { get; }

    public QueueUse Use { get; }

    public QueueRoom Room { get; }

    public QueueDeadLetters DeadLetters { get; }

    public QueueFaults Faults { get; }

    public QueueTraffic Traffic => _state.Traffic;

    public QueueStatus Status { get; }

    /// <summary>The last dispatch round that put this queue on its list; null after the drain. A round lists the queue only once.</summary>
    public DispatchRound? NotedBy { get; set; }

    /// <summary>Numbers of ready messages, of unacknowledged messages and of consumers. Takes the lock.</summary>
    public (long Ready, long Unacknowledged, int Consumers) Counts
    {
        get
        {
            lock (_state.Gate)
                return (_state.Messages.Count, _state.Traffic.Unacknowledged, _state.Consumers.Count);
        }
    }

    /// <summary>Adds messages at the end of the queue, or settles the messages if the queue has been deleted. Never throws.</summary>
    /// <returns>True if the consumers cannot keep up with the publishers: see <see cref="QueueFlow"/>.</returns>
    public bool Enqueue(ReadOnlySpan<(Queue Queue, StoredMessage Message)> published)
    {
        int done = 0;
        bool isOutrun = false;
        try
        {
            lock (_state.Gate)
            {
                var (messages, rules) = (_state.Messages, _state.Rules);
                _state.Traffic.NotePublished(published.Length);
                bool keepsRoom = rules.Settings.RejectsPublishes;
                long persistent = messages.PersistentCount;
                for (; done < published.Length && !Faults.IsCrashed; done++)
                {
                    ref readonly var message = ref published[done].Message;
                    if (keepsRoom)
                        rules.Release(message);
                    if (_state.IsDeleted)
                    {
                        messages.Settle(new ReadOnlySpan<StoredMessage>(in message));
                        continue;
                    }
                    if (MessageNote.Expires(message.Note))
                        _state.NoteExpiring();
                    messages.Add(message);
                }
                _state.Traffic.NoteDiskWrites(messages.PersistentCount - persistent);
                isOutrun = _state.Flow.IsOutrun;
            }
        }
        catch (Exception error)
        {
            Faults.Crash(error);
        }
        for (; done < published.Length; done++)
            Faults.Strand(published[done].Message);
        return isOutrun;
    }

    /// <summary>Settles messages that a client acknowledged: removes them from the queue and the store. Never throws.</summary>
    /// <param name="messages">The messages, sorted by sequence number where possible.</param>
    /// <param name="subscription">Subscription of the consumer that had received the messages; null after basic.get.</param>
    /// <param name="isBound">True if the same transaction also published messages: see <see cref="IMessageStore.Settle"/>.</param>
    public void Acknowledge(ReadOnlySpan<StoredMessage> messages, Subscription? subscription, bool isBound = false)
    {
        try
        {
            lock (_state.Gate)
            {
                _state.Traffic.NoteSettled(messages);
                _state.Messages.Settle(messages, isBound);
                if (subscription is not null)
                    _state.Consumers.Resume(subscription);
            }
        }
        catch (Exception error)
        {
            // Messages that could not be settled are redelivered after a restart of the broker.
            Faults.Crash(error);
        }
    }

    /// <summary>Dead-letters or drops a message that a client rejected. Never throws.</summary>
    public void Reject(in StoredMessage message, Subscription? subscription)
    {
        try
        {
            lock (_state.Gate)
            {
                var rejected = new ReadOnlySpan<StoredMessage>(in message);
                _state.Traffic.NoteReturned(rejected);
                _state.Rules.Bury(rejected, DeathReason.Rejected);
                if (subscription is not null)
                    _state.Consumers.Resume(subscription);
            }
        }
        catch (Exception error)
        {
            Faults.Crash(error);
            Faults.Strand(message);
        }
    }

    /// <inheritdoc cref="Requeue.Return"/>
    public void Requeue(ReadOnlySpan<StoredMessage> messages, bool isReturned) => _requeue.Return(messages, isReturned);

    /// <summary>Removes all ready messages. Unacknowledged messages are not affected.</summary>
    /// <returns>Number of messages that were removed.</returns>
    public int Purge()
    {
        lock (_state.Gate)
            return _state.Messages.Purge();
    }

    /// <summary>Applies changed policies. The next delivery removes messages that are now expired or in excess.</summary>
    /// <returns>True if <see cref="QueueSettings.IsPlain"/> has changed. Cached routes are then out of date.</returns>
    public bool Apply(EffectivePolicy policy, DispatchRound round)
    {
        bool wasPlain, isPlain;
        lock (_state.Gate)
        {
            wasPlain = Settings.IsPlain;
            _state.Rules.Apply(QueueSettings.Resolve(Declaration.Arguments, policy));
            Messages.Deduplication = DeduplicationWindows.Renew(Messages.Deduplication, Settings.Deduplication, _state.Services.Windows);
            Use.Renew();
            isPlain = Settings.IsPlain;
        }
        round.Touch(this);
        return isPlain != wasPlain;
    }

    /// <summary>Deletes the queue if it has been unused for the time of <c>x-expires</c>. Returns false if the queue stays.</summary>
    public bool TryDeleteUnused()
    {
        lock (_state.Gate)
        {
            if (!Use.IsUnused)
                return false;
            Delete(ifUnused: false, ifEmpty: false);
            return true;
        }
    }

    /// <summary>Marks the queue as deleted and settles its messages. The caller then removes the queue from its virtual host.</summary>
    /// <exception cref="BrokerException">
    /// 406: the queue has consumers (<paramref name="ifUnused"/>) or ready messages (<paramref name="ifEmpty"/>).
    /// </exception>
    public DeletedQueue Delete(bool ifUnused, bool ifEmpty)
    {
        lock (_state.Gate)
        {
            if (_state.IsDeleted)
                return new DeletedQueue(0, []);
            if (ifEmpty && Messages.Count > 0)
                throw new BrokerException(BrokerError.Precondition, $"{this} not empty");
            if (ifUnused && _state.Consumers.Count > 0)
                throw new BrokerException(BrokerError.Precondition, $"{this} in use");
            _state.IsDeleted = true;
            Host.Services.Statistics.Keep(Settings.Type, Traffic.Deliveries);
            long ready = Messages.Count;
            Subscription[] consumers = [.. _state.Consumers.All];
            _state.Consumers.Clear();
            _state.Flow.Release();
            try
            {
                _state.Rules.Close();
                Messages.Delete();
                Faults.Discard();
            }
            catch (Exception error)
            {
                Host.Services.Faults.Note(Compartment.Queue, _state.Place, error); // the queue stays deleted despite the error
            }
            return new DeletedQueue(ready, consumers);
        }
    }

    /// <summary>Returns the name of the queue for log lines and error texts.</summary>
    public override string ToString() => _state.Place;
}
