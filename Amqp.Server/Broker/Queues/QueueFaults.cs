using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Handles unexpected exceptions in one queue: quarantines the message that caused the exception, or stops the queue.</summary>
/// <remarks>
/// A stopped queue (<c>crashed</c>, as in RabbitMQ) keeps its messages until an operator restarts the queue. The lock of the queue guards
/// the state.
/// </remarks>
internal sealed class QueueFaults : IQuarantineOwner
{
    private readonly QueueState _state;
    private readonly QuarantinedMessages _quarantined;
    private List<StoredMessage>? _stranded; // messages that were published or returned while the queue was crashed
    private Subscription[] _cancelled = []; // consumers that a crash removed and that are not notified yet

    public QueueFaults(QueueState state)
    {
        _state = state;
        _quarantined = new QuarantinedMessages(state.Messages, state.Services, Compartment.Queue, state.Place);
        if (!_quarantined.IsFull)
            return;
        _state.IsCrashed = true; // too many messages were quarantined before the restart
        LogCrash();
    }

    /// <summary>True if the queue has stopped after an unexpected exception. Any thread may read the property.</summary>
    public bool IsCrashed => _state.IsCrashed;

    /// <summary>True if the queue has crashed and is not deleted. Its dead letters wait until the queue is restarted.</summary>
    public bool IsHalted => _state.IsCrashed && !_state.IsDeleted;

    /// <summary>Number of quarantined messages. Takes the lock.</summary>
    public int QuarantinedCount
    {
        get
        {
            lock (_state.Gate)
                return _quarantined.Count;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedMessage> Quarantined
    {
        get
        {
            lock (_state.Gate)
                return _quarantined.All;
        }
    }

    /// <inheritdoc/>
    public bool IsFull => _quarantined.IsFull;

    /// <exception cref="BrokerException">404, with RabbitMQ's text: the queue has crashed.</exception>
    public void DemandRunning()
    {
        if (IsCrashed)
            throw NewCrashed();
    }

    /// <summary>Returns the error for a request to a crashed queue, with RabbitMQ's text.</summary>
    public BrokerException NewCrashed() => new(BrokerError.NotFound, $"{_state.Place} has crashed and failed to restart");

    /// <inheritdoc/>
    public void SetAside(in StoredMessage message, Exception error)
    {
        _quarantined.Add(message, error);
        if (_quarantined.IsFull)
            Crash(new QuarantineFullException(_state.Services.QuarantineLimit));
    }

    /// <summary>Quarantines a message that is no longer among the ready messages, for example a dead letter. Takes the lock.</summary>
    public void Quarantine(in StoredMessage message, Exception error)
    {
        lock (_state.Gate)
        {
            SetAside(message, error);
            if (_state.IsDeleted) // no operator can reach the quarantine of a deleted queue, so its messages are settled
                _quarantined.Delete();
        }
    }

    /// <inheritdoc/>
    public bool TryReadQuarantined(MessagePlace place, out PayloadLease payload)
    {
        lock (_state.Gate)
            return _quarantined.TryRead(place, out payload);
    }

    /// <inheritdoc/>
    /// <remarks>If the queue has crashed, the message returns to its place when the queue is restarted.</remarks>
    public bool ReturnQuarantined(MessagePlace place, DispatchRound round)
    {
        lock (_state.Gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            if (_state.IsCrashed)
            {
                Strand(message);
            }
            else
            {
                _state.Rules.SuspectExpiry();
                _state.Messages.PutBack(message);
            }
            _quarantined.Remove(place);
        }
        round.Touch(_state.Queue);
        return true;
    }

    /// <inheritdoc/>
    public bool DropQuarantined(MessagePlace place)
    {
        lock (_state.Gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            _state.Messages.Settle([message]);
            _quarantined.Remove(place);
            return true;
        }
    }

    /// <summary>Stops the queue and removes its consumers. The next drain notifies them. The caller may hold the queue's lock.</summary>
    public void Crash(Exception error)
    {
        lock (_state.Gate)
        {
            _state.Services.Faults.Note(Compartment.Queue, _state.Place, error);
            if (_state.IsCrashed || _state.IsDeleted)
                return;
            _cancelled = [.. _state.Consumers.All];
            foreach (var subscription in _cancelled)
                subscription.IsSubscribed = false; // so that a late call of Resume has no effect
            _state.Consumers = new ConsumerRing(_state.Rules.Settings.SingleActiveConsumer);
            _state.IsCrashed = true;
        }
        LogCrash();
    }

    /// <summary>Keeps a message outside of the crashed queue, until <see cref="Restart"/> puts the message back.</summary>
    public void Strand(in StoredMessage message)
    {
        lock (_state.Gate)
            (_stranded ??= []).Add(message);
    }

    /// <summary>Notifies each consumer that was removed by the crash. Called while the thread holds no lock.</summary>
    public void NotifyCancelled(DispatchRound round)
    {
        Subscription[] cancelled;
        lock (_state.Gate)
            (cancelled, _cancelled) = (_cancelled, []);
        new DeletedQueue(0, cancelled).NotifyConsumers(round);
    }

    /// <summary>Restarts a crashed queue, and adds the messages that were published or returned since the crash.</summary>
    /// <returns>False if the queue has not crashed.</returns>
    /// <exception cref="BrokerException">406: too many messages are quarantined.</exception>
    public bool Restart(DispatchRound round)
    {
        lock (_state.Gate)
        {
            if (!_state.IsCrashed)
                return false;
            if (_quarantined.IsFull)
                throw new BrokerException(
                    BrokerError.Precondition,
                    $"{_state.Place} has {_quarantined.Count} quarantined messages, of "
                        + $"which {_state.Services.QuarantineLimit} are allowed: return or drop some");
            _state.Messages.Recount();
            _state.Rules.Restart();
            foreach (var message in _stranded ?? [])
                _state.Messages.PutBack(message);
            _stranded = null;
            _state.IsCrashed = false;
            _state.Queue.Use.Renew();
        }
        _state.Services.Logger.QueueRestarted(_state.Declaration.Name, _state.Host.VirtualHost);
        round.Touch(_state.Queue);
        return true;
    }

    /// <summary>Settles the quarantined and the stranded messages of a deleted queue. Called under the lock.</summary>
    public void Discard()
    {
        _quarantined.Delete();
        _state.Messages.Settle([.. _stranded ?? []]);
        _stranded = null;
    }

    private void LogCrash() => _state.Services.Logger.QueueCrashed(_state.Declaration.Name, _state.Host.VirtualHost);
}

/// <summary>The reason for a crash: too many messages of the queue are quarantined.</summary>
internal sealed class QuarantineFullException(int limit) : Exception($"more than {limit} messages are quarantined");
