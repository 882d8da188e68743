using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Who takes the replies to its requests by direct reply-to. The broker's view of a basic.consume from the pseudo-queue.</summary>
internal interface IReplyConsumer
{
    /// <summary>Sends a reply at once, past every queue. No lock is held.</summary>
    /// <param name="message">Its address and properties.</param>
    /// <param name="body">Its body.</param>
    /// <param name="round">Learns what has to be flushed.</param>
    /// <returns>False when nobody takes it any more.</returns>
    bool Deliver(in EncodedMessage message, ReadOnlySpan<byte> body, DispatchRound round);
}
