using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The route target of one delayed message: adds the message to the delayed messages of the exchange.</summary>
/// <param name="messages">The delayed messages of the exchange.</param>
/// <param name="milliseconds">Delay, counted from the time when the message is stored.</param>
/// <param name="furtherKeys">Routing keys of the headers CC and BCC, for the routing when the message is due.</param>
internal sealed class MessageDelay(DelayedMessages messages, long milliseconds, string[] furtherKeys) : IRouteTarget
{
    public bool IsDestination => true;

    public bool IsDurable => messages.DurableNumber != 0;

    public long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits) =>
        messages.Add(milliseconds, furtherKeys, head, body, traits.IsPersistent);
}
