using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Limits the number and the body bytes of a queue's ready messages. The lock of the queue guards the state.</summary>
/// <remarks>With <see cref="Overflow.RejectPublish"/>, the queue reserves room for a message before the message is stored.</remarks>
internal sealed class LengthLimit(QueueMessages messages, QueueSettings settings)
{
    private long _reserved;
    private long _reservedBytes;

    /// <summary>True if the queue exceeds a limit, so that its oldest messages must be dropped.</summary>
    public bool IsExceeded => messages.Count > settings.MaxLength || (settings.MaxLengthBytes is { } most && messages.Bytes > most);

    /// <summary>Reserves room for one message.</summary>
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

    /// <summary>Releases the room for a message, after it was added to the queue or if it will not be added.</summary>
    public void Release(int bodyBytes)
    {
        _reserved = Math.Max(0, _reserved - 1);
        _reservedBytes = Math.Max(0, _reservedBytes - bodyBytes);
    }

    /// <summary>Releases the room for a message, after it was added to the queue.</summary>
    public void Release(in StoredMessage message) => Release(message.Length - MessageNote.Head(message));
}
