namespace Amqp.Storage.Messages;

/// <summary>
/// Receives the messages of a queue one by one from <c>StoredQueue.Visit</c>. An implementation should be a struct, so that the calls are
/// inlined.
/// </summary>
public interface IMessageVisitor
{
    /// <summary>Called for each message, while the queue is locked. Must not wait, and must not call methods of the queue.</summary>
    void Visit(in StoredMessage message);
}
