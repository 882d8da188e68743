using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Counts the bytes of a queue's ready messages that are not their bodies: the heads.</summary>
/// <remarks>
/// <para>The queue's lock guards it. A mutable value: change it in its field, not a copy.</para>
/// <para>The note of a message has the size of its head, and is lost when the message's entry is evicted. Then the average head of the
/// queue's persistent messages is used, because only their entries are evicted, until the message is read. Heads of messages that a start
/// recovered are not counted, because their sizes are unknown.</para>
/// </remarks>
/// <param name="recovered">Number of messages that a start recovered.</param>
internal struct HeadBytes(long recovered)
{
    private long _uncounted = recovered; // messages whose heads are not counted
    private bool _isAssumed; // the head of the message that was taken last

    /// <summary>Bytes of all counted heads.</summary>
    public long All { get; private set; }

    /// <summary>Bytes of the counted heads of persistent messages.</summary>
    public long Persistent { get; private set; }

    /// <summary>Average head of a persistent message, in bytes; 0 if unknown.</summary>
    /// <param name="persistentCount">Number of ready persistent messages.</param>
    public readonly int Average(long persistentCount) =>
        (int)Math.Clamp(_uncounted > 0 || persistentCount == 0 ? 0 : Persistent / persistentCount, 0, int.MaxValue);

    /// <summary>Counts the head of a message that was added.</summary>
    public void Add(in StoredMessage message)
    {
        int head = MessageNote.Head(message);
        All += head;
        if (message.IsPersistent)
            Persistent += head;
    }

    /// <summary>Counts the head of a message that was put back, as it was counted before the message was taken.</summary>
    public void PutBack(in StoredMessage message)
    {
        Add(message);
        if (MessageNote.Head(message) == 0)
            _uncounted++;
    }

    /// <summary>Counts the head of a message that was taken no longer. A message without a note gets the average head.</summary>
    /// <param name="message">The message that was taken.</param>
    /// <param name="left">The messages that are still ready.</param>
    public void Take(ref StoredMessage message, QueueLevels left)
    {
        _isAssumed = MessageNote.Head(message) == 0 && TryAssume(ref message, left);
        int head = MessageNote.Head(message);
        All = left.Count == 0 ? 0 : All - head;
        Persistent = left.Count == 0 ? 0 : Persistent - (message.IsPersistent ? head : 0);
    }

    /// <summary>Corrects the count for the message that was taken last, if its head was assumed.</summary>
    /// <param name="message">The message that was taken.</param>
    /// <param name="payload">Head and body.</param>
    /// <param name="left">The messages that are still ready.</param>
    /// <exception cref="Exception">The payload is not an encoded message.</exception>
    public void NoteRead(ref StoredMessage message, ReadOnlySpan<byte> payload, QueueLevels left)
    {
        if (!_isAssumed)
            return;
        _isAssumed = false;
        int assumed = MessageNote.Head(message);
        message = MessageNote.WithHead(message, EncodedMessage.Read(payload).Head.Length);
        if (left.Count == 0)
            return;
        int more = MessageNote.Head(message) - assumed;
        All -= more;
        Persistent -= message.IsPersistent ? more : 0;
    }

    /// <summary>Counts nothing any more: the queue was emptied.</summary>
    public void Clear() => (All, Persistent, _uncounted) = (0, 0, 0);

    /// <returns>False for a message that a start recovered.</returns>
    private bool TryAssume(ref StoredMessage message, QueueLevels left)
    {
        if (_uncounted > 0)
        {
            _uncounted--;
            return false;
        }
        message = MessageNote.WithHead(message, (int)Math.Clamp(Persistent / (left.PersistentCount + 1), 0, message.Length));
        return true;
    }
}
