using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>The messages of one queue or exchange that were put aside: taken, not settled, and given to nobody. Its owner's lock guards it.</summary>
/// <remarks>
/// What a restart would bring back to its place is written down (<see cref="QuarantineRecords"/>), so that it stays quarantined. What the last run left here
/// is read from the disk when somebody asks for it.
/// </remarks>
internal sealed class QuarantinedMessages
{
    /// <summary>Characters that are kept of an error's text.</summary>
    private const int MostOfError = 1_000;

    private readonly List<QuarantinedMessage> _all = [];
    private readonly QueueMessages _messages;
    private readonly QueueServices _services;
    private readonly Compartment _compartment;
    private readonly string _owner;

    /// <param name="messages">The owner's messages; with those that the last run had quarantined.</param>
    /// <param name="services">What the owner works with.</param>
    /// <param name="compartment">What the owner is.</param>
    /// <param name="owner">The owner, for whoever reads the log.</param>
    public QuarantinedMessages(QueueMessages messages, QueueServices services, Compartment compartment, string owner)
    {
        (_messages, _services, _compartment, _owner) = (messages, services, compartment, owner);
        foreach (var (place, length) in messages.Aside)
            _all.Add(new QuarantinedMessage(place, services.Quarantine.Restore(place), length) { IsKept = true });
    }

    public int Count => _all.Count;

    /// <summary>All, the oldest first.</summary>
    public IReadOnlyList<QuarantinedMessage> All => [.. _all];

    /// <summary>True when there are more than there may be.</summary>
    public bool IsFull => _all.Count > _services.QuarantineLimit;

    /// <summary>Puts a message aside.</summary>
    public void Add(in StoredMessage message, Exception error)
    {
        string text = $"{error.GetType().Name}: {error.Message}";
        var record = new QuarantineRecord(_services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), text.Length > MostOfError ? text[..MostOfError] : text);
        var aside = new QuarantinedMessage(new MessagePlace(_messages.NumberOf(message), message.Sequence), record, message.Length) { Message = message };
        _all.Add(aside);
        _services.Faults.Note(_compartment, $"{_owner}, message {aside.Place} of {message.Length} bytes in block {message.Block} at {message.Offset}", error);
        if (message.IsPersistent)
            Keep(aside);
    }

    /// <summary>Finds a message, in memory again if the last run left it.</summary>
    /// <returns>False when it is not here; nor is it any more when damage took it.</returns>
    /// <exception cref="IOException">It cannot be read now.</exception>
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
    /// <exception cref="StoreDamagedException">It is damaged.</exception>
    public bool TryRead(MessagePlace place, out PayloadLease payload)
    {
        bool isHere = TryFind(place, out var message);
        payload = isHere ? _services.Store.Read(message) : default;
        return isHere;
    }

    /// <summary>Forgets a message, which is settled or in its place again.</summary>
    public void Remove(MessagePlace place)
    {
        int at = _all.FindIndex(each => each.Place == place);
        Forget(_all[at]);
        _all.RemoveAt(at);
    }

    /// <summary>Lets go of all: their owner is gone, and with it what the last run left here.</summary>
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
        catch (Exception error) // it is quarantined all the same
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
        catch (Exception error) // it is out of the quarantine all the same
        {
            _services.Logger.QuarantineNotForgotten(aside.Place, _owner, error);
        }
    }
}

/// <summary>A message that was put aside.</summary>
/// <param name="place">Names it.</param>
/// <param name="record">Why it is here.</param>
/// <param name="length">Bytes of it.</param>
internal sealed class QuarantinedMessage(MessagePlace place, in QuarantineRecord record, int length)
{
    /// <summary>Names it in its queue or exchange.</summary>
    public MessagePlace Place { get; } = place;

    /// <summary>Why it is here.</summary>
    public QuarantineRecord Record { get; } = record;

    /// <summary>Bytes of it, as it is stored.</summary>
    public int Length { get; } = length;

    /// <summary>As it was taken; null while it is where the last run left it. Under the owner's lock.</summary>
    public StoredMessage? Message { get; set; }

    /// <summary>It is written down that it is quarantined. Under the owner's lock.</summary>
    public bool IsKept { get; set; }
}
