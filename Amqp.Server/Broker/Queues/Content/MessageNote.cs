using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Encodes <see cref="StoredMessage.Note"/>: bits that the store keeps with a message, and only the queue interprets.</summary>
internal static class MessageNote
{
    // Fields, from the highest bit: returned (1 bit), expires (1), priority or requeue count (11), size of the head (16)
    private const int HeadBits = 16;
    private const int MaxHead = (1 << HeadBits) - 1;
    private const int MaxCount = (1 << 11) - 1;

    /// <summary>Set if the message has an expiration. If the queue has a TTL, the bit is set when the message is taken.</summary>
    public const int ExpiresBit = 1 << 27;

    private const int ReturnedBit = 1 << 28;

    /// <summary>Returns the note of a new message.</summary>
    /// <param name="priority">Priority of the message, in a queue with priorities.</param>
    /// <param name="head">Size of the message's head in bytes. A larger size than 65,535 is stored as 65,535.</param>
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
    /// For a queue that counts deliveries: returns how often the message was requeued. At least 1 for a redelivered message.
    /// </summary>
    public static int Requeues(in StoredMessage message) => Math.Max(message.Note >> HeadBits & MaxCount, message.IsRedelivered ? 1 : 0);

    /// <summary>Returns the message with this number of requeues in its note, but at most 2,047.</summary>
    public static StoredMessage WithRequeueCount(in StoredMessage message, int requeues) =>
        WithCount(message, Math.Min(requeues, MaxCount));

    /// <summary>
    /// Returns true if a client has returned the message to a quorum queue. Such messages are delivered before new messages.
    /// </summary>
    public static bool IsReturned(in StoredMessage message) => (message.Note & ReturnedBit) != 0;

    /// <summary>Returns the message, marked as returned or without this mark.</summary>
    public static StoredMessage WithReturned(in StoredMessage message, bool isReturned) =>
        message.WithNote(isReturned ? message.Note | ReturnedBit : message.Note & ~ReturnedBit);

    private static StoredMessage WithCount(in StoredMessage message, int count) =>
        message.WithNote((message.Note & ~(MaxCount << HeadBits)) | count << HeadBits);
}
