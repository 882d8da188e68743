using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The end of a route at which one message waits.</summary>
/// <param name="messages">Where it waits.</param>
/// <param name="milliseconds">From when it is stored.</param>
/// <param name="furtherKeys">Its CC and BCC keys, by which it will be routed too.</param>
internal sealed class MessageDelay(DelayedMessages messages, long milliseconds, string[] furtherKeys) : IRouteTarget
{
    public bool IsDestination => true;

    public bool IsDurable => messages.DurableNumber != 0;

    public long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits) =>
        messages.Add(milliseconds, furtherKeys, head, body, traits.IsPersistent);
}
