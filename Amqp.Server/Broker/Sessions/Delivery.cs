using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A message that is with the client and not acknowledged.</summary>
/// <remarks>40 bytes: a client with a long prefetch on many queues has a million of these.</remarks>
internal readonly struct Delivery
{
    private readonly object? _source; // the consumer, or for basic.get the queue

    private Delivery(ulong tag, in StoredMessage message, object? source) => (Tag, Message, _source) = (tag, message, source);

    /// <summary>What one leaves when it is settled.</summary>
    public static Delivery Gap(ulong tag) => new(tag, default, null);

    /// <param name="tag">The delivery tag.</param>
    /// <param name="message">Where the message is and its place in the queue.</param>
    /// <param name="queue">Where it came from.</param>
    /// <param name="consumer">Who it was delivered to; null for basic.get.</param>
    public static Delivery Of(ulong tag, in StoredMessage message, Queue queue, SessionConsumer? consumer) => new(tag, message, (object?)consumer ?? queue);

    public StoredMessage Message { get; }

    public ulong Tag { get; }

    /// <summary>True once it has been settled.</summary>
    public bool IsGap => _source is null;

    /// <summary>Where it came from; null once it has been settled.</summary>
    public Queue? Queue => _source is SessionConsumer consumer ? consumer.Queue : (Queue?)_source;

    /// <summary>Who it was delivered to; null for basic.get.</summary>
    public SessionConsumer? Consumer => _source as SessionConsumer;
}
