using Amqp.Storage;

namespace Amqp.Server.Broker.Faults;

/// <summary>Who owns stored messages, and puts one aside that cannot be handled.</summary>
internal interface IQuarantine
{
    /// <summary>Puts a message aside that was taken: it is given to nobody and stays stored. The owner's lock is held.</summary>
    /// <param name="message">Taken, and not settled.</param>
    /// <param name="error">What was thrown over it.</param>
    void SetAside(in StoredMessage message, Exception error);
}
