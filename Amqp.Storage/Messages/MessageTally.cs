namespace Amqp.Storage.Messages;

/// <summary>Number of messages and bytes of payload.</summary>
internal struct MessageTally : IMessageVisitor
{
    public long Count { get; private set; }

    /// <summary>Bytes of payload.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of messages that survive a restart.</summary>
    public long PersistentCount { get; private set; }

    /// <summary>Bytes of payload of the messages that survive a restart.</summary>
    public long PersistentBytes { get; private set; }

    /// <summary>Adds a message.</summary>
    public void Add(in StoredMessage message)
    {
        Count++;
        Bytes += message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount++;
        PersistentBytes += message.Length;
    }

    void IMessageVisitor.Visit(in StoredMessage message) => Add(message);

    /// <summary>Subtracts a message.</summary>
    public void Remove(in StoredMessage message)
    {
        Count--;
        Bytes -= message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount--;
        PersistentBytes -= message.Length;
    }

    /// <summary>Adds persistent messages; negative numbers subtract.</summary>
    public void AddPersistent(long messages, long bytes)
    {
        Count += messages;
        Bytes += bytes;
        PersistentCount += messages;
        PersistentBytes += bytes;
    }
}
