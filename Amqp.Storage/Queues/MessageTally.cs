namespace Amqp.Storage;

/// <summary>Counts messages one by one.</summary>
internal struct MessageTally : IMessageLook
{
    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public long PersistentCount { get; private set; }

    public long PersistentBytes { get; private set; }

    public void At(in StoredMessage message)
    {
        Count++;
        Bytes += message.Length;
        if (!message.IsPersistent)
            return;
        PersistentCount++;
        PersistentBytes += message.Length;
    }
}
