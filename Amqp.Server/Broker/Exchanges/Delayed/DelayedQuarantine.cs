using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>
/// The quarantined messages of a delaying exchange: those that the exchange failed to deliver. The owner's lock guards the state.
/// </summary>
/// <remarks>While the quarantine is full, the exchange delivers no messages. An operator can return or drop quarantined messages.</remarks>
/// <param name="owner">The delayed messages of the exchange, to which returned messages are added again.</param>
/// <param name="gate">The lock of the owner.</param>
/// <param name="messages">The owner's messages in the message store.</param>
/// <param name="exchange">Name of the exchange.</param>
/// <param name="host">Services of the virtual host.</param>
internal sealed class DelayedQuarantine(DelayedMessages owner, Lock gate, QueueMessages messages, string exchange, QueueHost host)
    : IQuarantineOwner
{
    private readonly QuarantinedMessages _quarantined = new(messages, host.Services, Compartment.Exchange, PlaceOf(exchange, host));

    /// <summary>Number of quarantined messages. Takes the lock.</summary>
    public int QuarantinedCount
    {
        get
        {
            lock (gate)
                return _quarantined.Count;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedMessage> Quarantined
    {
        get
        {
            lock (gate)
                return _quarantined.All;
        }
    }

    /// <inheritdoc/>
    public bool IsFull => _quarantined.IsFull;

    /// <summary>Name of the exchange for log lines and error texts.</summary>
    public string Place => PlaceOf(exchange, host);

    /// <inheritdoc/>
    public void SetAside(in StoredMessage message, Exception error)
    {
        bool wasFull = IsFull;
        _quarantined.Add(message, error);
        if (IsFull && !wasFull)
            LogIfFull();
    }

    /// <summary>If the quarantine is full, logs that the exchange has stopped delivering.</summary>
    public void LogIfFull()
    {
        if (IsFull)
            host.Services.Logger.ExchangeStopped(exchange, host.VirtualHost);
    }

    /// <inheritdoc/>
    public bool TryReadQuarantined(MessagePlace place, out PayloadLease payload)
    {
        lock (gate)
            return _quarantined.TryRead(place, out payload);
    }

    /// <inheritdoc/>
    /// <remarks>The message keeps its due time.</remarks>
    public bool ReturnQuarantined(MessagePlace place, DispatchRound round)
    {
        lock (gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            owner.Wait(message, DueOf(place));
            Remove(place);
            return true;
        }
    }

    /// <inheritdoc/>
    public bool DropQuarantined(MessagePlace place)
    {
        lock (gate)
        {
            if (!_quarantined.TryFind(place, out var message))
                return false;
            owner.Settle(message);
            Remove(place);
            return true;
        }
    }

    /// <summary>Removes all quarantined messages from the store, because the exchange is deleted. Called under the lock.</summary>
    public void Delete() => _quarantined.Delete();

    /// <exception cref="BrokerException">406: the due time of the message cannot be read.</exception>
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
            throw new BrokerException(
                BrokerError.Precondition,
                $"message {place} of {Place} cannot be returned, as nothing says when it is due: {error.Message}");
        }
    }

    /// <summary>
    /// Removes a message from the quarantine after it was returned or dropped. Resumes the exchange if the quarantine is no longer full.
    /// </summary>
    private void Remove(MessagePlace place)
    {
        bool wasFull = IsFull;
        _quarantined.Remove(place);
        if (IsFull || owner.IsClosing)
            return;
        if (wasFull)
            host.Services.Logger.ExchangeGoesOn(exchange, host.VirtualHost);
        owner.Continue(mustWork: wasFull);
    }

    private static string PlaceOf(string exchange, QueueHost host) => $"exchange '{exchange}' in vhost '{host.VirtualHost}'";
}
