using System.Diagnostics.CodeAnalysis;
using Amqp.Storage;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Messages that died in a queue and are not dead-lettered yet: taken from it, and not settled. Owned by the queue's lock.</summary>
/// <remarks>One thread at a time publishes them, without the lock, so that none overtakes another.</remarks>
internal sealed class DeadLetterBacklog
{
    private List<DeadMessage> _messages = [];
    private bool _isPublishing;

    /// <summary>True when there is something to publish and nobody does. Good for a look without the lock.</summary>
    public bool IsWaiting => _messages.Count > 0 && !_isPublishing;

    /// <summary>Adds messages that died for the same reason.</summary>
    public void Add(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        foreach (ref readonly var message in messages)
            _messages.Add(new DeadMessage(message, reason));
    }

    /// <summary>Takes all there are, until <see cref="End"/>.</summary>
    public bool TryBegin([NotNullWhen(true)] out List<DeadMessage>? messages)
    {
        messages = null;
        if (!IsWaiting)
            return false;
        (messages, _messages, _isPublishing) = (_messages, [], true);
        return true;
    }

    /// <summary>Gives those back, from the first on, that could not be published.</summary>
    public void End(IEnumerable<DeadMessage> left)
    {
        _messages.InsertRange(0, left);
        _isPublishing = false;
    }
}

/// <summary>A message that died.</summary>
internal readonly record struct DeadMessage(StoredMessage Message, DeathReason Reason);
