using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A client that waits for replies by direct reply-to. It consumes from the pseudo-queue <c>amq.rabbitmq.reply-to</c>.</summary>
internal interface IReplyConsumer
{
    /// <summary>Sends a reply to the client. The caller holds no lock.</summary>
    /// <param name="message">Address and properties of the reply.</param>
    /// <param name="body">Body of the reply.</param>
    /// <param name="round">Flushes the output of the client when the round ends.</param>
    /// <returns>False if the client has cancelled its consumer or has disconnected.</returns>
    bool Deliver(in EncodedMessage message, ReadOnlySpan<byte> body, DispatchRound round);
}
