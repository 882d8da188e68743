using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Marks messages as redelivered, and counts how often a message was requeued.</summary>
/// <remarks>
/// No other code sets <see cref="MessageFlags.Redelivered"/> while the broker runs. When the broker starts, the store marks
/// all messages up to the last one that was delivered (<see cref="IMessageStore.NoteDelivered"/>).
/// </remarks>
internal static class RedeliveredMark
{
    /// <summary>Returns the message, marked as redelivered.</summary>
    public static StoredMessage Set(in StoredMessage message) => message with { Flags = message.Flags | MessageFlags.Redelivered };

    /// <summary>Returns the message, marked as redelivered if the number of requeues is not 0.</summary>
    /// <param name="message">A message of a queue that counts deliveries.</param>
    /// <param name="requeues">
    /// Number of requeues from the message's record in the log. A higher number in <see cref="StoredMessage.Note"/> is kept.
    /// </param>
    public static StoredMessage SetIfRequeued(in StoredMessage message, int requeues) =>
        requeues == 0 ? message : Set(MessageNote.WithRequeueCount(message, Math.Max(MessageNote.Requeues(message), requeues)));

    /// <summary>
    /// Returns the message with a requeue count that is higher by 1. The entry must stay in memory, because an entry on the disk has no
    /// count.
    /// </summary>
    public static StoredMessage CountRequeue(in StoredMessage message)
    {
        var counted = MessageNote.WithRequeueCount(message, MessageNote.Requeues(message) + 1);
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }
}
