using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>What a queue notes of a message in the bits that the store keeps for it (<see cref="StoredMessage.Note"/>).</summary>
internal static class MessageNote
{
    // | returned 1 | expires 1 | priority, or times requeued 11 | bytes of head 16 |
    private const int HeadBits = 16;
    private const int MaxHead = (1 << HeadBits) - 1;
    private const int MaxCount = (1 << 11) - 1;

    /// <summary>The message has an expiration of its own, or may have.</summary>
    public const int ExpiresBit = 1 << 27;

    private const int ReturnedBit = 1 << 28;

    /// <summary>The note of a new message.</summary>
    /// <param name="priority">Its level in a queue with priorities.</param>
    /// <param name="head">Bytes of it that are not its body.</param>
    /// <param name="expires">It has an expiration of its own.</param>
    public static int Of(int priority, int head, bool expires) => (expires ? ExpiresBit : 0) | priority << HeadBits | Math.Min(head, MaxHead);

    /// <summary>Whether a message of a note expires by itself.</summary>
    public static bool Expires(int note) => (note & ExpiresBit) != 0;

    /// <summary>Bytes that are not the message's body; 0 when that is not known.</summary>
    public static int Head(in StoredMessage message) => message.Note & MaxHead;

    /// <summary>The message with bytes that are not its body.</summary>
    public static StoredMessage WithHead(in StoredMessage message, int head) => message.WithNote(message.Note & ~MaxHead | Math.Min(head, MaxHead));

    /// <summary>In a queue with priorities: which one the message has.</summary>
    public static int Priority(in StoredMessage message) => message.Note >> HeadBits & MaxCount;

    /// <summary>The message of a level.</summary>
    public static StoredMessage WithPriority(in StoredMessage message, int priority) => WithCount(message, priority);

    /// <summary>In a queue that counts deliveries: how often the message has been requeued. At least once when a restart lost the count.</summary>
    public static int Requeues(in StoredMessage message) => Math.Max(message.Note >> HeadBits & MaxCount, message.IsRedelivered ? 1 : 0);

    /// <summary>In a quorum queue: whether the message stands among those that were returned, before all others.</summary>
    public static bool IsReturned(in StoredMessage message) => (message.Note & ReturnedBit) != 0;

    /// <summary>The message among those that were returned, or not.</summary>
    public static StoredMessage WithReturned(in StoredMessage message, bool isReturned) =>
        message.WithNote(isReturned ? message.Note | ReturnedBit : message.Note & ~ReturnedBit);

    /// <summary>The message with a count that was written down with it, if that is higher than what is known.</summary>
    public static StoredMessage WithRequeues(in StoredMessage message, int requeues)
    {
        if (requeues == 0)
            return message;
        var counted = WithCount(message, Math.Min(Math.Max(Requeues(message), requeues), MaxCount));
        return counted with { Flags = counted.Flags | MessageFlags.Redelivered };
    }

    /// <summary>The message, requeued once more; its entry stays in memory, with the count.</summary>
    public static StoredMessage Requeued(in StoredMessage message)
    {
        var counted = WithCount(message, Math.Min(Requeues(message) + 1, MaxCount));
        return counted with { Flags = counted.Flags | MessageFlags.StaysInMemory };
    }

    private static StoredMessage WithCount(in StoredMessage message, int count) =>
        message.WithNote((message.Note & ~(MaxCount << HeadBits)) | count << HeadBits);
}
