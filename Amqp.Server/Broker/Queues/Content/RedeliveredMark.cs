using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Marks messages as redelivered, and counts how often a message was requeued.</summary>
/// <remarks>
/// <para>While the broker runs, only this type sets the flag <see cref="MessageFlags.Redelivered"/>. There are three reasons to set the
/// flag. (1) A message returns to its place (<see cref="QueueMessages.Return"/>). (2) A quorum queue stores a message again. (3) The stored
/// head of a message has a requeue count.</para>
/// <para>After a start the store sets the flag. For each queue, the log records the highest sequence number that was delivered
/// (<see cref="IMessageStore.NoteDelivered"/>). The store marks every recovered message up to this number, because the message may have
/// reached a consumer.</para>
/// </remarks>
internal static class RedeliveredMark
{
    /// <summary>Returns the message, marked as redelivered.</summary>
    public static StoredMessage Set(in StoredMessage message) => message with { Flags = message.Flags | MessageFlags.Redelivered };

    /// <summary>Returns the message, marked as redelivered if it was requeued at least once.</summary>
    /// <param name="message">A message of a queue that counts deliveries.</param>
    /// <param name="requeues">
    /// Number of requeues that is stored with the message. If the number in the message's note is higher, the higher number is kept.
    /// </param>
    public static StoredMessage SetIfRequeued(in StoredMessage message, int requeues) =>
        requeues == 0 ? message : Set(MessageNote.WithRequeueCount(message, Math.Max(MessageNote.Requeues(message), requeues)));

    /// <summary>
    /// Returns the message with its number of requeues increased by one. From now on the message's entry must stay in memory, because the
    /// number would be lost on the disk.
    /// </summary>
    public static StoredMessage CountRequeue(in StoredMessage message)
    {
        var counted = MessageNote.WithRequeueCount(message, MessageNote.Requeues(message) + 1);
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }
}
