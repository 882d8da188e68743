using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Limits a queue's ready messages by number and by bytes of bodies. The queue's lock guards the state.</summary>
/// <remarks>
/// A queue that refuses publishes decides about a message before the message is stored. So the queue reserves room for each accepted
/// message, until the message is in the queue.
/// </remarks>
internal sealed class LengthLimit(QueueMessages messages, QueueSettings settings)
{
    private long _reserved;
    private long _reservedBytes;

    /// <summary>True if the oldest messages must be dropped.</summary>
    public bool IsExceeded => messages.Count > settings.MaxLength || (settings.MaxLengthBytes is { } most && messages.Bytes > most);

    /// <summary>Reserves room for a message.</summary>
    /// <returns>False if the queue is full.</returns>
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

    /// <summary>Releases reserved room, because the message was added or will not be added.</summary>
    public void Release(int bodyBytes)
    {
        _reserved = Math.Max(0, _reserved - 1);
        _reservedBytes = Math.Max(0, _reservedBytes - bodyBytes);
    }

    /// <summary>Releases the room that was reserved for a message that was added.</summary>
    public void Release(in StoredMessage message) => Release(message.Length - MessageNote.Head(message));
}
