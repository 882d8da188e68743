using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>How many messages a queue may hold ready, and how many bytes of bodies. Owned by the queue's lock.</summary>
/// <remarks>A queue that refuses publishes says so before they are stored, so it keeps room for those that are on their way.</remarks>
internal sealed class LengthLimit(QueueMessages messages, QueueSettings settings)
{
    private long _reserved;
    private long _reservedBytes;

    /// <summary>True when messages in front must go.</summary>
    public bool IsExceeded => messages.Count > settings.MaxLength || (settings.MaxLengthBytes is { } most && messages.Bytes > most);

    /// <summary>Keeps room for a message.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryReserve(int bodyBytes)
    {
        if (messages.Count + _reserved + 1 > settings.MaxLength)
            return false;
        if (settings.MaxLengthBytes is { } most && messages.Bytes + _reservedBytes + bodyBytes > most)
            return false;
        _reserved++;
        _reservedBytes += bodyBytes;
        return true;
    }

    /// <summary>Room that was kept is not needed any more: the message is there, or never will be.</summary>
    public void Release(int bodyBytes)
    {
        _reserved = Math.Max(0, _reserved - 1);
        _reservedBytes = Math.Max(0, _reservedBytes - bodyBytes);
    }

    /// <summary>A message for which room was kept is there.</summary>
    public void Release(in StoredMessage message) => Release(message.Length - MessageNote.Head(message));
}
