namespace Amqp.Storage.Messages;

/// <summary>
/// Receives the messages of a queue one by one from <c>StoredQueue.Visit</c>. Implement as a struct, to inline the calls.
/// </summary>
public interface IMessageVisitor
{
    /// <summary>Called for each message, while the queue is locked. Must not wait, and must not call methods of the queue.</summary>
    void Visit(in StoredMessage message);
}
