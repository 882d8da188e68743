using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Marks messages as redelivered, and counts the requeues of a message.</summary>
/// <remarks>
/// <para>While the broker runs, only this type sets the flag <see cref="MessageFlags.Redelivered"/>. A message is marked if it is requeued
/// to its place (<see cref="QueueMessages.Return"/>), if a quorum queue stores it anew, or if its stored head has a requeue count.</para>
/// <para>After a start the store sets the flag. The log notes the highest sequence of each queue that was delivered
/// (<see cref="IMessageStore.NoteDelivered"/>). <c>StretchLoader</c> of Amqp.Storage marks every recovered message up to that sequence,
/// because the message may have reached a consumer. When the entry of a marked message is spilled, <c>DeepMessages</c> keeps the mark with
/// the message's stretch.</para>
/// </remarks>
internal static class RedeliveredMark
{
    /// <summary>Returns the message, marked redelivered.</summary>
    public static StoredMessage Set(in StoredMessage message) => message with { Flags = message.Flags | MessageFlags.Redelivered };

    /// <summary>Returns the message, marked redelivered if it was requeued at least once.</summary>
    /// <param name="message">A message of a queue that counts deliveries.</param>
    /// <param name="requeues">The count that is stored with the message; a higher count in its note is kept.</param>
    public static StoredMessage SetIfRequeued(in StoredMessage message, int requeues) =>
        requeues == 0 ? message : Set(MessageNote.WithRequeueCount(message, Math.Max(MessageNote.Requeues(message), requeues)));

    /// <summary>Returns the message with one requeue more. Its entry is then never spilled, because the count would be lost.</summary>
    public static StoredMessage CountRequeue(in StoredMessage message)
    {
        var counted = MessageNote.WithRequeueCount(message, MessageNote.Requeues(message) + 1);
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }
}
