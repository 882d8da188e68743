using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The owner of quarantined messages: a queue, or an exchange that keeps messages.</summary>
internal interface IQuarantine
{
    /// <summary>True if too many messages are quarantined. The owner then stops delivering. Read under the lock of the owner.</summary>
    bool IsFull { get; }

    /// <summary>Quarantines a message: it stays stored, but is not delivered. Called under the lock of the owner.</summary>
    /// <param name="message">A message that was taken, but not settled.</param>
    /// <param name="error">The exception that the message caused.</param>
    void SetAside(in StoredMessage message, Exception error);
}
