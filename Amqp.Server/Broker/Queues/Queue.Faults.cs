using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <content>What becomes of the queue when something goes wrong that nobody foresaw.</content>
/// <remarks>
/// <para>A message over which something is thrown is put aside, and the next one served. Whatever else is thrown means that the queue's own state
/// cannot be trusted: it stops (<c>crashed</c>, as RabbitMQ has it), keeps what it holds, and goes on when an operator says so.</para>
/// <para>What a round, a timer or another client's publish calls throws nothing: the error ends here.</para>
/// </remarks>
internal sealed partial class Queue : IQuarantineOwner
{
    private readonly QuarantinedMessages _quarantined; // under the gate, as is what follows
    private List<StoredMessage>? _stranded; // came in, or came back, when the queue could not take them
    private Subscription[] _cancelled = []; // by the crash, and not told yet
    private bool _isCrashed; // read by any thread

    /// <summary>True when the queue has stopped for a fault of the broker's: it serves nobody and takes nothing until <see cref="Restart"/>.</summary>
    public bool IsCrashed => Volatile.Read(ref _isCrashed);

    /// <summary>Messages that were put aside. Takes the lock.</summary>
    public int QuarantinedCount
    {
        get
        {
            lock (_gate)
                return _quarantined.Count;
        }
    }

    /// <summary>What has died waits for the restart, too: else all of it might be put aside. Of a queue that is deleted nothing waits.</summary>
    private bool IsHalted => _isCrashed && !_deleted;

    private string Place => $"queue '{Name}' in vhost '{VirtualHost}'";

    /// <exception cref="BrokerException">404: the queue has crashed; in RabbitMQ's words.</exception>
    public void DemandRunning()
    {
        if (IsCrashed)
            throw Crashed();
    }

    /// <inheritdoc/>
    bool IQuarantine.IsFull => _quarantined.IsFull;

    /// <inheritdoc/>
    public void SetAside(in StoredMessage message, Exception error)
    {
        _quarantined.Add(message, error);
        if (_quarantined.IsFull)
            Crash(new QuarantineFullException(_services.QuarantineLimit));
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedMessage> Quarantined
    {
        get
        {
            lock (_gate)
                return _quarantined.All;
        }
    }

    /// <inheritdoc/>
    public bool TryReadQuarantined(MessagePlace place, out PayloadLease payload)
    {
        lock (_gate)
            return _quarantined.TryRead(place, out payload);
    }

    /// <inheritdoc/>
    /// <remarks>Of a queue that has crashed it is in its place when that is restarted.</remarks>
    public bool ReturnQuarantined(MessagePlace place, DispatchRound round)
    {
        lock (_gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            if (_isCrashed)
            {
                Strand(message);
            }
            else
            {
                _rules.SuspectExpiry();
                Messages.PutBack(message);
            }
            _quarantined.Remove(place);
        }
        round.Touch(this);
        return true;
    }

    /// <inheritdoc/>
    public bool DropQuarantined(MessagePlace place)
    {
        lock (_gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            Messages.Settle([message]);
            _quarantined.Remove(place);
            return true;
        }
    }

    /// <summary>Puts a message aside that is in nobody's hands and cannot be handled. Takes the lock.</summary>
    public void PutAside(in StoredMessage message, Exception error)
    {
        lock (_gate)
        {
            SetAside(message, error);
            if (_deleted) // its dead letters go on: nobody is left who could have this one back
                _quarantined.Delete();
        }
    }

    /// <summary>Takes a message back that went to nobody. For consumers, under this queue's lock.</summary>
    public void PutBack(in StoredMessage message) => Messages.PutBack(message);

    /// <summary>Lets a crashed queue go on with all it holds.</summary>
    /// <returns>False when it has not crashed.</returns>
    /// <exception cref="BrokerException">406: too many messages are quarantined still.</exception>
    public bool Restart(DispatchRound round)
    {
        lock (_gate)
        {
            if (!_isCrashed)
                return false;
            if (_quarantined.IsFull)
                throw new BrokerException(BrokerError.Precondition, $"{Place} has {_quarantined.Count} quarantined messages, of which {_services.QuarantineLimit} are allowed: return or drop some");
            Messages.Recount();
            _rules.Restart();
            foreach (var message in _stranded ?? [])
                Messages.PutBack(message);
            _stranded = null;
            Volatile.Write(ref _isCrashed, false);
            RenewLease();
        }
        _services.Logger.QueueRestarted(Name, VirtualHost);
        round.Touch(this);
        return true;
    }

    /// <summary>Stops the queue. Any lock may be held; its consumers are told with the next <see cref="Drain"/>.</summary>
    private void Crash(Exception error)
    {
        lock (_gate)
        {
            _services.Faults.Note(Compartment.Queue, Place, error);
            if (_isCrashed || _deleted)
                return;
            _cancelled = [.. _consumers.All];
            foreach (var subscription in _cancelled)
                subscription.IsSubscribed = false; // whoever would resume it finds nothing
            _consumers = new ConsumerRing(Settings.SingleActiveConsumer);
            Volatile.Write(ref _isCrashed, true);
        }
        _services.Logger.QueueCrashed(Name, VirtualHost);
    }

    /// <summary>The last run has left more quarantined messages than there may be: the queue is as crashed as it was.</summary>
    private void BeginCrashed()
    {
        _isCrashed = true;
        _services.Logger.QueueCrashed(Name, VirtualHost);
    }

    private BrokerException Crashed() => new(BrokerError.NotFound, $"{Place} has crashed and failed to restart");

    /// <summary>Keeps a message until the restart that the queue cannot take.</summary>
    private void Strand(in StoredMessage message)
    {
        lock (_gate)
            (_stranded ??= []).Add(message);
    }

    /// <summary>Has a message that was taken sent to whoever asked. Under the gate.</summary>
    /// <returns>False when it cannot be sent, and is put aside.</returns>
    private bool TryGive<TState>(in StoredMessage message, ReadOnlySpan<byte> payload, TState state, GetDelivery<TState> deliver)
    {
        try
        {
            deliver(state, message, payload, Messages.Count);
            return true;
        }
        catch (OutputFailedException)
        {
            PutBack(message);
            throw;
        }
        catch (Exception error)
        {
            SetAside(message, error);
            return false;
        }
    }

    /// <summary>Tells the consumers of a queue that has crashed. No lock is held.</summary>
    private void TellCancelled(DispatchRound round)
    {
        Subscription[] cancelled;
        lock (_gate)
            (cancelled, _cancelled) = (_cancelled, []);
        new DeletedQueue(0, cancelled).NotifyConsumers(round);
    }

    /// <summary>Lets go of what no consumer and no one else holds: the queue is deleted. Under the gate.</summary>
    private void LetGo()
    {
        _rules.Close();
        Messages.Delete();
        _quarantined.Delete();
        Messages.Settle([.. _stranded ?? []]);
        _stranded = null;
    }
}

/// <summary>A message could not be written to the output of whoever asked for it: nothing is wrong with the message, but the output is of no use any more.</summary>
internal sealed class OutputFailedException(Exception cause) : Exception(cause.Message, cause);

/// <summary>So many messages of a queue cannot be handled that it is the queue, or the broker, which is at fault.</summary>
internal sealed class QuarantineFullException(int limit) : Exception($"more than {limit} messages are quarantined");
