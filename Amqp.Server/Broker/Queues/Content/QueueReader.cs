using Amqp.Server.Broker.Errors;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Takes a queue's messages with their payloads, and decides what becomes of those that cannot be read.</summary>
/// <remarks>
/// The queue's lock guards it. What is damaged is lost and said so, and the next one is taken. Where the disk cannot be
/// read just now, for want of file handles perhaps, the message stays in its place for whoever comes next. What cannot be read for
/// a reason that nobody foresaw is put aside.
/// </remarks>
internal sealed class QueueReader(string queue, QueueMessages messages, IMessageStore store, IQuarantine quarantine, ILogger logger)
{
    /// <summary>Milliseconds between two complaints: a queue that cannot be read is tried every second, and by every basic.get.</summary>
    private const long ComplaintInterval = 60_000;

    private long _diskReads;
    private long? _complainedAt;
    private bool _isUnreadable; // and a complaint says so

    /// <summary>Messages taken whose bodies had been read from the disk. Any thread.</summary>
    public long DiskReads => Volatile.Read(ref _diskReads);

    /// <summary>Takes the next message that can be read.</summary>
    /// <param name="message">For the caller to settle or to return.</param>
    /// <param name="payload">For the caller to dispose of; only when there is a message.</param>
    /// <returns>False when none is left, or none is to be taken any more for those that are put aside.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read just now.</exception>
    public bool TryTake(out StoredMessage message, out PayloadLease payload)
    {
        while (TryTakeNext(out message))
        {
            try
            {
                if (TryRead(message, out payload) && TryNoteRead(ref message, ref payload))
                    return true;
                if (quarantine.IsFull)
                    break;
            }
            catch (QueueUnreadableException)
            {
                messages.PutBack(message);
                throw;
            }
        }
        payload = default;
        return false;
    }

    private bool TryNoteRead(ref StoredMessage message, ref PayloadLease payload)
    {
        try
        {
            messages.NoteRead(ref message, payload.Payload);
            return true;
        }
        catch (Exception error)
        {
            payload.Dispose();
            payload = default;
            quarantine.SetAside(message, error);
            return false;
        }
    }

    private bool TryTakeNext(out StoredMessage message)
    {
        try
        {
            return messages.TryTake(out message);
        }
        catch (Exception error) when (IsOfTheDisk(error))
        {
            throw Unreadable(error);
        }
    }

    /// <summary>Reads a message that was taken.</summary>
    /// <returns>False when it is damaged, and settled then, or put aside.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read just now.</exception>
    public bool TryRead(scoped in StoredMessage message, out PayloadLease payload)
    {
        try
        {
            payload = store.Read(message);
            if (payload.WasRead)
                _diskReads++;
        }
        catch (StoreDamagedException damage)
        {
            logger.MessageDamaged(queue, message.Sequence, damage.File, damage.Offset, damage.Message);
            messages.Settle(new ReadOnlySpan<StoredMessage>(in message));
            payload = default;
            return false;
        }
        catch (Exception error) when (IsOfTheDisk(error))
        {
            throw Unreadable(error);
        }
        catch (Exception error)
        {
            quarantine.SetAside(message, error);
            payload = default;
            return false;
        }
        if (_isUnreadable)
        {
            _isUnreadable = false;
            logger.QueueReadable(queue);
        }
        return true;
    }

    private QueueUnreadableException Unreadable(Exception error)
    {
        long now = Environment.TickCount64;
        if (_complainedAt is null || now - _complainedAt >= ComplaintInterval)
        {
            (_complainedAt, _isUnreadable) = (now, true);
            logger.QueueUnreadable(queue, error);
        }
        return new QueueUnreadableException(error);
    }

    private static bool IsOfTheDisk(Exception error) => error is IOException or UnauthorizedAccessException;
}

/// <summary>The next message of a queue cannot be read from the disk just now. It is still there, and the log says why.</summary>
internal sealed class QueueUnreadableException(Exception cause) : Exception(cause.Message, cause);
