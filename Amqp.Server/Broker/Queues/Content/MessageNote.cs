using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>
/// Bits in a message's entry that have a meaning for the queue only. The store keeps the bits (<see cref="StoredMessage.Note"/>).
/// </summary>
internal static class MessageNote
{
    // | returned 1 | expires 1 | priority, or number of requeues 11 | bytes of head 16 |
    private const int HeadBits = 16;
    private const int MaxHead = (1 << HeadBits) - 1;
    private const int MaxCount = (1 << 11) - 1;

    /// <summary>Set if the message can expire. For the queue's TTL, the bit is set only when the queue takes the message.</summary>
    public const int ExpiresBit = 1 << 27;

    private const int ReturnedBit = 1 << 28;

    /// <summary>Returns the note of a new message.</summary>
    /// <param name="priority">Priority of the message, in a queue with priorities.</param>
    /// <param name="head">Bytes of the message's head, stored as at most 65,535.</param>
    /// <param name="expires">True if the message has its own expiration.</param>
    public static int Of(int priority, int head, bool expires) =>
        (expires ? ExpiresBit : 0) | priority << HeadBits | Math.Min(head, MaxHead);

    /// <summary>Returns true if <see cref="ExpiresBit"/> is set, so that the queue must check for expired messages.</summary>
    public static bool Expires(int note) => (note & ExpiresBit) != 0;

    /// <summary>Returns the size of the message's head in bytes; 0 if unknown.</summary>
    public static int Head(in StoredMessage message) => message.Note & MaxHead;

    /// <summary>Returns the message with this head size in its note.</summary>
    public static StoredMessage WithHead(in StoredMessage message, int head) =>
        message.WithNote(message.Note & ~MaxHead | Math.Min(head, MaxHead));

    /// <summary>Returns the priority of the message, in a queue with priorities.</summary>
    public static int Priority(in StoredMessage message) => message.Note >> HeadBits & MaxCount;

    /// <summary>Returns the message with this priority in its note.</summary>
    public static StoredMessage WithPriority(in StoredMessage message, int priority) => WithCount(message, priority);

    /// <summary>
    /// Returns how often the message was requeued, in a queue that counts deliveries. At least 1 for a redelivered message.
    /// </summary>
    public static int Requeues(in StoredMessage message) => Math.Max(message.Note >> HeadBits & MaxCount, message.IsRedelivered ? 1 : 0);

    /// <summary>Returns the message with this number of requeues in its note, but at most 2,047.</summary>
    public static StoredMessage WithRequeueCount(in StoredMessage message, int requeues) =>
        WithCount(message, Math.Min(requeues, MaxCount));

    /// <summary>
    /// Returns true if a client has returned the message to a quorum queue. Such messages are delivered before new messages.
    /// </summary>
    public static bool IsReturned(in StoredMessage message) => (message.Note & ReturnedBit) != 0;

    /// <summary>Returns the message with the mark of returned messages set or cleared.</summary>
    public static StoredMessage WithReturned(in StoredMessage message, bool isReturned) =>
        message.WithNote(isReturned ? message.Note | ReturnedBit : message.Note & ~ReturnedBit);

    private static StoredMessage WithCount(in StoredMessage message, int count) =>
        message.WithNote((message.Note & ~(MaxCount << HeadBits)) | count << HeadBits);
}
