using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Counts the bytes of message heads in a queue. The head of a message is everything except the body.</summary>
/// <remarks>
/// The lock of the queue guards this mutable struct. A head of unknown size counts with the average size, until the message is read.
/// Messages from before a restart are not counted.
/// </remarks>
/// <param name="recovered">Number of messages from before the restart.</param>
internal struct HeadBytes(long recovered)
{
    private long _uncounted = recovered; // number of messages whose heads are not counted
    private bool _isAssumed; // true if the head of the last taken message has an assumed size

    /// <summary>Bytes of all counted heads.</summary>
    public long All { get; private set; }

    /// <summary>Bytes of the counted heads of persistent messages.</summary>
    public long Persistent { get; private set; }

    /// <summary>Returns the average size of a persistent message's head in bytes; 0 if unknown.</summary>
    /// <param name="persistentCount">Number of ready persistent messages.</param>
    public readonly int Average(long persistentCount) =>
        (int)Math.Clamp(_uncounted > 0 || persistentCount == 0 ? 0 : Persistent / persistentCount, 0, int.MaxValue);

    /// <summary>Counts the head of a message that was added to the queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each message
    public void Add(in StoredMessage message)
    {
        int head = MessageNote.Head(message);
        All += head;
        if (message.IsPersistent)
            Persistent += head;
    }

    /// <summary>Counts the head of a message that was put back into the queue. Does nothing if the head's size is unknown.</summary>
    public void PutBack(in StoredMessage message)
    {
        Add(message);
        if (MessageNote.Head(message) == 0)
            _uncounted++;
    }

    /// <summary>Subtracts the head of a taken message. If the size is unknown, subtracts the average size.</summary>
    /// <param name="message">The taken message.</param>
    /// <param name="left">The messages that are still ready.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each message
    public void Take(ref StoredMessage message, QueueLevels left)
    {
        _isAssumed = MessageNote.Head(message) == 0 && TryAssume(ref message, left);
        int head = MessageNote.Head(message);
        All = left.Count == 0 ? 0 : All - head;
        Persistent = left.Count == 0 ? 0 : Persistent - (message.IsPersistent ? head : 0);
    }

    /// <summary>If the last taken message had a head of unknown size, replaces the assumed size by the real one.</summary>
    /// <param name="message">The taken message.</param>
    /// <param name="payload">Head and body of the message.</param>
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

    /// <returns>False if the head is not counted, because the message is from before a restart.</returns>
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
