using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <content>What becomes of a message that cannot be handled, and what an operator does with it.</content>
internal sealed partial class DelayedMessages : IQuarantineOwner
{
    /// <summary>Messages that were put aside.</summary>
    public int QuarantinedCount
    {
        get
        {
            lock (_gate)
                return _quarantined.Count;
        }
    }

    /// <inheritdoc/>
    bool IQuarantine.IsFull => _quarantined.IsFull;

    /// <inheritdoc/>
    public void SetAside(in StoredMessage message, Exception error)
    {
        bool wasFull = _quarantined.IsFull;
        _quarantined.Add(message, error);
        if (_quarantined.IsFull && !wasFull)
            _services.Logger.ExchangeStopped(_exchange.Name, _host.VirtualHost);
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
    /// <remarks>It waits again for its time. Where that makes room for others to be put aside, the exchange goes on.</remarks>
    public bool ReturnQuarantined(MessagePlace place, DispatchRound round)
    {
        lock (_gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            Wait(message, DueOf(place));
            Remove(place);
            return true;
        }
    }

    /// <exception cref="BrokerException">406: nothing says when a message is due that is put aside.</exception>
    private long DueOf(MessagePlace place)
    {
        try
        {
            _quarantined.TryRead(place, out var payload);
            using (payload)
                return DelayedMessage.ReadDue(payload.Payload);
        }
        catch (Exception error) when (error is not (IOException or UnauthorizedAccessException))
        {
            throw new BrokerException(BrokerError.Precondition, $"message {place} of {Place} cannot be returned, as nothing says when it is due: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public bool DropQuarantined(MessagePlace place)
    {
        lock (_gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            Settle(message);
            Remove(place);
            return true;
        }
    }

    /// <summary>Forgets a message that was put aside, and goes on where that many were the reason to stop.</summary>
    private void Remove(MessagePlace place)
    {
        bool wasFull = _quarantined.IsFull;
        _quarantined.Remove(place);
        if (_quarantined.IsFull || IsStopping || _closed)
            return;
        if (wasFull)
            _services.Logger.ExchangeGoesOn(_exchange.Name, _host.VirtualHost);
        if (_isWorking)
            return;
        if (wasFull)
            BeginWork();
        else
            SetTimer();
    }
}
