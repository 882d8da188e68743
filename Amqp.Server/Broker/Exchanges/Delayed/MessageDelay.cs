using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>Adds one message to the delayed messages of an exchange.</summary>
/// <param name="messages">The delayed messages of the exchange.</param>
/// <param name="milliseconds">The delay, which begins when the message is stored.</param>
/// <param name="furtherKeys">Routing keys from the headers CC and BCC.</param>
internal sealed class MessageDelay(DelayedMessages messages, long milliseconds, string[] furtherKeys) : IRouteTarget
{
    public bool IsDestination => true;

    public bool IsDurable => messages.DurableNumber != 0;

    public long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits) =>
        messages.Add(milliseconds, furtherKeys, head, body, traits.IsPersistent);
}
