using Amqp.Storage;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Counts which of a queue's messages have their bodies in memory, and which are paged out.</summary>
/// <param name="store">The store that holds the messages.</param>
/// <param name="head">Size of the head that is assumed for a message whose note has none, in bytes.</param>
internal struct ResidenceLook(IMessageStore store, int head) : IMessageVisitor
{
    /// <summary>Number of messages whose bodies are in memory.</summary>
    public long Ready { get; private set; }

    /// <summary>Bytes of the bodies in memory.</summary>
    public long ReadyBytes { get; private set; }

    /// <summary>Number of transient messages whose bodies are on disk only.</summary>
    public long PagedOut { get; private set; }

    /// <summary>Bytes of the bodies that are paged out.</summary>
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
