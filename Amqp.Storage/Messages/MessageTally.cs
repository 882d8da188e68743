namespace Amqp.Storage.Messages;

/// <summary>Counts messages and the bytes of their payloads.</summary>
internal struct MessageTally : IMessageVisitor
{
    public long Count { get; private set; }

    /// <summary>Total size of the payloads, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of messages that survive a restart.</summary>
    public long PersistentCount { get; private set; }

    /// <summary>Total payload size, in bytes, of the messages that survive a restart.</summary>
    public long PersistentBytes { get; private set; }

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

    public void Remove(in StoredMessage message)
    {
        Count--;
        Bytes -= message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount--;
        PersistentBytes -= message.Length;
    }

    /// <summary>Returns the sums of this tally and another one.</summary>
    public readonly MessageTally Plus(in MessageTally other) => new()
    {
        Count = Count + other.Count,
        Bytes = Bytes + other.Bytes,
        PersistentCount = PersistentCount + other.PersistentCount,
        PersistentBytes = PersistentBytes + other.PersistentBytes,
    };

    /// <summary>Adds to the counts of persistent messages. Negative numbers subtract.</summary>
    public void AddPersistent(long messages, long bytes)
    {
        Count += messages;
        Bytes += bytes;
        PersistentCount += messages;
        PersistentBytes += bytes;
    }
}
