using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A requester that receives replies by direct reply-to: a consumer of the pseudo-queue <c>amq.rabbitmq.reply-to</c>.</summary>
internal interface IReplyConsumer
{
    /// <summary>Sends a reply at once, without a queue. No lock is held.</summary>
    /// <param name="message">Address and properties of the reply.</param>
    /// <param name="body">Body of the reply.</param>
    /// <param name="round">Round that flushes the requester's output at its end.</param>
    /// <returns>False if the requester has cancelled its consumer or disconnected.</returns>
    bool Deliver(in EncodedMessage message, ReadOnlySpan<byte> body, DispatchRound round);
}
