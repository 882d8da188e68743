using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Who puts a message aside that cannot be handled: a queue, or an exchange that keeps messages.</summary>
internal interface IQuarantine
{
    /// <summary>True when so many are put aside that no more are to be taken. The owner's lock is held.</summary>
    bool IsFull { get; }

    /// <summary>Puts a message aside that was taken: it is given to nobody and stays stored. The owner's lock is held.</summary>
    /// <param name="message">Taken, and not settled.</param>
    /// <param name="error">What was thrown over it.</param>
    void SetAside(in StoredMessage message, Exception error);
}
