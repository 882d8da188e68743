using Amqp.Storage;

namespace Amqp.Server.Broker.Faults;

/// <summary>The messages of one queue or exchange that were put aside: taken, not settled, and given to nobody. Its owner's lock guards it.</summary>
internal sealed class QuarantinedMessages
{
    private readonly List<QuarantinedMessage> _messages = [];

    public int Count => _messages.Count;

    public IReadOnlyList<QuarantinedMessage> All => [.. _messages];

    public void Add(QuarantinedMessage message) => _messages.Add(message);

    /// <summary>Takes all out.</summary>
    public IReadOnlyList<QuarantinedMessage> TakeAll()
    {
        QuarantinedMessage[] all = [.. _messages];
        _messages.Clear();
        return all;
    }

    /// <summary>Takes one out by its id.</summary>
    public QuarantinedMessage? Take(string id)
    {
        int place = _messages.FindIndex(message => message.Id == id);
        if (place < 0)
            return null;
        var taken = _messages[place];
        _messages.RemoveAt(place);
        return taken;
    }
}

/// <summary>A message that was put aside.</summary>
/// <param name="Message">As it was taken.</param>
/// <param name="Place">The number in the store of what it belongs to.</param>
/// <param name="Error">What was thrown over it, in words.</param>
/// <param name="Since">When, in milliseconds since 1970-01-01 UTC.</param>
internal sealed record QuarantinedMessage(StoredMessage Message, uint Place, string Error, long Since)
{
    /// <summary>Names it in its queue or exchange.</summary>
    public string Id => $"{Place}-{Message.Sequence}";
}
