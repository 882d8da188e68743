using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The bits of a message's entry that the queue uses and the store only keeps (<see cref="StoredMessage.Note"/>).</summary>
internal static class MessageNote
{
    // | returned 1 | expires 1 | priority, or number of requeues 11 | bytes of head 16 |
    private const int HeadBits = 16;
    private const int MaxHead = (1 << HeadBits) - 1;
    private const int MaxCount = (1 << 11) - 1;

    /// <summary>Set if the message has an expiration of its own. Also set when the queue takes a message that can expire.</summary>
    public const int ExpiresBit = 1 << 27;

    private const int ReturnedBit = 1 << 28;

    /// <summary>Returns the note of a new message.</summary>
    /// <param name="priority">The message's level in a queue with priorities.</param>
    /// <param name="head">Bytes of the message's head. The note holds 65,535 at most.</param>
    /// <param name="expires">True if the message has an expiration of its own.</param>
    public static int Of(int priority, int head, bool expires) =>
        (expires ? ExpiresBit : 0) | priority << HeadBits | Math.Min(head, MaxHead);

    /// <summary>True if <see cref="ExpiresBit"/> is set: the queue then checks for expired messages.</summary>
    public static bool Expires(int note) => (note & ExpiresBit) != 0;

    /// <summary>Bytes of the message's head; 0 if unknown.</summary>
    public static int Head(in StoredMessage message) => message.Note & MaxHead;

    /// <summary>Returns the message with another head size in its note.</summary>
    public static StoredMessage WithHead(in StoredMessage message, int head) =>
        message.WithNote(message.Note & ~MaxHead | Math.Min(head, MaxHead));

    /// <summary>The message's priority, in a queue with priorities.</summary>
    public static int Priority(in StoredMessage message) => message.Note >> HeadBits & MaxCount;

    /// <summary>Returns the message with another priority.</summary>
    public static StoredMessage WithPriority(in StoredMessage message, int priority) => WithCount(message, priority);

    /// <summary>
    /// Number of times that the message was requeued, in a queue that counts deliveries.
    /// At least 1 for a redelivered message whose count a restart lost.
    /// </summary>
    public static int Requeues(in StoredMessage message) => Math.Max(message.Note >> HeadBits & MaxCount, message.IsRedelivered ? 1 : 0);

    /// <summary>Returns the message with another number of requeues, at most 2,047.</summary>
    public static StoredMessage WithRequeueCount(in StoredMessage message, int requeues) =>
        WithCount(message, Math.Min(requeues, MaxCount));

    /// <summary>True if the message belongs to the returned messages of a quorum queue, which are delivered before new messages.</summary>
    public static bool IsReturned(in StoredMessage message) => (message.Note & ReturnedBit) != 0;

    /// <summary>Returns the message, with or without the mark of returned messages.</summary>
    public static StoredMessage WithReturned(in StoredMessage message, bool isReturned) =>
        message.WithNote(isReturned ? message.Note | ReturnedBit : message.Note & ~ReturnedBit);

    private static StoredMessage WithCount(in StoredMessage message, int count) =>
        message.WithNote((message.Note & ~(MaxCount << HeadBits)) | count << HeadBits);
}
