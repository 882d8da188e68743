using System.Collections.Concurrent;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Routing;

/// <summary>The requesters of a virtual host, by the routing key of replies to them.</summary>
/// <remarks>Thread-safe. These routing keys are secrets: every client that knows one may send a reply.</remarks>
internal sealed class ReplyConsumers
{
    private readonly ConcurrentDictionary<string, IReplyConsumer> _byName = new();

    /// <summary>
    /// Returns the consumer of the replies with this routing key (<c>amq.rabbitmq.reply-to.*</c>); null if there is none.
    /// </summary>
    public IReplyConsumer? Find(string name) =>
        name.StartsWith(ReservedNames.ReplyToPrefix, StringComparison.Ordinal) ? _byName.GetValueOrDefault(name) : null;

    public void Add(string name, IReplyConsumer consumer) => _byName[name] = consumer;

    public void Remove(string name) => _byName.TryRemove(name, out _);
}
