using System.Runtime.InteropServices;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <content>What is done with a queue besides adding, delivering and settling: room for publishes, policies, its own expiry, dead letters.</content>
internal sealed partial class Queue : IRuledQueue
{
    /// <summary>Milliseconds between two complaints about the same.</summary>
    private const long ComplaintInterval = 60_000;

    private QueueLease? _lease; // once the queue can expire
    private bool _isMissingExchange; // and the log says so
    private long _nextComplaint; // about dead letters that cannot be published

    /// <summary>Keeps room for a message that is to be published, where the queue refuses what it has no room for. Throws nothing.</summary>
    /// <remarks>For the thread that publishes: what its round holds, and what consumers wait for, goes first.</remarks>
    /// <returns>False when the queue refuses it.</returns>
    public bool TryReserve(int bodyBytes, DispatchRound round)
    {
        try
        {
            lock (_gate)
            {
                if (_deleted || _rules.TryReserve(bodyBytes))
                    return true;
            }
            round.HandOver();
            lock (_gate)
            {
                while (DeliverSome(round))
                {
                    // The messages that are left may be too many still.
                }
                return !_isCrashed && (_deleted || _rules.TryReserve(bodyBytes));
            }
        }
        catch (QueueUnreadableException)
        {
            return false;
        }
        catch (Exception error)
        {
            round.ClearDelivered();
            Crash(error);
            round.Touch(this); // its consumers are told
            return false;
        }
    }

    /// <summary>Gives the room back that was kept for a message.</summary>
    public void GiveReservedBack(int bodyBytes)
    {
        lock (_gate)
            _rules.Release(bodyBytes);
    }

    /// <summary>Takes what policies say of the queue: what is too old or too much by that goes at once.</summary>
    /// <returns>True when <see cref="IsPlain"/> may have changed, by which routes are remembered.</returns>
    public bool Apply(EffectivePolicy policy, DispatchRound round)
    {
        bool wasPlain, isPlain;
        lock (_gate)
        {
            wasPlain = Settings.IsPlain;
            Policy = policy;
            _rules.Apply(QueueSettings.Resolve(Arguments, policy));
            CountsDeliveries = Settings.CountsDeliveries;
            RenewLease();
            isPlain = Settings.IsPlain;
        }
        round.Touch(this);
        return isPlain != wasPlain;
    }

    /// <summary>Someone has declared the queue again, so its time to expire starts anew.</summary>
    public void RenewLease()
    {
        if (Settings.Expires is null)
            return;
        lock (_gate)
        {
            _lease?.Renew();
            IsUnused();
        }
    }

    void IWakened.Wake()
    {
        var round = PooledRound.Current;
        try
        {
            OnDue(round);
        }
        catch (Exception error)
        {
            _services.Faults.Note(Compartment.Queue, $"{Place}, what is due", error);
        }
        round.Complete();
    }

    void IRuledQueue.PublishDeadLetters()
    {
        try
        {
            var round = PooledRound.Current;
            round.Touch(this);
            round.Complete();
        }
        catch (Exception error)
        {
            _services.Faults.Note(Compartment.Queue, $"{Place}, dead letters", error);
        }
    }

    /// <summary>The timer wakes the queue: something has expired in it, or the queue itself.</summary>
    private void OnDue(DispatchRound round)
    {
        bool isUnused;
        lock (_gate)
        {
            isUnused = IsUnused() && !_isCrashed;
            _rules.Dead?.Resume();
        }
        if (isUnused)
            _registry.DeleteUnused(this);
        else
            round.Touch(this);
    }

    /// <summary>Whether nobody has used the queue for as long as it may be unused. If not, it is woken when it may be so.</summary>
    public bool TryDeleteUnused()
    {
        lock (_gate)
        {
            if (!IsUnused() || _isCrashed)
                return false;
            Delete(ifUnused: false, ifEmpty: false);
            return true;
        }
    }

    /// <summary>Dead-letters a message that the queue has refused. It needs no lock but this queue's: the round publishes it when none is held.</summary>
    public void BuryRefused(byte[] payload, DispatchRound round)
    {
        _services.Statistics.NoteDead(Settings.Type, Settings.DeadLetterStrategy, DeathReason.MaxLength, 1);
        if (Settings.DeadLetterExchange is null)
            return;
        lock (_gate)
            _rules.BuryRefused(payload);
        round.Touch(this);
    }

    /// <summary>Takes some of what has died, for the one thread that dead-letters it until <see cref="EndDeadLettering"/>.</summary>
    public DeadMessage[] BeginDeadLettering()
    {
        lock (_gate)
            return IsHalted ? [] : _rules.Dead?.Begin() ?? [];
    }

    /// <summary>Lets go of dead letters.</summary>
    /// <param name="done">Those of the ones that were taken that are done with, from the first on; the others stay.</param>
    /// <param name="isWritten">Copies of them outlive a restart, for the sake of which they are settled.</param>
    public void EndDeadLettering(ReadOnlySpan<DeadMessage> done, bool isWritten)
    {
        var settled = new List<StoredMessage>(done.Length);
        foreach (ref readonly var dead in done)
            if (dead.Refused is null && !dead.IsPutAside)
                settled.Add(dead.Message);
        lock (_gate)
        {
            try
            {
                Messages.Settle(CollectionsMarshal.AsSpan(settled), isBound: isWritten);
            }
            finally
            {
                _rules.EndDeadLettering(done.Length); // they are published, whatever becomes of the settle: not again and again
            }
        }
    }

    /// <summary>Leaves it to the thread pool to go on with what has died.</summary>
    public void PublishDeadLettersLater() => _rules.Dead?.PublishLater();

    /// <summary>The disk does not let dead letters go on: they are tried again after a while.</summary>
    public void NoteDeadLetteringFailed(Exception error)
    {
        lock (_gate)
        {
            _rules.HoldDeadLettersUp();
            long now = Environment.TickCount64;
            if (now < _nextComplaint)
                return;
            _nextComplaint = now + ComplaintInterval;
        }
        _services.Logger.DeadLetteringFailed(Name, VirtualHost, error);
    }

    /// <summary>The disk alarm does not let dead letters go on, of which the log tells by itself: they are tried again after a while.</summary>
    public void HoldDeadLettersUp()
    {
        lock (_gate)
            _rules.HoldDeadLettersUp();
    }

    /// <summary>Logs it when the dead-letter exchange is found to be missing.</summary>
    public void NoteDeadLetterExchange(bool exists)
    {
        if (!exists && !_isMissingExchange)
            _services.Logger.DeadLetterExchangeMissing(Name, VirtualHost, Settings.DeadLetterExchange);
        _isMissingExchange = !exists;
    }

    private bool IsUnused()
    {
        if (Settings.Expires is not { } expires || _consumers.Count > 0 || _deleted)
            return false;
        _lease ??= new QueueLease(_services.Timer, _rules.Alarm);
        return _lease.IsOver(expires);
    }
}
