namespace Amqp.Storage.Messages;

/// <summary>How many messages there are, and how many bytes they have.</summary>
internal struct MessageTally : IMessageLook
{
    public long Count { get; private set; }

    /// <summary>Of payload.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the messages, those that outlive a restart.</summary>
    public long PersistentCount { get; private set; }

    /// <summary>Of the payload of those.</summary>
    public long PersistentBytes { get; private set; }

    /// <summary>Counts a message.</summary>
    public void At(in StoredMessage message)
    {
        Count++;
        Bytes += message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount++;
        PersistentBytes += message.Length;
    }

    /// <summary>Counts a message no more.</summary>
    public void Remove(in StoredMessage message)
    {
        Count--;
        Bytes -= message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount--;
        PersistentBytes -= message.Length;
    }

    /// <summary>Counts persistent messages; a negative number of them, no more.</summary>
    public void AddPersistent(long messages, long bytes)
    {
        Count += messages;
        Bytes += bytes;
        PersistentCount += messages;
        PersistentBytes += bytes;
    }
}
