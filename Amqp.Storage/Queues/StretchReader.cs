using System.Buffers;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;

namespace Amqp.Storage.Queues;

/// <summary>Reads the messages of a stretch from disk, in order, and keeps nothing of them in memory. Used by one thread.</summary>
/// <remarks>
/// The log and the index were opened together, and stay open. So the offsets stay valid even if compaction replaces both files, or if the
/// segment is deleted.
/// </remarks>
/// <param name="log">The file of the segment. The reader disposes of it.</param>
/// <param name="entries">The entries of the queue in the index, from the first message of the stretch. The reader disposes of it.</param>
/// <param name="stretch">The stretch.</param>
/// <param name="between">Messages of the queue in memory that lie between the messages of the stretch, in order.</param>
internal sealed class StretchReader(IStoreFile log, EntryCursor entries, Stretch stretch, StoredMessage[] between) : IDisposable
{
    // A longer record is read only in part if the caller wants a part of its payload. Its checksum is then not checked.
    private const int MaxWhole = 256 << 10;

    private IndexEntry _entry; // the last entry that was read from the index
    private bool _isAhead; // true if _entry is not the current message yet
    private bool _isEnd; // true if the stretch has no further entry
    private int _between; // index of the next message in memory

    /// <summary>The current message. Its block and offset are not valid if <see cref="IsOnDisk"/> is true.</summary>
    public StoredMessage Message { get; private set; }

    /// <summary>True if the current message is one of the stretch.</summary>
    public bool IsOnDisk { get; private set; }

    /// <summary>Skips messages. Call before the first <see cref="MoveNext"/>.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public void Skip(long messages)
    {
        if (between.Length == 0)
        {
            entries.Skip(messages);
            return;
        }
        for (; messages > 0 && MoveNext(); messages--)
        {
            // MoveNext does the work.
        }
    }

    /// <summary>Advances to the next message. Returns false at the end of the stretch.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public bool MoveNext()
    {
        if (!_isAhead && !_isEnd)
        {
            _isAhead = entries.MoveNext() && entries.Current.Sequence <= stretch.To;
            _isEnd = !_isAhead;
            _entry = entries.Current;
        }
        if (_between < between.Length && (_isEnd || between[_between].Sequence < _entry.Sequence))
        {
            (Message, IsOnDisk) = (between[_between++], false);
            return true;
        }
        if (_isEnd)
            return false;
        (Message, IsOnDisk, _isAhead) = (StretchLoader.Message(stretch, _entry, block: -1, offset: 0), true, false);
        return true;
    }

    /// <summary>Copies the payload of the current message, which is on disk, or the beginning of it if the target is shorter.</summary>
    /// <returns>Number of bytes copied.</returns>
    /// <exception cref="StoreDamagedException">The record is damaged.</exception>
    /// <exception cref="IOException">The record cannot be read now.</exception>
    public int Read(Span<byte> target)
    {
        IndexEntry entry = _entry;
        int length = Math.Min(target.Length, entry.Length);
        if (length < entry.Length && entry.RecordLength > MaxWhole)
        {
            if (log.Read(target[..length], entry.PayloadOffset) < length)
                throw Damaged(entry);
            return length;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(entry.RecordLength);
        try
        {
            Span<byte> record = buffer.AsSpan(0, entry.RecordLength);
            bool isIntact = log.Read(record, entry.Offset) == record.Length
                && RecordHeader.ReadSize(record) == record.Length && RecordHeader.IsIntact(record, stretch.Segment.Id, entry.Offset);
            if (!isIntact)
                throw Damaged(entry);
            record.Slice((int)(entry.PayloadOffset - entry.Offset), length).CopyTo(target);
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose()
    {
        entries.Dispose();
        log.Dispose();
    }

    private StoreDamagedException Damaged(in IndexEntry entry) =>
        new(stretch.Segment.Path, entry.Offset, "the record is damaged; its message cannot be read");
}
