using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Marks messages as redelivered, and counts how often a message was requeued.</summary>
/// <remarks>
/// No other code sets <see cref="MessageFlags.Redelivered"/> while the broker runs. At a start, the store marks all messages of a queue up
/// to the last delivered one (<see cref="IMessageStore.NoteDelivered"/>).
/// </remarks>
internal static class RedeliveredMark
{
    /// <summary>Returns the message, marked as redelivered.</summary>
    public static StoredMessage Set(in StoredMessage message) => message with { Flags = message.Flags | MessageFlags.Redelivered };

    /// <summary>Returns the message, marked as redelivered if the number of requeues is not 0.</summary>
    /// <param name="message">A message of a queue that counts deliveries.</param>
    /// <param name="requeues">Number of requeues that is stored with the message. A higher number in the message's note is kept.</param>
    public static StoredMessage SetIfRequeued(in StoredMessage message, int requeues) =>
        requeues == 0 ? message : Set(MessageNote.WithRequeueCount(message, Math.Max(MessageNote.Requeues(message), requeues)));

    /// <summary>
    /// Returns the message with one requeue more. The entry must then stay in memory, because the disk does not keep the number.
    /// </summary>
    public static StoredMessage CountRequeue(in StoredMessage message)
    {
        var counted = MessageNote.WithRequeueCount(message, MessageNote.Requeues(message) + 1);
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }
}
