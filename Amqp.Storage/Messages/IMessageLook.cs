namespace Amqp.Storage.Messages;

/// <summary>Is shown the messages of a queue one by one (<c>StoredQueue.Show</c>). A struct, so that millions of calls are none.</summary>
public interface IMessageLook
{
    /// <summary>Looks at a message. The queue is locked: this neither waits nor comes back to the queue.</summary>
    void At(in StoredMessage message);
}
