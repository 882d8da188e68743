using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Owner of quarantined messages: a queue, or an exchange that keeps messages.</summary>
internal interface IQuarantine
{
    /// <summary>True if so many messages are quarantined that the owner takes no further messages. The owner's lock is held.</summary>
    bool IsFull { get; }

    /// <summary>Quarantines a message: it is not delivered, and stays in the store. The owner's lock is held.</summary>
    /// <param name="message">A message that was taken and is not settled.</param>
    /// <param name="error">The exception that the message caused.</param>
    void SetAside(in StoredMessage message, Exception error);
}
