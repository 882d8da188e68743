namespace Amqp.Storage.Messages;

/// <summary>
/// Receives the messages of a queue one by one from <c>StoredQueue.Visit</c>. Implement the interface with a struct, so that the calls are
/// inlined.
/// </summary>
public interface IMessageVisitor
{
    /// <summary>
    /// Called for each message. The queue is locked during the call, so do not wait, and do not call methods of the queue.
    /// </summary>
    void Visit(in StoredMessage message);
}
