using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Marks messages as redelivered, and counts how often a message was requeued.</summary>
/// <remarks>
/// <para>While the broker runs, only this type sets the flag <see cref="MessageFlags.Redelivered"/>. There are three reasons to set it: a
/// message is requeued to its place (<see cref="QueueMessages.Return"/>), a quorum queue stores a message again, or the stored head of a
/// message has a requeue count.</para>
/// <para>After a start the store sets the flag. For each queue, the log records the highest sequence number that was delivered
/// (<see cref="IMessageStore.NoteDelivered"/>). <c>StretchLoader</c> of Amqp.Storage marks every recovered message up to that number,
/// because the message may have reached a consumer. When the entry of a marked message is moved to the disk, <c>DeepMessages</c> keeps the
/// mark for it.</para>
/// </remarks>
internal static class RedeliveredMark
{
    /// <summary>Returns the message, marked as redelivered.</summary>
    public static StoredMessage Set(in StoredMessage message) => message with { Flags = message.Flags | MessageFlags.Redelivered };

    /// <summary>Returns the message, marked as redelivered if it was requeued at least once.</summary>
    /// <param name="message">A message of a queue that counts deliveries.</param>
    /// <param name="requeues">
    /// Number of requeues that is stored with the message. If the number in its note is higher, that number is kept.
    /// </param>
    public static StoredMessage SetIfRequeued(in StoredMessage message, int requeues) =>
        requeues == 0 ? message : Set(MessageNote.WithRequeueCount(message, Math.Max(MessageNote.Requeues(message), requeues)));

    /// <summary>
    /// Returns the message with its number of requeues increased by one. The message's entry must then stay in memory, because the number
    /// would be lost on the disk.
    /// </summary>
    public static StoredMessage CountRequeue(in StoredMessage message)
    {
        var counted = MessageNote.WithRequeueCount(message, MessageNote.Requeues(message) + 1);
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }
}
