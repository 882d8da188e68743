using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Observes the ways of the messages of a virtual host. Only set while a user traces messages.</summary>
/// <remarks>Called by any thread, which may hold any lock. Never throws and never waits.</remarks>
internal interface IMessageObserver
{
    /// <summary>Notes messages that died in a queue.</summary>
    void OnDead(Queue queue, ReadOnlySpan<StoredMessage> messages, DeathReason reason);

    /// <summary>Notes that a dead letter was published.</summary>
    /// <param name="queue">The queue in which the message died.</param>
    /// <param name="message">The message in this queue.</param>
    /// <param name="exchange">The dead-letter exchange.</param>
    /// <param name="published">The message in its new queues.</param>
    void OnDeadLettered(
        Queue queue, in StoredMessage message, string exchange, ReadOnlySpan<(Queue Queue, StoredMessage Message)> published);

    /// <summary>Notes that a requeued message was stored anew.</summary>
    void OnMoved(Queue queue, in StoredMessage from, in StoredMessage to);
}
