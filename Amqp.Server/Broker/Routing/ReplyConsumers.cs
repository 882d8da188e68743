using System.Collections.Concurrent;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Routing;

/// <summary>The clients that wait for direct replies in one virtual host, by the routing key of the replies. Thread-safe.</summary>
/// <remarks>A routing key is a secret: every client that knows the key can send a reply.</remarks>
internal sealed class ReplyConsumers
{
    private readonly ConcurrentDictionary<string, IReplyConsumer> _byName = new();

    /// <summary>
    /// Returns the client that waits for replies with this routing key (<c>amq.rabbitmq.reply-to.*</c>); null if no client does.
    /// </summary>
    public IReplyConsumer? Find(string name) =>
        name.StartsWith(ReservedNames.ReplyToPrefix, StringComparison.Ordinal) ? _byName.GetValueOrDefault(name) : null;

    public void Add(string name, IReplyConsumer consumer) => _byName[name] = consumer;

    public void Remove(string name) => _byName.TryRemove(name, out _);
}
