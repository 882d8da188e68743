using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>
/// Counts the messages of a queue whose bodies are in memory, and the transient messages whose bodies are only on the disk.
/// </summary>
/// <param name="store">The store with the messages.</param>
/// <param name="head">Size in bytes that is assumed for heads of unknown size.</param>
internal struct ResidenceLook(IMessageStore store, int head) : IMessageVisitor
{
    /// <summary>Number of messages whose bodies are in memory.</summary>
    public long Ready { get; private set; }

    /// <summary>Bytes of the bodies that are in memory.</summary>
    public long ReadyBytes { get; private set; }

    /// <summary>Number of transient messages whose bodies are only on the disk.</summary>
    public long PagedOut { get; private set; }

    /// <summary>Body bytes of transient messages whose bodies are only on the disk.</summary>
    public long PagedOutBytes { get; private set; }

    public void Visit(in StoredMessage message)
    {
        int known = MessageNote.Head(message);
        int body = Math.Max(0, message.Length - (known > 0 ? known : head));
        if (store.IsInMemory(message))
        {
            Ready++;
            ReadyBytes += body;
        }
        else if (!message.IsPersistent)
        {
            PagedOut++;
            PagedOutBytes += body;
        }
    }
}
