namespace Amqp.Storage.Messages;

/// <summary>
/// Visits the messages of a queue one by one (<c>StoredQueue.Visit</c>). Implement it as a struct, so that the calls are inlined.
/// </summary>
public interface IMessageVisitor
{
    /// <summary>Called for a message. The queue is locked: do not wait, and do not call the queue.</summary>
    void Visit(in StoredMessage message);
}
