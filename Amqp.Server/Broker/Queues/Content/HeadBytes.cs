using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Counts the bytes of the heads of a queue's ready messages.</summary>
/// <remarks>
/// <para>The queue's lock guards this mutable value: change it in its field, not in a copy.</para>
/// <para>The note of a message holds the size of its head. The note is lost when the message's entry is spilled, which happens to
/// persistent messages only. When such a message is taken, its head is assumed to be as long as the average head of the queue's persistent
/// messages, until the message is read. Heads of messages that a start recovered are not counted, because their sizes are unknown.</para>
/// </remarks>
/// <param name="recovered">Number of messages that a start recovered.</param>
internal struct HeadBytes(long recovered)
{
    private long _uncounted = recovered; // messages whose heads are not counted
    private bool _isAssumed; // the head size of the message that was taken last is an assumption

    /// <summary>Bytes of all counted heads.</summary>
    public long All { get; private set; }

    /// <summary>Bytes of the counted heads of persistent messages.</summary>
    public long Persistent { get; private set; }

    /// <summary>Average size of the head of a persistent message, in bytes; 0 if unknown.</summary>
    /// <param name="persistentCount">Number of ready persistent messages.</param>
    public readonly int Average(long persistentCount) =>
        (int)Math.Clamp(_uncounted > 0 || persistentCount == 0 ? 0 : Persistent / persistentCount, 0, int.MaxValue);

    /// <summary>Counts the head of a message that was added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once a message
    public void Add(in StoredMessage message)
    {
        int head = MessageNote.Head(message);
        All += head;
        if (message.IsPersistent)
            Persistent += head;
    }

    /// <summary>
    /// Counts the head of a message that was put back. A head of unknown size stays uncounted.
    /// </summary>
    public void PutBack(in StoredMessage message)
    {
        Add(message);
        if (MessageNote.Head(message) == 0)
            _uncounted++;
    }

    /// <summary>Subtracts the head of a message that was taken. A message without a note is assumed to have an average head.</summary>
    /// <param name="message">The message that was taken.</param>
    /// <param name="left">The messages that are still ready.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once a message
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

    /// <summary>Sets all counts to 0, because the queue was emptied.</summary>
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
