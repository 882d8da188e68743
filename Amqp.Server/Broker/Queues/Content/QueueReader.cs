using Amqp.Server.Broker.Errors;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Takes messages from a queue and reads their payloads. The lock of the queue guards all state.</summary>
/// <remarks>
/// A damaged message is settled. If the disk cannot be read now, the message stays in its place. Any other error quarantines the message.
/// </remarks>
internal sealed class QueueReader(string queue, QueueMessages messages, IMessageStore store, IQuarantine quarantine, ILogger logger)
{
    /// <summary>
    /// Minimum milliseconds between two warnings that the queue cannot be read. The reads themselves are retried more often.
    /// </summary>
    private const long WarningInterval = 60_000;

    private long _diskReads;
    private long? _warnedAt;
    private bool _isUnreadable; // true if a warning was logged and no message has been read since

    /// <summary>Number of payloads that were read from the disk. Any thread may read the number.</summary>
    public long DiskReads => Volatile.Read(ref _diskReads);

    /// <summary>True if the disk could not be read at the last attempt, and a warning was logged.</summary>
    public bool IsUnreadable => _isUnreadable;

    /// <summary>Takes the next message that can be read.</summary>
    /// <param name="message">The message. The caller must settle the message or put it back.</param>
    /// <param name="payload">The message's payload. The caller must dispose it.</param>
    /// <returns>False if no message is left, or too many messages are quarantined.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now. The message stays in its place.</exception>
    public bool TryTake(out StoredMessage message, out PayloadLease payload) => TryTakeOf(null, out message, out payload);

    /// <summary>Takes the next message of a scan that can be read.</summary>
    /// <param name="scan">The scan; null to take the next message of the queue.</param>
    /// <param name="message">The message. The caller must settle the message or put it back.</param>
    /// <param name="payload">The message's payload. The caller must dispose it.</param>
    /// <inheritdoc cref="TryTake"/>
    public bool TryTakeOf(QueueMessages.Scan? scan, out StoredMessage message, out PayloadLease payload)
    {
        while (TryTakeNext(scan, out message))
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

    private bool TryTakeNext(QueueMessages.Scan? scan, out StoredMessage message)
    {
        try
        {
            return scan is null ? messages.TryTake(out message) : scan.TryTake(out message);
        }
        catch (Exception error) when (IsDiskError(error))
        {
            throw Unreadable(error);
        }
    }

    /// <summary>Reads the payload of a message that was taken.</summary>
    /// <returns>False if the message is damaged and now settled, or if the message is now quarantined.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now.</exception>
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
        catch (Exception error) when (IsDiskError(error))
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
        if (_warnedAt is null || now - _warnedAt >= WarningInterval)
        {
            (_warnedAt, _isUnreadable) = (now, true);
            logger.QueueUnreadable(queue, error);
        }
        return new QueueUnreadableException(error);
    }

    private static bool IsDiskError(Exception error) => error is IOException or UnauthorizedAccessException;
}

/// <summary>
/// Thrown if the next message of a queue cannot be read from the disk now. The message stays in its place. The error is logged.
/// </summary>
internal sealed class QueueUnreadableException(Exception cause) : Exception(cause.Message, cause);
