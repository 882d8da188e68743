using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// The quarantined messages of one queue or exchange: messages that were taken, but are neither delivered nor settled. The owner's lock
/// guards the state.
/// </summary>
/// <remarks>
/// A persistent message gets a record on the disk (<see cref="QuarantineRecords"/>), so that a restart keeps it in quarantine instead of
/// returning it to its place. A message that the last run quarantined is read from the disk on the first request for it.
/// </remarks>
internal sealed class QuarantinedMessages
{
    /// <summary>Maximum number of characters that are kept of an error's text.</summary>
    private const int MostOfError = 1_000;

    private readonly List<QuarantinedMessage> _all = [];
    private readonly QueueMessages _messages;
    private readonly QueueServices _services;
    private readonly Compartment _compartment;
    private readonly string _owner;

    /// <param name="messages">The owner's messages, including those that the last run quarantined.</param>
    /// <param name="services">The broker's services.</param>
    /// <param name="compartment">Kind of the owner, under which faults are counted.</param>
    /// <param name="owner">The owner's name in log lines.</param>
    public QuarantinedMessages(QueueMessages messages, QueueServices services, Compartment compartment, string owner)
    {
        (_messages, _services, _compartment, _owner) = (messages, services, compartment, owner);
        foreach (var (place, length) in messages.Aside)
            _all.Add(new QuarantinedMessage(place, services.Quarantine.Restore(place), length) { IsKept = true });
    }

    public int Count => _all.Count;

    /// <summary>All quarantined messages, the oldest first.</summary>
    public IReadOnlyList<QuarantinedMessage> All => [.. _all];

    /// <summary>True if more messages are quarantined than the limit allows.</summary>
    public bool IsFull => _all.Count > _services.QuarantineLimit;

    /// <summary>Quarantines a message, and logs the error.</summary>
    public void Add(in StoredMessage message, Exception error)
    {
        string text = $"{error.GetType().Name}: {error.Message}";
        var record = new QuarantineRecord(
            _services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), text.Length > MostOfError ? text[..MostOfError] : text);
        var aside = new QuarantinedMessage(new MessagePlace(_messages.NumberOf(message), message.Sequence), record, message.Length)
        {
            Message = message
        };
        _all.Add(aside);
        _services.Faults.Note(
            _compartment, $"{_owner}, message {aside.Place} of {message.Length} bytes in block {message.Block} at {message.Offset}", error);
        if (message.IsPersistent)
            Keep(aside);
    }

    /// <summary>Finds a message, and loads it into memory if the last run quarantined it.</summary>
    /// <returns>
    /// False if no such message is quarantined, or if damage on the disk has destroyed the message. Its entry is then removed.
    /// </returns>
    /// <exception cref="IOException">The message cannot be read now.</exception>
    public bool TryFind(MessagePlace place, out StoredMessage message)
    {
        message = default;
        if (_all.Find(each => each.Place == place) is not { } aside)
            return false;
        if (aside.Message is null && _messages.TryTakeAside(place, out var taken))
            aside.Message = taken;
        if (aside.Message is not { } found)
        {
            Remove(place);
            return false;
        }
        message = found;
        return true;
    }

    /// <summary>Reads a message.</summary>
    /// <inheritdoc cref="TryFind"/>
    /// <exception cref="StoreDamagedException">The message is damaged.</exception>
    public bool TryRead(MessagePlace place, out PayloadLease payload)
    {
        bool isHere = TryFind(place, out var message);
        payload = isHere ? _services.Store.Read(message) : default;
        return isHere;
    }

    /// <summary>Removes a message that is settled or back in its place.</summary>
    public void Remove(MessagePlace place)
    {
        int at = _all.FindIndex(each => each.Place == place);
        Forget(_all[at]);
        _all.RemoveAt(at);
    }

    /// <summary>
    /// Settles the loaded messages of a deleted owner. The store has already settled the others, when it deleted the owner's queue.
    /// </summary>
    public void Delete()
    {
        foreach (var aside in _all)
        {
            if (aside.Message is { } message)
                _messages.Settle([message]);
            Forget(aside);
        }
        _all.Clear();
    }

    private void Keep(QuarantinedMessage aside)
    {
        try
        {
            _services.Quarantine.Save(aside.Place, aside.Record);
            aside.IsKept = true;
        }
        catch (Exception error) // without a record, the message stays in quarantine until the next restart
        {
            _services.Logger.QuarantineNotKept(aside.Place, _owner, error);
        }
    }

    private void Forget(QuarantinedMessage aside)
    {
        if (!aside.IsKept)
            return;
        try
        {
            _services.Quarantine.Remove(aside.Place);
            aside.IsKept = false;
        }
        catch (Exception error) // the message has left the quarantine, even if its record is still there
        {
            _services.Logger.QuarantineNotForgotten(aside.Place, _owner, error);
        }
    }
}

/// <summary>A quarantined message.</summary>
internal sealed class QuarantinedMessage(MessagePlace place, in QuarantineRecord record, int length)
{
    /// <summary>Identifies the message in its queue or exchange.</summary>
    public MessagePlace Place { get; } = place;

    /// <summary>Time and error of the quarantine.</summary>
    public QuarantineRecord Record { get; } = record;

    /// <summary>Length of the stored message in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>
    /// The message as it was taken; null for a message that the last run quarantined, until it is loaded. Guarded by the owner's lock.
    /// </summary>
    public StoredMessage? Message { get; set; }

    /// <summary>True if a record on the disk says that the message is quarantined. Guarded by the owner's lock.</summary>
    public bool IsKept { get; set; }
}
