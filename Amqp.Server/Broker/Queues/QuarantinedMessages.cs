using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>The quarantined messages of one owner: a queue or an exchange. The lock of the owner guards the state.</summary>
/// <remarks>
/// The owner has taken these messages, but has neither delivered nor settled them. Persistent messages stay quarantined after a restart
/// (<see cref="QuarantineRecords"/>).
/// </remarks>
internal sealed class QuarantinedMessages
{
    /// <summary>Maximum length of a stored error text in characters.</summary>
    private const int MostOfError = 1_000;

    private readonly List<QuarantinedMessage> _all = [];
    private readonly QueueMessages _messages;
    private readonly QueueServices _services;
    private readonly Compartment _compartment;
    private readonly string _owner;

    /// <param name="messages">The messages of the owner, including messages that were quarantined before a restart.</param>
    /// <param name="services">The broker's services.</param>
    /// <param name="compartment">Category in which the owner's faults are counted.</param>
    /// <param name="owner">Name of the owner for log lines.</param>
    public QuarantinedMessages(QueueMessages messages, QueueServices services, Compartment compartment, string owner)
    {
        (_messages, _services, _compartment, _owner) = (messages, services, compartment, owner);
        foreach (var (place, length) in messages.Aside)
            _all.Add(new QuarantinedMessage(place, services.Quarantine.Restore(place), length) { IsKept = true });
    }

    public int Count => _all.Count;

    public IReadOnlyList<QuarantinedMessage> All => [.. _all];

    /// <summary>True if more messages are quarantined than the configuration allows.</summary>
    public bool IsFull => _all.Count > _services.QuarantineLimit;

    /// <summary>Quarantines a message, and logs the error.</summary>
    public void Add(in StoredMessage message, Exception error)
    {
        string text = $"{error.GetType().Name}: {error.Message}";
        var record = new QuarantineRecord(
            _services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), text.Length > MostOfError ? text[..MostOfError] : text);
        var aside = new QuarantinedMessage(new MessagePlace(_messages.Levels.Of(message).Number, message.Sequence), record, message.Length)
        {
            Message = message
        };
        _all.Add(aside);
        _services.Faults.Note(
            _compartment, $"{_owner}, message {aside.Place} of {message.Length} bytes in block {message.Block} at {message.Offset}", error);
        if (message.IsPersistent)
            Keep(aside);
    }

    /// <summary>Finds a quarantined message. Loads the message if it was quarantined before a restart.</summary>
    /// <returns>False if the message is not quarantined or is damaged on the disk. A damaged message leaves the quarantine.</returns>
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

    /// <summary>Reads the stored bytes of a quarantined message.</summary>
    /// <inheritdoc cref="TryFind"/>
    /// <exception cref="StoreDamagedException">The message is damaged.</exception>
    public bool TryRead(MessagePlace place, out PayloadLease payload)
    {
        bool isHere = TryFind(place, out var message);
        payload = isHere ? _services.Store.Read(message) : default;
        return isHere;
    }

    /// <summary>Removes a message from the quarantine, after it was settled or returned to its place.</summary>
    public void Remove(MessagePlace place)
    {
        int at = _all.FindIndex(each => each.Place == place);
        Forget(_all[at]);
        _all.RemoveAt(at);
    }

    /// <summary>
    /// Ends the quarantine of all messages, because the owner is deleted. The store has already deleted the messages that are not in
    /// memory.
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
        catch (Exception error) // the message stays quarantined, but only until the next restart
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
        catch (Exception error) // the message leaves the quarantine, even if its record stays
        {
            _services.Logger.QuarantineNotForgotten(aside.Place, _owner, error);
        }
    }
}

/// <summary>A quarantined message.</summary>
internal sealed class QuarantinedMessage(MessagePlace place, in QuarantineRecord record, int length)
{
    public MessagePlace Place { get; } = place;

    /// <summary>The time of the quarantine, and the error that the message caused.</summary>
    public QuarantineRecord Record { get; } = record;

    /// <summary>Length of the stored message in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>The message. After a restart, null until the message is loaded. Guarded by the lock of the owner.</summary>
    public StoredMessage? Message { get; set; }

    /// <summary>True if a record on the disk names this message as quarantined. Guarded by the lock of the owner.</summary>
    public bool IsKept { get; set; }
}
