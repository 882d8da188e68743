using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// A delivered message that is not acknowledged yet. The struct is small, because a client may have a million deliveries.
/// </summary>
internal readonly struct Delivery
{
    private readonly object? _source; // the consumer that received the message; the queue after basic.get; null for a gap

    private Delivery(ulong tag, in StoredMessage message, object? source) => (Tag, Message, _source) = (tag, message, source);

    /// <summary>Creates the gap that a settled delivery leaves in <see cref="UnacknowledgedDeliveries"/>.</summary>
    public static Delivery Gap(ulong tag) => new(tag, default, null);

    /// <summary>Creates a delivery.</summary>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="message">The message, with its place in the queue.</param>
    /// <param name="queue">The queue from which the message was taken.</param>
    /// <param name="consumer">The consumer that received the message; null for basic.get.</param>
    public static Delivery Of(ulong tag, in StoredMessage message, Queue queue, SessionConsumer? consumer) =>
        new(tag, message, (object?)consumer ?? queue);

    public StoredMessage Message { get; }

    public ulong Tag { get; }

    /// <summary>True once the delivery was settled.</summary>
    public bool IsGap => _source is null;

    /// <summary>The queue from which the message was taken; null once the delivery was settled.</summary>
    public Queue? Queue => _source is SessionConsumer consumer ? consumer.Queue : (Queue?)_source;

    /// <summary>The consumer that received the message. Null for basic.get, and once the delivery was settled.</summary>
    public SessionConsumer? Consumer => _source as SessionConsumer;
}
